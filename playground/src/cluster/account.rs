//! What a new Pod gets from its service account, as the admission of a real server gives it: a volume with a token,
//! mounted in each container unless account or Pod say no.

use crate::cluster::Cluster;
use crate::cluster::stamp::suffix;
use crate::identity::ROOT_CERTIFICATE;
use crate::object::{self, child_mut, list_mut, map_mut};
use crate::resource::by_kind;
use crate::status::ApiError;
use serde_json::{Map, Value, json};

/// Where programs look for it.
const PLACE: &str = "/var/run/secrets/kubernetes.io/serviceaccount";
/// Seconds that the mounted token is good for; it is renewed before.
const SECONDS: i64 = 3607;

impl Cluster {
    /// Gives `pod` its account's token, if this cluster has an API server.
    ///
    /// Errors: 403 when the account that it names does not exist. The account `default`, which comes a moment after
    /// its namespace, may be missing still: the Pod's volume then waits for it.
    pub(super) fn admit(&self, pod: &mut Value) -> Result<(), ApiError> {
        if self.identity().is_none() {
            return Ok(());
        }
        let account = object::text(pod, "/spec/serviceAccountName").to_owned();
        let kind = by_kind("v1", "ServiceAccount").ok_or_else(|| ApiError::not_implemented("accounts"))?;
        let found = self.get(kind, object::namespace(pod), &account).ok();
        if found.is_none() && account != "default" {
            let at = format!("{}/{account}", object::namespace(pod));
            let why =
                format!("error looking up service account {at}: serviceaccount \"{account}\" not found");
            return Err(ApiError::forbidden("", "pods", object::name(pod), &why));
        }
        let said = |object: &Value| object["automountServiceAccountToken"].as_bool();
        let wanted = said(&pod["spec"]).or_else(|| found.and_then(|found| said(&found))).unwrap_or(true);
        if wanted {
            mount(child_mut(map_mut(pod), "spec"));
        }
        Ok(())
    }
}

fn mount(spec: &mut Map<String, Value>) {
    let name = format!("kube-api-access-{}", suffix());
    let mut used = false;
    for list in ["initContainers", "containers"] {
        for container in spec.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            let mounts = list_mut(map_mut(container), "volumeMounts");
            if mounts.iter().all(|mount| mount["mountPath"] != PLACE) {
                mounts.push(json!({"name": name, "readOnly": true, "mountPath": PLACE}));
                used = true;
            }
        }
    }
    if !used {
        return;
    }
    let namespace =
        json!({"path": "namespace", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}});
    let certificate = json!({"name": ROOT_CERTIFICATE, "items": [{"key": "ca.crt", "path": "ca.crt"}]});
    let sources = json!([
        {"serviceAccountToken": {"expirationSeconds": SECONDS, "path": "token"}},
        {"configMap": certificate},
        {"downwardAPI": {"items": [namespace]}},
    ]);
    let volume = json!({"name": name, "projected": {"sources": sources, "defaultMode": 420}});
    list_mut(spec, "volumes").push(volume);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::{Identity, Tokens};
    use crate::store::{Store, Write};
    use std::sync::Arc;

    fn cluster() -> Cluster {
        let identity = Identity { authority_pem: "pem".to_owned(), tokens: Arc::new(Tokens::new()) };
        let cluster = Cluster::with_identity(Store::new(1 << 20), identity);
        let put = |kind: &str, namespace: &str, object: Value| {
            cluster.create(by_kind("v1", kind).unwrap(), namespace, object, Write::Commit).unwrap();
        };
        put("Namespace", "", json!({"metadata": {"name": "n"}}));
        put("ServiceAccount", "n", json!({"metadata": {"name": "open"}}));
        put(
            "ServiceAccount",
            "n",
            json!({"metadata": {"name": "closed"}, "automountServiceAccountToken": false}),
        );
        cluster
    }

    #[test]
    fn pod_and_account_decide_who_gets_a_token() {
        let cluster = cluster();
        let own = json!([{"name": "mine", "mountPath": PLACE}]);
        for (why, account, spec, container, expected) in [
            ("by default", "open", json!(null), json!(null), true),
            ("an account that is yet to come", "default", json!(null), json!(null), true),
            ("the account says no", "closed", json!(null), json!(null), false),
            ("the Pod says yes", "closed", json!(true), json!(null), true),
            ("the Pod says no", "open", json!(false), json!(null), false),
            ("something is there", "open", json!(null), own, false),
        ] {
            let container = json!({"name": "c", "image": "i", "volumeMounts": container});
            let pod = json!({"metadata": {"generateName": "p-"}, "spec": {"containers": [container],
                "serviceAccountName": account, "automountServiceAccountToken": spec}});
            let pod = cluster.create(by_kind("v1", "Pod").unwrap(), "n", pod, Write::Commit).unwrap();
            let volumes = pod["spec"]["volumes"].as_array().map_or(0, Vec::len);
            assert_eq!(volumes == 1, expected, "{why}: {pod:#}");
            let mount = pod["spec"]["containers"][0]["volumeMounts"][0]["name"].as_str();
            assert_eq!(mount.is_some_and(|name| name.starts_with("kube-api-access-")), expected, "{why}");
        }
    }

    #[test]
    fn an_account_that_does_not_exist_is_refused_by_name() {
        let pod = json!({"metadata": {"name": "p"}, "spec": {"serviceAccountName": "ghost",
            "containers": [{"name": "c", "image": "i"}]}});
        let refused = cluster().create(by_kind("v1", "Pod").unwrap(), "n", pod, Write::Commit).unwrap_err();
        assert_eq!(refused.code, 403);
        let expected = "pods \"p\" is forbidden: error looking up service account n/ghost: \
                        serviceaccount \"ghost\" not found";
        assert_eq!(refused.message, expected);
    }
}
