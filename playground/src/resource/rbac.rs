//! rbac.authorization.k8s.io/v1.

use crate::resource::{Kind, NameRule, defaults, no_rules, rules};

const fn kind(resource: &'static str, name: &'static str) -> Kind {
    Kind::new("rbac.authorization.k8s.io", "v1", resource, name).named(NameRule::PathSegment)
}

pub(super) const KINDS: &[Kind] = &[
    kind("clusterrolebindings", "ClusterRoleBinding")
        .cluster()
        .defaults(defaults::role_binding)
        .checks(no_rules, rules::binding_change),
    kind("clusterroles", "ClusterRole").cluster(),
    kind("rolebindings", "RoleBinding")
        .defaults(defaults::role_binding)
        .checks(no_rules, rules::binding_change),
    kind("roles", "Role"),
];
