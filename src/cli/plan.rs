//! `shakedown plan SCENARIO`

use super::Failure;
use crate::gate::Window;
use crate::load::{Arrivals, Canvas, Glyphs, Schedule, draw};
use crate::run::Exit;
use crate::scenario::{Load, Scenario};
use crate::source::Environment;
use crate::units::{Bytes, Rate, Span};
use std::path::PathBuf;
use std::time::Duration;
use tabled::builder::Builder;
use tabled::settings::Style;

/// Which scenario to show.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A scenario file
    #[arg(value_name = "SCENARIO")]
    scenario: PathBuf,
    /// Draw with ASCII characters only
    #[arg(long)]
    ascii: bool,
}

/// A connection's buffers and a lane's state; measured in `docs/decisions/0005-load-engine.md`.
const BYTES_PER_CONNECTION: u64 = 48 << 10;
/// What a run takes before its first connection; measured there too.
const BYTES_AT_REST: u64 = 28 << 20;
/// Five histograms of an endpoint's open windows and tallies at their largest.
const BYTES_PER_ENDPOINT: u64 = 2 << 20;

/// Shows what the scenario would do.
pub(super) fn obey(args: &Args) -> Result<Exit, Failure> {
    let scenario = Scenario::load(&args.scenario, &Environment::of_process())?;
    let redact = |text: &str| scenario.secrets.redact(text);
    anstream::println!("{}", redact(&scenario.name));
    if let Some(description) = &scenario.description {
        anstream::println!("{}", redact(description));
    }
    anstream::println!("target {}\n", redact(&scenario.target.url));
    if !scenario.checks.is_empty() {
        anstream::println!("checks before and after the load:");
        scenario
            .checks
            .iter()
            .for_each(|check| anstream::println!("  {} ({})", redact(&check.name), check.kind()));
        anstream::println!();
    }
    if let Some(load) = &scenario.load {
        let glyphs = if args.ascii { Glyphs::Ascii } else { Glyphs::Blocks };
        anstream::println!("{}", of_load(load, Canvas { glyphs, ..Canvas::default() }));
    }
    if !scenario.gates.is_empty() {
        anstream::println!("gates:");
        for planned in &scenario.gates {
            anstream::println!("  {}{}", redact(&planned.text), needs(planned));
        }
    }
    Ok(Exit::Pass)
}

fn needs(planned: &crate::scenario::PlannedGate) -> String {
    let window = match &planned.gate.window {
        Window::WholeRun => String::new(),
        Window::Stage(name) => format!(" in stage {name}"),
        Window::Last(span) => format!(" in the last {span}"),
    };
    let needed = planned.gate.needs();
    let requests = if needed == 1 { "request" } else { "requests" };
    format!("   (needs at least {needed} {requests}{window})")
}

fn of_load(load: &Load, canvas: Canvas) -> String {
    let schedule = Schedule::new(load.stages.clone(), Arrivals::Even);
    let mut parts = Vec::new();
    if let Some(connections) = load.closed_connections {
        parts.push(format!("closed model: {connections} connections, each as fast as it is answered"));
    } else {
        parts.push(draw(&schedule, canvas));
    }
    parts.push(stages(&schedule));
    parts.push(endpoints(load, &schedule));
    parts.push(resources(load, &schedule));
    parts.join("\n")
}

fn stages(schedule: &Schedule) -> String {
    let mut table = Builder::default();
    table.push_record(["stage", "from", "to", "length", "requests"]);
    for (place, planned) in schedule.stages().iter().enumerate() {
        let stage = &planned.stage;
        let note = if stage.warmup { " (warm-up, not judged)" } else { "" };
        table.push_record([
            format!("{}{note}", stage.name),
            stage.from.to_string(),
            stage.to.to_string(),
            stage.length.to_string(),
            schedule.expected(place).to_string(),
        ]);
    }
    table.build().with(Style::psql()).to_string()
}

fn endpoints(load: &Load, schedule: &Schedule) -> String {
    let mix = load.mix();
    let mut table = Builder::default();
    table.push_record(["endpoint", "share", "requests expected"]);
    for (place, journey) in load.journeys.iter().enumerate() {
        let share = mix.share(place);
        for step in &journey.steps {
            let expected = (schedule.total() as f64 * share).round();
            table.push_record([
                step.endpoint.clone(),
                format!("{:.1}%", share * 100.0),
                format!("{expected:.0}"),
            ]);
        }
    }
    format!(
        "\n{}\nlater steps of a journey are reached only when the earlier ones go well\n",
        table.build().with(Style::psql())
    )
}

fn resources(load: &Load, schedule: &Schedule) -> String {
    let peak = load
        .stages
        .iter()
        .map(|stage| stage.from.as_per_second().max(stage.to.as_per_second()))
        .fold(0.0, f64::max);
    let timeout = load
        .journeys
        .iter()
        .flat_map(|journey| &journey.steps)
        .map(|step| step.timeout)
        .max()
        .unwrap_or_default();
    let at =
        |latency: Duration| (peak * latency.as_secs_f64()).ceil().min(f64::from(load.max_in_flight)) as u64;
    let most = load.closed_connections.map_or_else(|| at(timeout).max(1), u64::from);
    let endpoints = load.journeys.iter().map(|journey| journey.steps.len() as u64).sum::<u64>();
    let memory = BYTES_AT_REST + endpoints * BYTES_PER_ENDPOINT + most * BYTES_PER_CONNECTION;
    let mut lines = vec![format!(
        "length {}, {} requests started",
        Span::new(schedule.end().since(crate::clock::Offset::ZERO)),
        schedule.total()
    )];
    if load.closed_connections.is_none() {
        let (quick, slow) = (at(Duration::from_millis(10)), at(Duration::from_millis(100)));
        lines.push(format!(
            "peak {}; about {quick} connections when answers take 10ms, {slow} at 100ms",
            Rate::per_second(peak)
        ));
    }
    let rounded = Bytes::new(memory.div_ceil(1 << 20) << 20);
    lines.push(format!(
        "at most {most} connections (answers that take the whole timeout) and about {rounded} of memory"
    ));
    lines.push(String::new());
    lines.join("\n")
}
