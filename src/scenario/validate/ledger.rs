//! The ledger against the run that it is part of.

use crate::clock::Offset;
use crate::ledger::{Ledger, MOST_WRITES};
use crate::scenario::{Load, ScenarioFile};
use crate::source::Problem;
use crate::units::grouped;

/// What can never work; `ledger` is none where it has mistakes of its own.
pub(in crate::scenario) fn ledger(
    file: &ScenarioFile,
    ledger: Option<&Ledger>,
    load: Option<&Load>,
    problems: &mut Vec<Problem>,
) {
    let Some(spec) = &file.ledger else { return };
    if file.load.is_none() && problems.is_empty() {
        problems.push(
            Problem::at(spec.mark, "the ledger writes as long as the load lasts, but this scenario has none")
                .help("add a `load`, or remove the ledger"),
        );
    }
    let Some((ledger, load)) = ledger.zip(load) else { return };
    let writes = ledger.writes(load.schedule(0).end().since(Offset::ZERO));
    if writes > MOST_WRITES {
        let message = format!(
            "these are {} writes, and at most {} are kept in mind",
            grouped(writes),
            grouped(MOST_WRITES)
        );
        problems.push(Problem::at(spec.mark, message).help("lower its `rate`: 20/s is usual"));
    }
}
