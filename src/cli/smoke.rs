//! `shakedown smoke SCENARIO…`

use super::conduct::{Part, RunOptions};
use super::{Failure, address, run};
use crate::run::Exit;
use std::path::PathBuf;

/// Which scenarios' checks to run.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Scenario files; only their checks run
    #[arg(required = true, value_name = "SCENARIO")]
    scenarios: Vec<PathBuf>,
    /// Send everything there instead of to the scenario's own `target.http`
    #[arg(long, value_name = "URL", value_parser = address::target)]
    target: Option<String>,
    #[command(flatten)]
    options: RunOptions,
}

/// Runs the checks of all scenarios; the worst exit code counts.
pub(super) fn obey(args: &Args) -> Result<Exit, Failure> {
    run::all(&args.scenarios, args.target.as_deref(), Part::Smoke, &args.options)
}
