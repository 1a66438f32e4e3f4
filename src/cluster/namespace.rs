//! The namespace that may be touched.

use super::{Cluster, ClusterError, Manifest};
use k8s_openapi::api::core::v1::Namespace;
use kube::core::{DynamicObject, TypeMeta};
use std::collections::BTreeMap;

impl Cluster {
    /// Looks whether the namespace is there: lists of what is in one that is not are empty, and not refused.
    ///
    /// # Errors
    /// It is not there, or the server cannot be asked. An account that may not look is let through: its rights in the
    /// namespace have told that it is there.
    pub async fn find_namespace(&self) -> Result<(), ClusterError> {
        let namespaces = self.api_all::<Namespace>();
        let doing = format!("read the namespace {}", self.namespace());
        match self.call(&doing, namespaces.get_opt(self.namespace())).await {
            Ok(Some(_)) | Err(ClusterError::Denied { .. }) => Ok(()),
            Ok(None) => Err(ClusterError::NoNamespace {
                namespace: self.namespace().to_owned(),
                context: self.context().to_owned(),
            }),
            Err(error) => Err(error),
        }
    }

    /// Creates the namespace where it is missing and puts labels on it.
    pub async fn ensure_namespace(&self, labels: &[(&str, &str)]) -> Result<(), ClusterError> {
        let labels: BTreeMap<String, String> =
            labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let mut object = DynamicObject {
            types: Some(TypeMeta { api_version: "v1".to_owned(), kind: "Namespace".to_owned() }),
            metadata: kube::core::ObjectMeta::default(),
            data: serde_json::json!({}),
        };
        object.metadata.name = Some(self.namespace().to_owned());
        object.metadata.labels = Some(labels).filter(|labels| !labels.is_empty());
        self.apply(&[Manifest { object }]).await
    }
}
