//! coordination.k8s.io/v1.

use crate::resource::{Kind, no_change, rules};

pub(super) const KINDS: &[Kind] =
    &[Kind::new("coordination.k8s.io", "v1", "leases", "Lease").checks(rules::lease, no_change)];
