//! The namespace that may be touched.

use super::{Cluster, ClusterError, Manifest};
use kube::core::{DynamicObject, TypeMeta};
use std::collections::BTreeMap;

impl Cluster {
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
