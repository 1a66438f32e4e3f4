//! An object of the cluster, as something to be remembered.

use super::Cluster;
use kube::api::ApiResource;
use kube::core::{DynamicObject, GroupVersionKind, TypeMeta};
use kube::{Api, Resource};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Which object. Enough to find it again from another process, and to know that it is the same one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ObjectRef {
    /// Group and version, such as `apps/v1`.
    pub api_version: String,
    /// The kind, such as `Deployment`.
    pub kind: String,
    /// The namespace; none for objects of the whole cluster.
    pub namespace: Option<String>,
    /// The name.
    pub name: String,
    /// The identity: another object of the same name has another one. None before it is created.
    pub uid: Option<String>,
}

impl ObjectRef {
    /// The object that `object` is.
    pub fn of<K>(object: &K) -> ObjectRef
    where
        K: Resource<DynamicType = ()>,
    {
        ObjectRef {
            api_version: K::api_version(&()).into_owned(),
            kind: K::kind(&()).into_owned(),
            namespace: object.meta().namespace.clone(),
            name: object.meta().name.clone().unwrap_or_default(),
            uid: object.meta().uid.clone(),
        }
    }

    /// The object that a manifest with kind and name stands for.
    pub fn of_manifest(object: &DynamicObject) -> ObjectRef {
        let types = object.types.clone().unwrap_or_default();
        ObjectRef {
            api_version: types.api_version,
            kind: types.kind,
            namespace: object.metadata.namespace.clone(),
            name: object.metadata.name.clone().unwrap_or_default(),
            uid: object.metadata.uid.clone(),
        }
    }

    /// The group, empty for the core, and the resource in the plural, as access rules name it.
    pub fn resource(&self) -> (String, String) {
        let resource = self.api_resource();
        (resource.group, resource.plural)
    }

    pub(super) fn api_resource(&self) -> ApiResource {
        let types = TypeMeta { api_version: self.api_version.clone(), kind: self.kind.clone() };
        let kind = GroupVersionKind::try_from(&types).unwrap_or_else(|_| {
            // An apiVersion with two slashes, which no server has; it will say so.
            GroupVersionKind::gvk("", &self.api_version, &self.kind)
        });
        ApiResource::from_gvk(&kind)
    }
}

/// `Deployment/api`.
impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.name)
    }
}

impl Cluster {
    /// The objects among which this one is.
    pub fn among(&self, object: &ObjectRef) -> Api<DynamicObject> {
        let resource = object.api_resource();
        match &object.namespace {
            Some(namespace) => Api::namespaced_with(self.client().clone(), namespace, &resource),
            None => Api::all_with(self.client().clone(), &resource),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn access_rules_name_the_plural() {
        for (api_version, kind, group, plural) in [
            ("v1", "Pod", "", "pods"),
            ("apps/v1", "Deployment", "apps", "deployments"),
            ("networking.k8s.io/v1", "NetworkPolicy", "networking.k8s.io", "networkpolicies"),
            ("policy/v1", "PodDisruptionBudget", "policy", "poddisruptionbudgets"),
        ] {
            let object = ObjectRef {
                api_version: api_version.to_owned(),
                kind: kind.to_owned(),
                namespace: None,
                name: "x".to_owned(),
                uid: None,
            };
            assert_eq!(object.resource(), (group.to_owned(), plural.to_owned()));
        }
    }
}
