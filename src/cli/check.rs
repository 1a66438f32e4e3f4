//! `shakedown check SCENARIO…`

use super::Failure;
use super::telling::print;
use crate::journey::Journey;
use crate::journey::grpc::Call;
use crate::run::Exit;
use crate::scenario::Scenario;
use crate::source::Environment;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

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
    let each = args.scenarios.iter().map(|path| Failure::told(check(path, &environment)));
    each.fold(Exit::Pass, Exit::or_worse)
}

fn check(path: &Path, environment: &Environment) -> Result<(), Failure> {
    let scenario = Scenario::load(path, environment)?;
    print(format_args!("{}: ok ({})\n{}", path.display(), scenario.name, unchecked(&scenario)))
}

/// What only the target itself can tell.
fn unchecked(scenario: &Scenario) -> String {
    let calls = scenario.load.iter().flat_map(|load| load.journeys.iter().flat_map(Journey::calls));
    let methods: BTreeSet<String> = calls.filter(|call| !call.is_bound()).map(Call::method).collect();
    let line = |method| {
        format!(
            "  not checked: {method} and its message; the server is asked for their types before the load\n"
        )
    };
    methods.into_iter().map(line).collect()
}
