//! Whether a namespace may be touched at all.

use super::{Cluster, ClusterError};
use k8s_openapi::api::core::v1::Namespace;

/// The label or annotation by which a namespace consents, with the value `true`.
const ALLOW: &str = "shakedown.dev/allow";
/// The cluster itself lives there; nothing makes it a target.
const SYSTEM: [&str; 3] = ["kube-system", "kube-public", "kube-node-lease"];
/// What nobody chose to be in: its consent has to be its own.
const DEFAULT: &str = "default";

/// What somebody at the command line has agreed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// The namespace has to consent itself.
    OfNamespace,
    /// `--yes`: that the scenario names the namespace is enough.
    ByName,
}

/// What a namespace says to faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamespaceState {
    /// It consents.
    Consents,
    /// It is there and does not consent.
    Silent,
    /// It belongs to the cluster itself.
    System,
    /// It is not there.
    Missing,
}

impl NamespaceState {
    /// Why faults may not touch the namespace of this name, and the next move; `None` when they may.
    pub fn objection(self, name: &str, given: Consent) -> Option<String> {
        let allow = format!("kubectl label namespace {name} {ALLOW}=true");
        match (self, given) {
            (NamespaceState::Consents, _) => None,
            (NamespaceState::Silent, Consent::ByName) if name != DEFAULT => None,
            (NamespaceState::Silent, Consent::ByName) => Some(format!(
                "the namespace `{name}` is everybody's, so `--yes` is not enough; consent by `{allow}`"
            )),
            (NamespaceState::Silent, Consent::OfNamespace) => Some(format!(
                "the namespace `{name}` does not consent to faults; if it may be broken: `{allow}`, or give --yes"
            )),
            (NamespaceState::System, _) => {
                Some(format!("the namespace `{name}` belongs to the cluster itself and is never touched"))
            }
            (NamespaceState::Missing, _) => Some(format!(
                "there is no namespace `{name}`; check `target.kubernetes` against `kubectl get namespaces`"
            )),
        }
    }
}

impl Cluster {
    /// What our namespace says to faults.
    pub async fn consent(&self) -> Result<NamespaceState, ClusterError> {
        if SYSTEM.contains(&self.namespace()) {
            return Ok(NamespaceState::System);
        }
        let doing = format!("read the namespace {}", self.namespace());
        let found = self.call(&doing, self.api_all::<Namespace>().get_opt(self.namespace())).await?;
        let Some(found) = found else { return Ok(NamespaceState::Missing) };
        let mut said = [found.metadata.labels, found.metadata.annotations].into_iter().flatten();
        let allows = said.any(|map| map.get(ALLOW).is_some_and(|value| value == "true"));
        Ok(if allows { NamespaceState::Consents } else { NamespaceState::Silent })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_be_touched() {
        use Consent::{ByName, OfNamespace};
        use NamespaceState::{Consents, Missing, Silent, System};
        for (state, name, given, words) in [
            (Consents, "shop", OfNamespace, None),
            (Consents, "default", OfNamespace, None),
            (Silent, "shop", ByName, None),
            (Silent, "shop", OfNamespace, Some("shakedown.dev/allow=true")),
            (Silent, "default", ByName, Some("`--yes` is not enough")),
            (System, "kube-system", ByName, Some("never touched")),
            (Missing, "shop", ByName, Some("no namespace `shop`")),
        ] {
            let said = state.objection(name, given);
            match (&said, words) {
                (None, None) => {}
                (Some(said), Some(words)) => assert!(said.contains(words), "{said}"),
                _ => panic!("{state:?} {name} {given:?}: {said:?}"),
            }
        }
    }
}
