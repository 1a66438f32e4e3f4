//! Seconds that cannot be trusted and that a scenario allows all the same (`load.untrusted`).

use super::Summary;
use crate::history::Meta;

/// Whether seconds cannot be trusted, and no more of them than the scenario allows.
pub(super) fn is_used(meta: &Meta, summary: &Summary) -> bool {
    let untrusted = summary.generator.untrusted.seconds;
    untrusted > 0 && untrusted as f64 <= meta.untrusted.get() * summary.totals.length.as_secs_f64()
}
