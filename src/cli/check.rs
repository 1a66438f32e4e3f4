//! `shakedown check SCENARIO…`

use super::Failure;
use crate::run::Exit;
use crate::scenario::Scenario;
use crate::source::Environment;
use std::path::PathBuf;

/// Which scenarios to check.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Scenario files
    #[arg(required = true, value_name = "SCENARIO")]
    scenarios: Vec<PathBuf>,
}

/// Says of each scenario whether it can run; every error of every file.
pub(super) fn obey(args: &Args) -> Exit {
    let environment = Environment::of_process();
    let mut exit = Exit::Pass;
    for path in &args.scenarios {
        match Scenario::load(path, &environment) {
            Ok(scenario) => anstream::println!("{}: ok ({})", path.display(), scenario.name),
            Err(rejected) => exit = Failure::from(rejected).report(),
        }
    }
    exit
}
