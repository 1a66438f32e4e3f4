//! `shakedown judge RUN`

use super::Failure;
use super::caret::Wrong;
use super::conduct::finish;
use super::destinations::Reports;
use super::stress;
use crate::gate::Gate;
use crate::run::{Exit, Strictness};
use crate::verdict::Severity;
use std::path::PathBuf;

/// Which run to judge, and by what.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A run's folder, as printed at its end
    #[arg(value_name = "RUN")]
    folder: PathBuf,
    /// Judge by these gates instead of the run's own. Can be given several times
    #[arg(long, value_name = "GATE", value_parser = gate)]
    gate: Vec<(Gate, String)>,
    #[command(flatten)]
    reports: Reports,
    /// An inconclusive run exits with 1 instead of 3
    #[arg(long)]
    strict: bool,
}

/// Reads a gate given on the command line.
pub(super) fn gate(text: &str) -> Result<(Gate, String), String> {
    let gate = Gate::parse(text).map_err(|error| Wrong::gate(&error).under(text))?;
    Ok((gate, text.to_owned()))
}

/// Judges a saved run again.
pub(super) fn obey(args: &Args) -> Result<Exit, Failure> {
    if stress::is_search(&args.folder) {
        let folder = args.folder.display();
        return Err(Failure::Usage(format!(
            "{folder} is a search; show it with `shakedown stress --show {folder}`, or judge one of the runs in it"
        )));
    }
    let mut destinations = args.reports.open()?;
    let given = args.gate.iter().map(|(gate, text)| (gate.clone(), Severity::Fail, text.clone())).collect();
    let gates = if args.gate.is_empty() { None } else { Some(given) };
    let strictness = if args.strict { Strictness::Strict } else { Strictness::Normal };
    let exit = finish(&args.folder, gates, strictness, &mut destinations)?;
    Ok(exit.or_worse(destinations.finish()))
}
