//! The rights that taking a deed back needs: those of whoever does it when the run is lost.

use super::{Deed, Lasting, rights};
use crate::cluster::{ObjectRef, Right, cluster_rights};

/// The rights that taking a deed back needs in the namespace of the run; none where nothing is taken back, or a command of
/// the run's machine does it.
pub fn needs_of_undo(deed: &Deed, namespace: &str) -> Vec<Right> {
    match deed {
        Deed::Change { object, subresource, lasting: Lasting::UntilUndone, .. } => {
            of_change(object, *subresource)
        }
        Deed::Create { manifest } => {
            let text = |key: &str| manifest[key].as_str().unwrap_or_default().to_owned();
            let (api_version, kind) = (text("apiVersion"), text("kind"));
            let made = ObjectRef { api_version, kind, namespace: None, name: String::new(), uid: None };
            let (group, resource) = made.resource();
            rights(namespace, &group, &resource, &["delete"])
        }
        Deed::Exec { undo: Some(_), .. } => {
            let mut all = rights(namespace, "", "pods", &["get"]);
            all.extend(rights(namespace, "", "pods/exec", &["get", "create"]));
            all
        }
        Deed::Change { .. }
        | Deed::AwaitReady { .. }
        | Deed::Delete { .. }
        | Deed::Evict { .. }
        | Deed::Attach { .. }
        | Deed::Run { .. }
        | Deed::Exec { .. } => Vec::new(),
    }
}

/// The object is read, then changed; the copies of a note on a Deployment go too.
fn of_change(object: &ObjectRef, subresource: Option<&str>) -> Vec<Right> {
    let (group, resource) = object.resource();
    let whole = |resource: &str, verbs: &[&'static str]| match &object.namespace {
        Some(namespace) => rights(namespace, &group, resource, verbs),
        None => cluster_rights(&group, resource, verbs),
    };
    let mut all = whole(&resource, &["get"]);
    let changed = subresource.map_or_else(|| resource.clone(), |part| format!("{resource}/{part}"));
    all.extend(whole(&changed, &["patch"]));
    if object.kind == "Deployment" {
        all.extend(whole("replicasets", &["list", "patch"]));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::time::Duration;

    fn object(api_version: &str, kind: &str, namespace: Option<&str>) -> ObjectRef {
        let (api_version, kind) = (api_version.to_owned(), kind.to_owned());
        ObjectRef {
            api_version,
            kind,
            namespace: namespace.map(ToOwned::to_owned),
            name: "x".into(),
            uid: None,
        }
    }

    fn change(object: ObjectRef, subresource: Option<&'static str>, lasting: Lasting) -> Deed {
        Deed::Change { object, subresource, fields: Vec::new(), lasting }
    }

    #[test]
    fn each_way_back_needs_its_own_rights() {
        use Lasting::{Stays, UntilUndone};
        let (shop, limit) = (Some("shop"), Duration::from_secs(1));
        let exec = |undo: Option<&str>| Deed::Exec {
            pod: object("v1", "Pod", shop),
            container: None,
            command: Vec::new(),
            undo: undo.map(|word| vec![word.to_owned()]),
            limit,
        };
        for (deed, expected) in [
            (
                change(object("apps/v1", "Deployment", shop), None, UntilUndone),
                "get deployments.apps, patch deployments.apps, list replicasets.apps, patch replicasets.apps",
            ),
            (change(object("apps/v1", "Deployment", shop), None, Stays), ""),
            (change(object("v1", "Pod", shop), Some("resize"), UntilUndone), "get pods, patch pods/resize"),
            (change(object("v1", "Node", None), None, UntilUndone), "get nodes of all, patch nodes of all"),
            (Deed::Create { manifest: json!({"apiVersion": "v1", "kind": "Service"}) }, "delete services"),
            (
                Deed::Create {
                    manifest: json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy"}),
                },
                "delete networkpolicies.networking.k8s.io",
            ),
            (exec(Some("undo")), "get pods, get pods/exec, create pods/exec"),
            (exec(None), ""),
            (Deed::Run { command: Vec::new(), undo: Some(Vec::new()), limit }, ""),
        ] {
            let words = needs_of_undo(&deed, "shop").iter().map(ToString::to_string).collect::<Vec<_>>();
            let words =
                words.join(", ").replace(" in namespace shop", "").replace("in the whole cluster", "of all");
            assert_eq!(words, expected, "{deed:?}");
        }
    }
}
