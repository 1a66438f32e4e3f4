//! authentication.k8s.io/v1.

use crate::resource::{Kind, Verbs};

pub(super) const KINDS: &[Kind] =
    &[Kind::new("authentication.k8s.io", "v1", "selfsubjectreviews", "SelfSubjectReview")
        .cluster()
        .only(Verbs::CreateOnly)];
