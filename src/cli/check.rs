//! `shakedown check SCENARIO…`

use super::Failure;
use crate::journey::Journey;
use crate::journey::grpc::Call;
use crate::run::Exit;
use crate::scenario::Scenario;
use crate::source::Environment;
use std::collections::BTreeSet;
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
            Ok(scenario) => {
                anstream::println!("{}: ok ({})", path.display(), scenario.name);
                unchecked(&scenario);
            }
            Err(rejected) => exit = Failure::from(rejected).report(),
        }
    }
    exit
}

/// Says what only the target itself can tell.
fn unchecked(scenario: &Scenario) {
    let calls = scenario.load.iter().flat_map(|load| load.journeys.iter().flat_map(Journey::calls));
    let methods: BTreeSet<String> = calls.filter(|call| !call.is_bound()).map(Call::method).collect();
    for method in methods {
        anstream::println!(
            "  not checked: {method} and its message; the server is asked for their types before the load"
        );
    }
}
