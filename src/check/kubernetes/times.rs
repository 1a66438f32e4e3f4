//! When a workload was rolled out last.

use super::workload::Workload;
use crate::check::Found;
use k8s_openapi::jiff::Timestamp;

/// When the newest revision of a workload was made.
///
/// # Errors
/// The finding that its controller has made none yet.
pub fn rolled_out(workload: &Workload) -> Result<Timestamp, Found> {
    let made = workload.revision.as_ref().and_then(|meta| meta.creation_timestamp.as_ref());
    made.map(|time| time.0)
        .ok_or_else(|| Found::fail(format!("{} has no revision yet: nothing was rolled out", workload.title)))
}
