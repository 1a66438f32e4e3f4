//! All kinds, and how to find one.

use crate::resource::{
    Kind, apps, authentication, authorization, autoscaling, batch, coordination, core_v1, discovery, events,
    metrics, networking, policy, rbac,
};
use crate::store::ResourceId;

const TABLE: [&[Kind]; 13] = [
    core_v1::KINDS,
    apps::KINDS,
    authentication::KINDS,
    authorization::KINDS,
    autoscaling::KINDS,
    batch::KINDS,
    coordination::KINDS,
    discovery::KINDS,
    events::KINDS,
    networking::KINDS,
    policy::KINDS,
    rbac::KINDS,
    // Last: of two groups with `pods`, clients that are told no group take the first.
    metrics::KINDS,
];

static KINDS: [&[Kind]; 13] = TABLE;

/// Every served kind.
pub fn kinds() -> impl Iterator<Item = &'static Kind> {
    KINDS.iter().flat_map(|group| group.iter())
}

/// The groups outside the core with their version.
pub fn groups() -> Vec<(&'static str, &'static str)> {
    let mut groups: Vec<_> = kinds().map(|kind| (kind.id.group, kind.version)).collect();
    groups.retain(|(group, _)| !group.is_empty());
    groups.dedup();
    groups
}

/// The kind with this group, version and plural.
pub fn by_resource(group: &str, version: &str, resource: &str) -> Option<&'static Kind> {
    kinds().find(|kind| kind.id.group == group && kind.version == version && kind.id.resource == resource)
}

/// The kind with this `apiVersion` and `kind`.
pub fn by_kind(api_version: &str, name: &str) -> Option<&'static Kind> {
    kinds().find(|kind| kind.kind == name && kind.api_version() == api_version)
}

/// The kind of a resource.
pub fn kind_of(id: ResourceId) -> Option<&'static Kind> {
    kinds().find(|kind| kind.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_two_kinds_share_a_path_or_a_short_name_of_one_group() {
        let mut seen = HashSet::new();
        for kind in kinds() {
            assert!(seen.insert((kind.id.group, kind.id.resource.to_owned())), "{}", kind.id);
            for short in kind.short_names {
                assert!(seen.insert((kind.id.group, (*short).to_owned())), "{short}");
            }
        }
    }

    #[test]
    fn kinds_are_found_by_both_names() {
        let deployment = by_kind("apps/v1", "Deployment").unwrap();
        assert_eq!(deployment.id.to_string(), "deployments.apps");
        assert_eq!(by_resource("", "v1", "pods").unwrap().kind, "Pod");
        assert!(by_resource("apps", "v1beta1", "deployments").is_none());
    }
}
