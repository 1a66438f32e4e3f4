//! authorization.k8s.io/v1.

use crate::resource::{Kind, Verbs};

pub(super) const KINDS: &[Kind] =
    &[Kind::new("authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview")
        .cluster()
        .only(Verbs::CreateOnly)];
