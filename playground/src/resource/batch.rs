//! batch/v1.

use crate::resource::Subresource::Status;
use crate::resource::{Kind, defaults, rules};

pub(super) const KINDS: &[Kind] = &[Kind::new("batch", "v1", "jobs", "Job")
    .in_all()
    .with(&[Status])
    .counted()
    .selectable(&["status.successful"])
    .defaults(defaults::job)
    .creates(defaults::empty_status)
    .checks(rules::job, rules::job_change)];
