//! The controller of a Deployment copies its annotations to the newest `ReplicaSet` and never takes one away again. A note
//! of ours that stayed there would come back to the Deployment with `kubectl rollout undo`.

use super::{Cluster, ClusterError, FieldChange, ObjectRef, UNDO_PREFIX, escaped};
use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet};
use kube::api::{ListParams, Patch, PatchParams};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;

/// How long its controller may take to see that a note has gone; one that is not at work copies nothing.
const SEEN: Duration = Duration::from_secs(10);
/// How often that is looked at.
const LOOK: Duration = Duration::from_millis(100);

impl Cluster {
    /// Removes the copies of those of `fields` that are notes, where `object` is a Deployment.
    pub(super) async fn remove_copies(
        &self,
        object: &ObjectRef,
        fields: &[FieldChange],
    ) -> Result<(), ClusterError> {
        let own = format!("/metadata/annotations/{}", escaped(UNDO_PREFIX));
        let notes: Vec<&FieldChange> = fields.iter().filter(|field| field.path.starts_with(&own)).collect();
        if object.kind != "Deployment" || notes.is_empty() {
            return Ok(());
        }
        self.note_is_seen_gone(object).await?;
        let sets = self.api::<ReplicaSet>();
        let all = self.call("list the replica sets", sets.list(&ListParams::default())).await?;
        for set in all.items {
            let owners = set.metadata.owner_references.iter().flatten();
            if !owners.map(|owner| Some(&owner.uid)).any(|uid| uid == object.uid.as_ref()) {
                continue;
            }
            let copy = ObjectRef::of(&set);
            let present = serde_json::to_value(&set).unwrap_or_default();
            let copied = notes.iter().filter(|note| present.pointer(&note.path).is_some());
            let removals: Vec<Value> =
                copied.map(|note| json!({"op": "remove", "path": note.path})).collect();
            if removals.is_empty() {
                continue;
            }
            let doing = format!("take our note from {copy}");
            let (params, patch) = (PatchParams::default(), self.typed(&doing, Value::Array(removals))?);
            let patch = Patch::<Value>::Json(patch);
            match self.call(&doing, sets.patch(&copy.name, &params, &patch)).await {
                Err(error) if error.code() != Some(404) => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// Waits until the controller has seen the Deployment as it is now: it copies no note any more that has gone.
    async fn note_is_seen_gone(&self, object: &ObjectRef) -> Result<(), ClusterError> {
        let deadline = Instant::now() + SEEN;
        let deployments = self.api::<Deployment>();
        loop {
            let doing = format!("read {object}");
            let Some(now) = self.call(&doing, deployments.get_opt(&object.name)).await? else {
                return Ok(());
            };
            let seen = now.status.and_then(|status| status.observed_generation);
            if seen >= now.metadata.generation || Instant::now() > deadline {
                return Ok(());
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}
