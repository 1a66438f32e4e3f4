//! Creating or replacing objects of any kind.

use super::{Cluster, ClusterError, Manifest};
use kube::Api;
use kube::api::{Patch, PatchParams};
use kube::core::{DynamicObject, GroupVersionKind};
use kube::discovery::Scope;

/// The name under which the fields that we set are known to others.
const MANAGER: &str = "shakedown";

impl Cluster {
    /// Applies objects one after the other, by server-side apply; those without a namespace go into ours.
    /// Fields that somebody else set too become ours.
    pub async fn apply(&self, manifests: &[Manifest]) -> Result<(), ClusterError> {
        for manifest in manifests {
            self.apply_one(manifest).await?;
        }
        Ok(())
    }

    async fn apply_one(&self, manifest: &Manifest) -> Result<(), ClusterError> {
        let doing = format!("apply {}", manifest.title());
        let types = manifest.object.types.clone().unwrap_or_default();
        let kind = GroupVersionKind::try_from(&types).map_err(|error| ClusterError::Strange {
            doing: doing.clone(),
            server: self.server().to_owned(),
            why: error.to_string(),
        })?;
        let found = self.call(&doing, kube::discovery::pinned_kind(self.client(), &kind)).await?;
        let (resource, capabilities) = found;
        let namespace = manifest.object.metadata.namespace.as_deref().unwrap_or(self.namespace());
        let api: Api<DynamicObject> = match capabilities.scope {
            Scope::Namespaced => Api::namespaced_with(self.client().clone(), namespace, &resource),
            Scope::Cluster => Api::all_with(self.client().clone(), &resource),
        };
        let name = manifest.object.metadata.name.as_deref().unwrap_or_default();
        let params = PatchParams::apply(MANAGER).force();
        self.call(&doing, api.patch(name, &params, &Patch::Apply(&manifest.object))).await?;
        Ok(())
    }
}
