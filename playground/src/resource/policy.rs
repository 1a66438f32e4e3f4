//! policy/v1.

use crate::resource::Subresource::Status;
use crate::resource::{Kind, defaults, no_change, rules};

pub(super) const KINDS: &[Kind] = &[Kind::new("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget")
    .short(&["pdb"])
    .with(&[Status])
    .counted()
    .creates(defaults::budget_status)
    .checks(rules::budget, no_change)];
