//! The ReplicaSet of the present template: found, or made.

use crate::cluster::Part;
use crate::controllers::condition;
use crate::controllers::deployment::Deployments;
use crate::controllers::deployment::family::{Family, HASH};
use crate::controllers::deployment::hash::template_hash;
use crate::controllers::deployment::revision::{
    copy_annotations, next_revision, revision, set_revision, set_sizes,
};
use crate::controllers::deployment::rolling::Bounds;
use crate::controllers::deployment::status::{has_deadline, progressing};
use crate::controllers::desk::{key_of, number, owner_reference};
use crate::object::{self, child_mut, map_mut, metadata_mut};
use crate::status::ApiError;
use serde_json::{Value, json};
use std::sync::Arc;

impl Deployments {
    /// Sees to it that the newest set is there with the highest revision. Returns whether something was changed: then
    /// this round is over, and the change brings the next one.
    pub(super) fn ensure_newest(&self, family: &Family, size: i64) -> Result<bool, ApiError> {
        let deployment = &family.deployment;
        let number = next_revision(family);
        if let Some(set) = &family.new {
            if revision(set) != number {
                self.desk.change(self.desk.replica_sets, set, Part::Whole, |set| {
                    copy_annotations(deployment, set);
                    set_revision(set, number);
                })?;
            }
            if revision(deployment) == number {
                return Ok(false);
            }
            let found = ("FoundNewReplicaSet", format!("Found new replica set \"{}\"", object::name(set)));
            let news = condition::find(&deployment["status"], "Progressing").is_none().then_some(found);
            return self.note(deployment, number, news).map(|()| true);
        }
        let Some(set) = self.make_newest(deployment, number, size)? else { return Ok(true) };
        let name = object::name(&set);
        if size > 0 {
            self.tell_scaled(deployment, name, 0, size);
        }
        let made = ("NewReplicaSetCreated", format!("Created new replica set \"{name}\""));
        self.note(deployment, number, Some(made)).map(|()| true)
    }

    /// Makes the set; `None` when its name is taken by another template's, and the next round takes another name.
    fn make_newest(
        &self,
        deployment: &Value,
        revision: i64,
        size: i64,
    ) -> Result<Option<Arc<Value>>, ApiError> {
        let collisions = number(deployment, "/status/collisionCount");
        let hash = template_hash(&deployment["spec"]["template"], collisions);
        let mut set = json!({"metadata": {}, "spec": {"replicas": size}});
        set["metadata"]["name"] = json!(format!("{}-{hash}", object::name(deployment)));
        set["spec"]["selector"] = deployment["spec"]["selector"].clone();
        set["spec"]["template"] = deployment["spec"]["template"].clone();
        if number(deployment, "/spec/minReadySeconds") > 0 {
            set["spec"]["minReadySeconds"] = deployment["spec"]["minReadySeconds"].clone();
        }
        child_mut(child_mut(child_mut(map_mut(&mut set), "spec"), "selector"), "matchLabels")
            .insert(HASH.to_owned(), json!(hash));
        child_mut(metadata_mut(&mut set["spec"]["template"]), "labels").insert(HASH.to_owned(), json!(hash));
        set["metadata"]["labels"] = set["spec"]["template"]["metadata"]["labels"].clone();
        copy_annotations(deployment, &mut set);
        set["kind"] = json!("ReplicaSet");
        set_sizes(&mut set, Bounds::of(deployment));
        set_revision(&mut set, revision);
        set["metadata"]["ownerReferences"] = json!([owner_reference(self.desk.deployments, deployment)]);
        match self.desk.create(self.desk.replica_sets, object::namespace(deployment), set) {
            Ok(set) => Ok(Some(set)),
            Err(error) if error.reason == "AlreadyExists" => {
                self.desk.change(self.desk.deployments, deployment, Part::Status, |deployment| {
                    deployment["status"]["collisionCount"] = json!(collisions + 1);
                })?;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Writes the revision into the Deployment, and how it goes forward.
    fn note(&self, deployment: &Value, number: i64, news: Option<(&str, String)>) -> Result<(), ApiError> {
        self.desk.change(self.desk.deployments, deployment, Part::Status, |deployment| {
            set_revision(deployment, number);
            if let Some((reason, message)) = news.filter(|_| has_deadline(deployment)) {
                progressing(&mut deployment["status"], "True", reason, &message);
            }
        })
    }

    /// Changes a set's size, and tells. Returns whether that was a change.
    pub(super) fn resize(&self, deployment: &Value, set: &Value, size: i64) -> Result<bool, ApiError> {
        let bounds = Bounds::of(deployment);
        let before = number(set, "/spec/replicas");
        self.desk.change(self.desk.replica_sets, set, Part::Whole, |set| {
            set["spec"]["replicas"] = json!(size);
            set_sizes(set, bounds);
        })?;
        if before != size {
            self.tell_scaled(deployment, object::name(set), before, size);
        }
        let now = self.desk.get(self.desk.replica_sets, &key_of(set));
        Ok(now.is_some_and(|now| object::version(&now) != object::version(set)))
    }
}
