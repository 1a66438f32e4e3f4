//! Whether a scenario does anything at all.

use crate::scenario::ScenarioFile;
use crate::source::Problem;

/// A name, and something to do.
pub(in crate::scenario) fn purpose(file: &ScenarioFile, problems: &mut Vec<Problem>) {
    let Some(name) = &file.scenario else { return };
    if name.trim().is_empty() {
        problems.push(
            Problem::at(name.mark, "the scenario's name is empty").help("say in a few words what it tries"),
        );
    }
    // Broken parts were left out; with other problems it is not known that there is nothing.
    if problems.is_empty() && file.smoke.is_empty() && file.load.is_none() {
        problems.push(
            Problem::at(name.mark, "this scenario does nothing, so it could prove nothing")
                .help("add `smoke` checks or a `load`"),
        );
    }
}
