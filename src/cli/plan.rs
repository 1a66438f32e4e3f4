//! `shakedown plan SCENARIO`

use super::telling::print;
use super::{Failure, needs, plan_faults};
use crate::engine::Room;
use crate::engine::faults::FaultsPlan;
use crate::gate::{Around, Window};
use crate::load::{Arrivals, Canvas, Crowd, Glyphs, Schedule, draw, draw_users};
use crate::report::harmless;
use crate::run::Exit;
use crate::scenario::{Load, PlannedGate, Scenario};
use crate::source::Environment;
use crate::units::{Span, grouped};
use std::path::PathBuf;
use tabled::builder::Builder;
use tabled::settings::object::Columns;
use tabled::settings::{Alignment, Style};

/// Which scenario to show.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A scenario file
    #[arg(value_name = "SCENARIO")]
    scenario: PathBuf,
    /// Draw with ASCII characters only
    #[arg(long)]
    ascii: bool,
    /// Ask no cluster whom the faults would hit
    #[arg(long)]
    offline: bool,
    /// The seed of what is drawn at random; a run with it hits the same
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
}

/// Shows what the scenario would do.
pub(super) fn obey(args: &Args) -> Result<Exit, Failure> {
    let scenario = Scenario::load(&args.scenario, &Environment::of_process())?;
    let glyphs = if args.ascii { Glyphs::Ascii } else { Glyphs::Blocks };
    let room = Room::here();
    show(&of_scenario(&scenario, room, Canvas { glyphs, ..Canvas::default() }))?;
    let Some(plan) = FaultsPlan::of(&scenario, args.seed.unwrap_or_else(rand::random)) else {
        return Ok(Exit::Pass);
    };
    show(&format!("\n{}", scenario.secrets.redact(&plan_faults::of_scenario(&plan))))?;
    if args.offline {
        return Ok(Exit::Pass);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|source| Failure::System { what: "start the runtime", source })?;
    let asked = runtime.block_on(plan_faults::of_cluster(&plan))?;
    show(&format!("\n{}", scenario.secrets.redact(&asked)))?;
    Ok(Exit::Pass)
}

fn show(text: &str) -> Result<(), Failure> {
    let lines = text.lines().map(|line| format!("{}\n", harmless(line)));
    print(lines.collect::<String>())
}

fn of_scenario(scenario: &Scenario, room: Room, canvas: Canvas) -> String {
    let description = scenario.description.iter().map(|text| format!("{}\n", text.trim_end()));
    let target =
        scenario.target.iter().map(|target| format!("target {}\n", scenario.secrets.redact(&target.url)));
    let said: String = description.chain(target).collect();
    let head = format!("{}\n{said}", scenario.name);
    let load = scenario.load.as_ref().map(|load| of_load(load, canvas) + "\n" + &needs::of_load(load, room));
    let parts = [Some(head), checks(scenario), load, ledger(scenario), gates(&scenario.gates)];
    parts.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

fn checks(scenario: &Scenario) -> Option<String> {
    let when = if scenario.load.is_some() { "checks before and after the load" } else { "checks" };
    let lines = scenario.checks.iter().map(|check| format!("  {} ({})\n", check.name, check.kind));
    (!scenario.checks.is_empty()).then(|| format!("{when}\n{}", lines.collect::<String>()))
}

/// The ledger: how many writes, and where they go.
fn ledger(scenario: &Scenario) -> Option<String> {
    let (ledger, load) = scenario.ledger.as_ref().zip(scenario.load.as_ref())?;
    let length = load.schedule(0).end().since(crate::clock::Offset::ZERO);
    let place = scenario.secrets.redact(&ledger.kind.to_string());
    let writes = grouped(ledger.writes(length));
    Some(format!("ledger\n  {} for {}, {writes} writes: {place}\n", ledger.rate, Span::new(length)))
}

fn gates(gates: &[PlannedGate]) -> Option<String> {
    let lines = gates.iter().map(|planned| format!("  {}{}\n", planned.text.value, needs(planned)));
    (!gates.is_empty()).then(|| format!("gates\n{}", lines.collect::<String>()))
}

/// How many requests a gate needs, where that is more than one.
fn needs(planned: &PlannedGate) -> String {
    let window = match &planned.gate.window {
        Window::WholeRun => String::new(),
        Window::Stage(name) => format!(" in stage {name}"),
        Window::Last(span) => format!(" in the last {span}"),
        Window::Fault { name, part: Around::After(Some(span)) } => format!(" in the {span} after {name}"),
        Window::Fault { name, part } => format!(" {} {name}", part.word()),
    };
    match planned.gate.needs() {
        0 | 1 => String::new(),
        needed => format!("   (needs at least {} requests{window})", grouped(needed)),
    }
}

fn of_load(load: &Load, canvas: Canvas) -> String {
    let schedule = Schedule::new(load.stages.clone(), Arrivals::Even);
    match (load.closed_connections, &load.users) {
        (_, Some(crowd)) => {
            let head = format!(
                "closed model: up to {} users, each sends when it is answered and has thought\n\n",
                grouped(crowd.most().into())
            );
            let picture = draw_users(crowd, &load.stages, canvas);
            [head + &picture, users(load, crowd), endpoints(load, None)].join("\n")
        }
        (Some(connections), None) => {
            let length = load.stages.iter().map(|stage| stage.length.get()).sum();
            let streams = match load.connections.streams {
                1 => String::new(),
                streams => format!(" with {} streams each", grouped(streams.into())),
            };
            format!(
                "closed model: {} connections{streams} for {}, each sends when it is answered\n\n{}",
                grouped(connections.into()),
                Span::new(length),
                endpoints(load, None)
            )
        }
        (None, None) => {
            [draw(&schedule, canvas), stages(&schedule), endpoints(load, Some(schedule.total()))].join("\n")
        }
    }
}

/// The stages of a load of users.
fn users(load: &Load, crowd: &Crowd) -> String {
    let mut table = Builder::default();
    table.push_record(["stage", "from", "to", "length"]);
    for (stage, (from, to)) in load.stages.iter().zip(crowd.stages()) {
        let note = if stage.warmup { " (warm-up, not judged)" } else { "" };
        let [from, to] = [from, to].map(|users| grouped(users.into()));
        table.push_record([format!("{}{note}", stage.name), from, to, stage.length.to_string()]);
    }
    drawn(table)
}

fn stages(schedule: &Schedule) -> String {
    let mut table = Builder::default();
    table.push_record(["stage", "from", "to", "length", "arrivals"]);
    for (place, planned) in schedule.stages().iter().enumerate() {
        let stage = &planned.stage;
        let note = if stage.warmup { " (warm-up, not judged)" } else { "" };
        table.push_record([
            format!("{}{note}", stage.name),
            stage.from.to_string(),
            stage.to.to_string(),
            stage.length.to_string(),
            grouped(schedule.expected(place)),
        ]);
    }
    table.push_record([
        "all".to_owned(),
        String::new(),
        String::new(),
        Span::new(schedule.end().since(crate::clock::Offset::ZERO)).to_string(),
        grouped(schedule.total()),
    ]);
    drawn(table)
}

/// The endpoints with the requests that they get from so many arrivals.
fn endpoints(load: &Load, arrivals: Option<u64>) -> String {
    let mix = load.mix();
    let mut table = Builder::default();
    table.push_record(["endpoint", "of arrivals", "requests"]);
    let mut later_steps = "";
    for (place, journey) in load.journeys.iter().enumerate() {
        let share = mix.share(place);
        for (number, step) in journey.steps.iter().enumerate() {
            if number > 0 {
                later_steps = "later steps of a journey are reached only when the earlier ones go well\n";
            }
            let requests = arrivals.map(|arrivals| grouped((arrivals as f64 * share).round() as u64));
            table.push_record([
                step.endpoint.clone(),
                format!("{:.1}%", share * 100.0),
                requests.unwrap_or_else(|| "as many as are answered".to_owned()),
            ]);
        }
    }
    drawn(table) + later_steps
}

/// A table with its numbers to the right and no spaces at the ends of its lines.
fn drawn(table: Builder) -> String {
    let mut table = table.build();
    let text = table.with(Style::psql()).modify(Columns::new(1..), Alignment::right()).to_string();
    text.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(text: &str) -> String {
        let none = Environment::from_iter::<[(&str, &str); 0]>([]);
        let scenario = Scenario::parse("s.yaml", text, &none).unwrap();
        let room = Room { descriptors: None, ports: None };
        of_scenario(&scenario, room, Canvas { width: 20, height: 2, glyphs: Glyphs::Ascii })
    }

    #[test]
    fn the_whole_plan() {
        let shown = plan(
            "scenario: x\ntarget: { http: http://127.0.0.1:1 }\nsmoke: [http: { get: /health }]\nload:\n  profile: \
             { baseline: { base: 100/s, ramp: 10s, hold: 10s } }\n  journeys:\n    - { name: a, weight: 3, steps: \
             [{ get: /a, think: 1s }, { get: /b }] }\n    - { name: b, steps: [{ get: /c }] }\ngates: [p99(a) <= \
             250ms, dropped == 0]\n",
        );
        snapbox::assert_data_eq!(
            shown,
            snapbox::str![[r"
x
target http://127.0.0.1:1

checks before and after the load
  GET /health (http)

100/s +     ..::###########
 50/s +..::################
  0/s ++---------+---------
       ramp      hold
       0s        10s    20s

 stage                      |  from |    to | length | arrivals
----------------------------+-------+-------+--------+----------
 ramp (warm-up, not judged) |   0/s | 100/s |    10s |      500
 hold                       | 100/s | 100/s |    10s |    1,000
 all                        |       |       |    20s |    1,500

 endpoint | of arrivals | requests
----------+-------------+----------
 a/GET /a |       75.0% |    1,125
 a/GET /b |       75.0% |    1,125
 b/GET /c |       25.0% |      375
later steps of a journey are reached only when the earlier ones go well

connections at 100/s: about 77 when answers take 10ms, 93 at 100ms; at most 5,325 (every answer takes its timeout)
descriptors: about 5,389 at most
memory: about 295MiB at most

gates
  p99(a) <= 250ms   (needs at least 299 requests)
  dropped == 0

"]]
        );
    }

    #[test]
    fn smoke_alone_and_the_closed_model() {
        let smoke =
            plan("scenario: x\ntarget: { http: http://127.0.0.1:1 }\nsmoke: [http: { get: /health }]\n");
        assert_eq!(smoke, "x\ntarget http://127.0.0.1:1\n\nchecks\n  GET /health (http)\n");
        let max = plan(
            "scenario: x\ntarget: { http: http://127.0.0.1:1 }\nload:\n  profile: { max: { connections: 8, hold: 5s \
             } }\n  journeys: [{ name: a, steps: [{ get: /a }] }]\n",
        );
        assert!(max.contains("closed model: 8 connections for 5s"), "{max}");
        assert!(max.contains("\ndescriptors: about 72 at most\n"), "{max}");
    }

    #[test]
    fn users_over_time() {
        let shown = plan(
            "scenario: x\ntarget: { http: http://127.0.0.1:1 }\nload:\n  profile: { users: { count: 200, ramp: 10s, \
             hold: 10s } }\n  journeys: [{ name: a, steps: [{ get: /a, think: 1s }] }]\n",
        );
        snapbox::assert_data_eq!(
            shown,
            snapbox::str![[r"
x
target http://127.0.0.1:1

closed model: up to 200 users, each sends when it is answered and has thought

200 users +     ..::###########
100 users +..::################
  0 users ++---------+---------
           ramp      hold
           0s        10s    20s

 stage                      | from |  to | length
----------------------------+------+-----+--------
 ramp (warm-up, not judged) |    0 | 200 |    10s
 hold                       |  200 | 200 |    10s

 endpoint | of arrivals |                requests
----------+-------------+-------------------------
 a/GET /a |      100.0% | as many as are answered

descriptors: about 264 at most
memory: about [..] at most

"]]
        );
    }

    #[test]
    fn the_ledger_says_where_its_writes_go() {
        let shown = plan(
            "scenario: x\ntarget: { http: http://127.0.0.1:1 }\nload:\n  profile: { stages: [ { hold: 1m, from: 20/s } ] \
             }\n  journeys: [{ name: a, steps: [{ get: /a }] }]\nledger: { postgres: \
             \"postgres://shop:pass@db:5432/orders\", rate: 20/s }\n",
        );
        let expected =
            "ledger\n  20/s for 1m, 1,200 writes: PostgreSQL at db:5432/orders, table shakedown_ledger\n";
        assert!(shown.contains(expected), "{shown}");
    }
}
