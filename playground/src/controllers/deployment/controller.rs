//! One round for a Deployment.

use crate::cluster::Part;
use crate::controllers::deployment::family::Family;
use crate::controllers::deployment::revision::{revision, was_scaled};
use crate::controllers::deployment::rolling::Bounds;
use crate::controllers::deployment::status::{
    counted, has_deadline, is_complete, progressing, with_progress,
};
use crate::controllers::desk::{Desk, number};
use crate::controllers::event::{Tone, Word};
use crate::controllers::work::{Controller, Next};
use crate::object;
use crate::resource::Kind;
use crate::status::ApiError;
use crate::store::{Change, ObjectKey};
use serde_json::Value;
use std::sync::Arc;

/// The controller of Deployments.
pub(in crate::controllers) struct Deployments {
    pub(super) desk: Desk,
}

impl Controller for Deployments {
    type Key = ObjectKey;

    fn kinds(&self) -> Vec<&'static Kind> {
        vec![self.desk.deployments, self.desk.replica_sets]
    }

    fn wake(&self, kind: &'static Kind, change: &Change) -> Vec<ObjectKey> {
        if kind.id == self.desk.replica_sets.id {
            self.desk.owners(self.desk.deployments, change)
        } else {
            vec![change.key.clone()]
        }
    }

    fn reconcile(&self, key: &ObjectKey) -> Result<Next, ApiError> {
        let Some(family) = self.family(key)? else { return Ok(Next::Rest) };
        let deployment = &family.deployment;
        if object::is_terminating(deployment) {
            self.desk.set_status(self.desk.deployments, deployment, counted(&family))?;
            return Ok(Next::Rest);
        }
        let bounds = Bounds::of(deployment);
        let scaled = family.all().any(|set| was_scaled(set, bounds));
        if deployment["spec"]["paused"] == true || scaled {
            return self.hold(&family, key);
        }
        self.resume(deployment)?;
        if deployment["spec"]["strategy"]["type"] == "Recreate" {
            if family.new.is_some() || family.old.is_empty() {
                let size = if family.old.is_empty() { bounds.wanted } else { 0 };
                self.ensure_newest(&family, size)?;
            }
            self.recreate_after(key)?;
        } else {
            self.roll(&family, bounds, key)?;
        }
        self.conclude(key)
    }
}

impl Deployments {
    pub(in crate::controllers) fn new(desk: Desk) -> Deployments {
        Deployments { desk }
    }

    fn family(&self, key: &ObjectKey) -> Result<Option<Family>, ApiError> {
        let Some(deployment) = self.desk.get(self.desk.deployments, key) else { return Ok(None) };
        let sets = self.desk.claim((self.desk.deployments, &deployment), self.desk.replica_sets)?;
        Ok(Some(Family::new(deployment, sets)))
    }

    /// No update: only the size is followed (it was scaled, or is paused).
    fn hold(&self, family: &Family, key: &ObjectKey) -> Result<Next, ApiError> {
        let deployment = &family.deployment;
        if deployment["spec"]["paused"] == true && has_deadline(deployment) {
            self.desk.change(self.desk.deployments, deployment, Part::Status, |deployment| {
                let message = "Deployment is paused";
                progressing(&mut deployment["status"], "Unknown", "DeploymentPaused", message);
            })?;
        }
        self.scale(family)?;
        let Some(family) = self.family(key)? else { return Ok(Next::Rest) };
        self.desk.set_status(self.desk.deployments, &family.deployment, counted(&family))?;
        Ok(Next::Rest)
    }

    fn resume(&self, deployment: &Arc<Value>) -> Result<(), ApiError> {
        let before = crate::controllers::condition::find(&deployment["status"], "Progressing");
        if before.is_none_or(|before| before["reason"] != "DeploymentPaused") {
            return Ok(());
        }
        self.desk.change(self.desk.deployments, deployment, Part::Status, |deployment| {
            let message = "Deployment is resumed";
            progressing(&mut deployment["status"], "Unknown", "DeploymentResumed", message);
        })
    }

    fn recreate_after(&self, key: &ObjectKey) -> Result<(), ApiError> {
        match self.family(key)? {
            Some(family) => self.recreate(&family),
            None => Ok(()),
        }
    }

    /// One step of a rolling update: the new set grows, or else the old ones shrink.
    fn roll(&self, family: &Family, bounds: Bounds, key: &ObjectKey) -> Result<(), ApiError> {
        let size = bounds.grown(0, family.present());
        self.ensure_newest(family, if family.new.is_none() { size } else { 0 })?;
        let Some(family) = self.family(key)? else { return Ok(()) };
        let Some(new) = &family.new else { return Ok(()) };
        let (before, all) = (number(new, "/spec/replicas"), family.present());
        let size = if before > bounds.wanted { bounds.wanted } else { bounds.grown(before, all) };
        if size != before {
            return self.resize(&family.deployment, new, size).map(|_| ());
        }
        self.shrink_old(&family, bounds)
    }

    /// Old sets lose first the Pods that are not available, then as many as the bounds allow.
    fn shrink_old(&self, family: &Family, bounds: Bounds) -> Result<(), ApiError> {
        let size = |set: &Value| number(set, "/spec/replicas");
        let new = family.of_new("/spec/replicas");
        let mut spare =
            bounds.spare(family.sum("/spec/replicas"), new, family.of_new("/status/availableReplicas"));
        let mut surplus = family.sum("/status/availableReplicas") - bounds.at_least();
        for set in family.old.iter().filter(|set| size(set) > 0) {
            let available = number(set, "/status/availableReplicas").min(size(set));
            let ill = (size(set) - available).min(spare);
            spare -= ill;
            let well = available.min(spare).min(surplus.max(0));
            spare -= well;
            surplus -= well;
            if ill + well > 0 {
                self.resize(&family.deployment, set, size(set) - ill - well)?;
            }
        }
        Ok(())
    }

    /// Writes the status; when the update is through, sets beyond the history's limit go.
    fn conclude(&self, key: &ObjectKey) -> Result<Next, ApiError> {
        let Some(family) = self.family(key)? else { return Ok(Next::Rest) };
        let (status, next) = with_progress(&family);
        if is_complete(&family.deployment, &status) {
            self.clean_up(&family)?;
        }
        self.desk.set_status(self.desk.deployments, &family.deployment, status)?;
        Ok(next)
    }

    fn clean_up(&self, family: &Family) -> Result<(), ApiError> {
        let limit = number(&family.deployment, "/spec/revisionHistoryLimit");
        let mut empty: Vec<_> = family.old.iter().filter(|set| is_empty(set)).collect();
        empty.sort_by_key(|set| revision(set));
        let surplus = family.old.len().saturating_sub(usize::try_from(limit).unwrap_or(0));
        for set in empty.into_iter().take(surplus) {
            self.desk.delete(self.desk.replica_sets, set)?;
        }
        Ok(())
    }

    pub(super) fn tell_scaled(&self, deployment: &Value, set: &str, from: i64, to: i64) {
        let way = if to > from { "up" } else { "down" };
        let message = format!("Scaled {way} replica set {set} from {from} to {to}");
        let word = Word("deployment-controller", Tone::Normal, "ScalingReplicaSet");
        self.desk.tell(self.desk.deployments, deployment, word, &message);
    }
}

fn is_empty(set: &Value) -> bool {
    number(set, "/spec/replicas") == 0
        && number(set, "/status/replicas") == 0
        && number(set, "/status/observedGeneration") >= object::generation(set)
        && !object::is_terminating(set)
}
