//! What puts Pods into a quarantine, and the rights that this takes.

use super::Quarantine;
use crate::cluster::{ObjectRef, Right, escaped};
use crate::fault::{Deed, Lasting, rights};
use k8s_openapi::api::core::v1::Pod;
use serde_json::json;

/// The rights beside those that find the Pods: to look for holes, to make the policy and to label the Pods.
pub fn cut_rights(namespace: &str) -> Vec<Right> {
    let mut all = rights(namespace, "", "pods", &["get", "patch"]);
    all.extend(rights(namespace, "networking.k8s.io", "networkpolicies", &["list", "create", "delete"]));
    all
}

impl Quarantine<'_> {
    /// First the labels, then the policy: so it begins, and ends, for all of them in one step.
    pub fn deeds(&self, pods: &[Pod]) -> Vec<Deed> {
        let path = format!("/metadata/labels/{}", escaped(Quarantine::LABEL));
        let mark = |pod: &Pod| Deed::Change {
            object: ObjectRef::of(pod),
            subresource: None,
            fields: vec![(path.clone(), Some(json!(self.name)))],
            lasting: Lasting::UntilUndone,
        };
        let policy = Deed::Create { manifest: self.policy() };
        pods.iter().map(mark).chain([policy]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::quarantine::Direction;

    #[test]
    fn the_policy_comes_after_all_labels() {
        let pod =
            |name: &str| -> Pod { serde_json::from_value(json!({"metadata": {"name": name}})).unwrap() };
        let quarantine = Quarantine { name: "q", ports: &[], direction: Direction::Both };
        let deeds = quarantine.deeds(&[pod("a"), pod("b")]);
        let said: Vec<String> = deeds.iter().map(ToString::to_string).collect();
        let label = "change /metadata/labels/shakedown.dev~1quarantine of Pod/";
        assert_eq!(said, [format!("{label}a"), format!("{label}b"), "create NetworkPolicy/q".to_owned()]);
    }
}
