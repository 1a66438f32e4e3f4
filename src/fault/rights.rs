//! Rights in short.

use crate::cluster::Right;

/// These verbs on one resource of the whole cluster.
pub fn cluster_rights(group: &str, resource: &str, verbs: &[&'static str]) -> Vec<Right> {
    let rights = rights("", group, resource, verbs);
    rights.into_iter().map(|right| Right { namespace: None, ..right }).collect()
}

/// These verbs on one resource of the namespace.
pub fn rights(namespace: &str, group: &str, resource: &str, verbs: &[&'static str]) -> Vec<Right> {
    let right = |verb: &&'static str| Right {
        group: group.to_owned(),
        resource: resource.to_owned(),
        verb,
        namespace: Some(namespace.to_owned()),
    };
    verbs.iter().map(right).collect()
}
