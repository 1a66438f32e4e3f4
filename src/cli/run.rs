//! `shakedown run SCENARIO…`

use super::conduct::{Part, RunOptions, conduct};
use super::row::Row;
use super::{Failure, address};
use crate::cluster::Consent;
use crate::run::Exit;
use crate::scenario::Scenario;
use crate::source::Environment;
use std::path::PathBuf;

/// Which scenarios to run, or to run a part of.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Scenario files, taken one after the other
    #[arg(required = true, value_name = "SCENARIO")]
    scenarios: Vec<PathBuf>,
    /// Send everything there instead of to the scenario's own `target.http`
    #[arg(long, value_name = "URL", value_parser = address::target)]
    target: Option<String>,
    /// Faults may go to the namespace that the scenario names, also where it does not consent itself
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    options: RunOptions,
}

/// Checks all scenarios first, then runs them; the worst exit code counts.
pub(super) fn obey(args: &Args) -> Result<Exit, Failure> {
    all(args, Part::All)
}

/// Runs the scenarios, or a part of each.
pub(super) fn all(args: &Args, part: Part) -> Result<Exit, Failure> {
    let environment = Environment::of_process().with_target(args.target.as_deref());
    let load = |path: &PathBuf| {
        let scenario = Scenario::load(path, &environment)?;
        match part {
            Part::Smoke | Part::Watch(_) if scenario.checks.is_empty() => Err(Failure::Usage(format!(
                "{} has no `smoke` checks; add some, or run all of it with `shakedown run`",
                path.display()
            ))),
            Part::Smoke | Part::Watch(_) | Part::All => Ok(scenario),
        }
    };
    let scenarios: Result<Vec<Scenario>, Failure> = args.scenarios.iter().map(load).collect();
    let consent = if args.yes { Consent::ByName } else { Consent::OfNamespace };
    let scenarios = scenarios?;
    let mut destinations = args.options.destinations()?;
    let mut row = Row::new();
    for scenario in scenarios {
        if row.add(conduct(scenario, part, consent, &args.options, &mut destinations)).is_break() {
            break;
        }
    }
    // What ran before a failure is reported all the same.
    Ok(row.worst().or_worse(destinations.finish()))
}
