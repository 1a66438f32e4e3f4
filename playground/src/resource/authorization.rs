//! authorization.k8s.io/v1.

use crate::resource::{Kind, Verbs};

const fn review(resource: &'static str, name: &'static str) -> Kind {
    Kind::new("authorization.k8s.io", "v1", resource, name).cluster().only(Verbs::CreateOnly)
}

pub(super) const KINDS: &[Kind] = &[
    review("selfsubjectaccessreviews", "SelfSubjectAccessReview"),
    review("selfsubjectrulesreviews", "SelfSubjectRulesReview"),
];
