//! `shakedown judge RUN`

use super::Failure;
use super::conduct::finish;
use super::destinations::{Destinations, request};
use crate::gate::Gate;
use crate::report::Request;
use crate::run::{Exit, Strictness};
use crate::verdict::Severity;
use std::path::PathBuf;
use std::sync::Arc;

/// Which run to judge, and by what.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A run's folder, as printed at its end
    #[arg(value_name = "RUN")]
    folder: PathBuf,
    /// Judge by these gates instead of the run's own. Can be given several times
    #[arg(long, value_name = "GATE", value_parser = gate)]
    gate: Vec<(Gate, String)>,
    /// Write a report: terminal, json or junit; `-` is stdout. Can be given several times
    #[arg(long, value_name = "KIND=PATH", value_parser = request)]
    report: Vec<Arc<Request>>,
    /// An inconclusive run exits with 1 instead of 3
    #[arg(long)]
    strict: bool,
}

/// Reads a gate given on the command line.
pub(super) fn gate(text: &str) -> Result<(Gate, String), String> {
    Gate::parse(text).map(|gate| (gate, text.to_owned())).map_err(|error| {
        let width = error.end.saturating_sub(error.start).max(1);
        let caret = format!("{}{}", " ".repeat(error.start), "^".repeat(width));
        let help = if error.help.is_empty() { String::new() } else { format!("\n  help: {}", error.help) };
        format!("{}\n  {text}\n  {caret}{help}", error.message)
    })
}

/// Judges a saved run again.
pub(super) fn obey(args: &Args) -> Result<Exit, Failure> {
    let destinations = Destinations::open(&args.report)?;
    let given = args.gate.iter().map(|(gate, text)| (gate.clone(), Severity::Fail, text.clone())).collect();
    let gates = if args.gate.is_empty() { None } else { Some(given) };
    let strictness = if args.strict { Strictness::Strict } else { Strictness::Normal };
    finish(&args.folder, gates, strictness, destinations)
}
