//! The story of a search: read the scenario, leave out what no rate can break, search, report.

use super::seeker::Seeker;
use super::{Args, saved};
use crate::cli::Failure;
use crate::cli::conduct::machine;
use crate::cli::opened::Opened;
use crate::cli::paper::paper;
use crate::cli::signals::{self, AtStake, Stake, Work};
use crate::cli::telling::{tell, to_stdout};
use crate::engine::{Control, RunPlan};
use crate::history::{self, Meta};
use crate::ledger::Ids;
use crate::report::{Format, Page, SearchKind, harmless, statement};
use crate::run::Exit;
use crate::scenario::{Load, Scenario};
use crate::search::{Asked, Cut, Record, SCHEMA, Search};
use crate::source::Environment;
use std::path::Path;

/// Searches for the breaking point, or shows a search that was saved.
pub(in crate::cli) fn obey(args: &Args) -> Result<Exit, Failure> {
    let asked = args.asked()?;
    match (&args.scenario, &args.show) {
        (_, Some(folder)) => {
            let destinations = args.destinations()?;
            Ok(report(&saved::read(folder)?, &destinations))
        }
        (Some(path), None) => search(args, asked, path),
        (None, None) => Err(Failure::Usage("give a scenario, or --show a search".into())),
    }
}

fn search(args: &Args, asked: Asked, path: &Path) -> Result<Exit, Failure> {
    let environment = Environment::of_process().with_target(args.target.as_deref());
    let (scenario, left_out) = steady(path, &environment)?;
    let Some(shape) = scenario.load.as_ref().map(Load::shape) else {
        return Err(no_load(path));
    };
    let destinations = args.destinations()?;
    let _awake = args.awake.hold()?;
    let seed = args.seed.unwrap_or_else(rand::random);
    let meta = scenario.meta(seed, format!("{:.3}", jiff::Timestamp::now()), machine());
    // Before and between the runs the checks are asked apart.
    let meta = Meta { checks: Vec::new(), ..meta };
    let mut record = begun(&meta, asked, left_out);
    let plan =
        RunPlan::new(scenario, seed, &Ids::new("")).map_err(|error| Failure::Usage(error.to_string()))?;
    let load = plan.load.clone().ok_or_else(|| no_load(path))?;
    let checks = RunPlan { load: None, ..plan };
    let system = |what| move |source| Failure::System { what, source };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(system("start the runtime"))?;
    let (stop, control) = Control::new();
    let stake = Stake::default();
    stake.get_or_init(|| AtStake { work: Work::Load, left: None, ledger: None });
    let listening = runtime.block_on(async { signals::listen(stop.clone(), stake) });
    listening.map_err(system("listen for signals"))?;
    let folder = history::runs::folder(&args.out, &format!("stress {}", meta.scenario), &meta.started);
    let folder = folder.map_err(|error| Failure::Usage(error.to_string()))?;
    announce(&record);
    let (runtime, stop, control, checks) = (&runtime, &stop, &control, &checks);
    Seeker { runtime, stop, control, checks, load, shape, meta, folder: &folder }.seek(&mut record)?;
    let exit = report(&record, &destinations);
    tell(format_args!("saved; to show it again: shakedown stress --show {}", folder.display()));
    Ok(exit)
}

/// The scenario with what a rate can break, and what was left out of it.
fn steady(path: &Path, environment: &Environment) -> Result<(Scenario, Vec<String>), Failure> {
    let (scenario, left_out) = Scenario::load(path, environment)?.steady();
    if scenario.load.is_some() && !scenario.can_break() {
        let why = if left_out.is_empty() { String::new() } else { format!(" ({})", left_out.join("; ")) };
        return Err(Failure::Usage(format!(
            "{} has no gate that a rate could break{why}; say what must hold, for example `p99 <= 250ms` and \
             `error_rate < 1%`",
            path.display()
        )));
    }
    Ok((scenario, left_out))
}

fn no_load(path: &Path) -> Failure {
    Failure::Usage(format!(
        "{} has no `load`; add the journeys whose breaking point is wanted",
        path.display()
    ))
}

fn begun(meta: &Meta, asked: Asked, left_out: Vec<String>) -> Record {
    Record {
        schema: SCHEMA,
        version: meta.version.clone(),
        scenario: meta.scenario.clone(),
        hash: meta.hash.clone(),
        target: meta.target.clone(),
        started: meta.started.clone(),
        seed: meta.seed,
        asked,
        gates: meta.gates.iter().map(|gate| gate.gate.clone()).collect(),
        left_out,
        attempts: Vec::new(),
        found: Search::new(asked.range()).ended_early(Cut::Interrupted, "nothing was tried yet".to_owned()),
    }
}

/// Says what is going to happen.
fn announce(record: &Record) {
    let Asked { from, limit, hold, confirm, repeats, .. } = record.asked;
    tell(format_args!("{}, against {}", harmless(&record.scenario), harmless(&record.target)));
    tell(format_args!(
        "from {from} to at most {limit}, each rate for {hold}, then each of the two ends {repeats} × {confirm}"
    ));
    tell(format_args!("must hold: {}", harmless(&record.gates.join(", "))));
    record.left_out.iter().for_each(|what| tell(format_args!("left out: {}", harmless(what))));
}

/// Writes the search to everything that was asked for; what people read to stdout where nothing else goes there. Gives
/// how that exits: as what was found says, but what cannot be shown is no pass.
fn report(record: &Record, destinations: &Opened<SearchKind>) -> Exit {
    let mut shown = Ok(());
    if destinations.has_stdout() {
        tell(format_args!("{}: {}", record.verdict(), harmless(&statement(record))));
    } else if let Some(page) = SearchKind::list().first() {
        shown = to_stdout(|out| (page.write)(record, paper(), out));
    }
    let exit = record.exit().or_worse(Failure::told(shown));
    exit.or_worse(destinations.write(|kind, out| (kind.write)(record, Page::PLAIN, out)))
}
