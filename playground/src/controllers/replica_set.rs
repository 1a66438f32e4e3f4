//! ReplicaSets: so many Pods of one template.

use crate::controllers::claim::controls;
use crate::controllers::desk::{Desk, number, owner_reference};
use crate::controllers::event::{Tone, Word};
use crate::controllers::pods;
use crate::controllers::work::{Controller, Next};
use crate::object;
use crate::resource::Kind;
use crate::selector::LabelSelector;
use crate::status::ApiError;
use crate::store::{Change, ObjectKey};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::time::Duration;

const WHO: &str = "replicaset-controller";

/// The controller of ReplicaSets.
pub(super) struct ReplicaSets(pub(super) Desk);

impl Controller for ReplicaSets {
    type Key = ObjectKey;

    fn kinds(&self) -> Vec<&'static Kind> {
        vec![self.0.replica_sets, self.0.pods]
    }

    fn wake(&self, kind: &'static Kind, change: &Change) -> Vec<ObjectKey> {
        if kind.id == self.0.pods.id {
            self.0.owners(self.0.replica_sets, change)
        } else {
            vec![change.key.clone()]
        }
    }

    fn reconcile(&self, key: &ObjectKey) -> Result<Next, ApiError> {
        let Some(set) = self.0.get(self.0.replica_sets, key) else { return Ok(Next::Rest) };
        let own = self.0.claim((self.0.replica_sets, &set), self.0.pods)?;
        let managed = if object::is_terminating(&set) { Ok(()) } else { self.manage(&set, &own) };
        // As on a real cluster, the status tells what was there before this round; the Pods that the round made or
        // deleted bring the next one.
        let (status, next) = status(&set, &own);
        self.0.set_status(self.0.replica_sets, &set, status)?;
        managed.map(|()| next)
    }
}

impl ReplicaSets {
    /// Makes or deletes Pods until there are as many as wished for.
    fn manage(&self, set: &Value, own: &[Arc<Value>]) -> Result<(), ApiError> {
        let mut active: Vec<_> = own.iter().filter(|pod| pods::is_active(pod)).collect();
        let wanted = usize::try_from(number(set, "/spec/replicas")).unwrap_or(0);
        for _ in active.len()..wanted {
            self.make(set)?;
        }
        let surplus = active.len().saturating_sub(wanted);
        pods::least_needed_first(&mut active);
        for pod in active.into_iter().take(surplus) {
            self.0.delete(self.0.pods, pod)?;
            let message = format!("Deleted pod: {}", object::name(pod));
            self.0.tell(self.0.replica_sets, set, Word(WHO, Tone::Normal, "SuccessfulDelete"), &message);
        }
        Ok(())
    }

    fn make(&self, set: &Value) -> Result<(), ApiError> {
        let owner = owner_reference(self.0.replica_sets, set);
        let mut pod = pods::from_template(&set["spec"]["template"], &owner);
        pod["metadata"]["generateName"] = json!(format!("{}-", object::name(set)));
        match self.0.create(self.0.pods, object::namespace(set), pod) {
            Ok(pod) => {
                let message = format!("Created pod: {}", object::name(&pod));
                self.0.tell(self.0.replica_sets, set, Word(WHO, Tone::Normal, "SuccessfulCreate"), &message);
                Ok(())
            }
            Err(error) => {
                let message = format!("Error creating: {}", error.message);
                self.0.tell(self.0.replica_sets, set, Word(WHO, Tone::Warning, "FailedCreate"), &message);
                Err(error)
            }
        }
    }
}

/// What the Pods come to, and when one of them becomes available without a further change.
fn status(set: &Value, own: &[Arc<Value>]) -> (Value, Next) {
    let labels = LabelSelector::from_map(&set["spec"]["template"]["metadata"]["labels"]);
    let least = number(set, "/spec/minReadySeconds");
    let active: Vec<_> = own.iter().filter(|pod| pods::is_active(pod) && controls(set, pod)).collect();
    let count = |test: &dyn Fn(&Value) -> bool| active.iter().filter(|pod| test(pod)).count();
    let mut status = Map::new();
    status.insert("replicas".to_owned(), json!(active.len()));
    for (key, number) in [
        ("fullyLabeledReplicas", count(&|pod| labels.matches(pod))),
        ("readyReplicas", count(&pods::is_ready)),
        ("availableReplicas", count(&|pod| pods::availability(pod, least).is_ok())),
    ] {
        if number > 0 {
            status.insert(key.to_owned(), json!(number));
        }
    }
    let leaving = own.iter().filter(|pod| pods::is_leaving(pod)).count();
    status.insert("terminatingReplicas".to_owned(), json!(leaving));
    status.insert("observedGeneration".to_owned(), json!(object::generation(set)));
    let soonest: Option<Duration> =
        active.iter().filter_map(|pod| pods::availability(pod, least).err().flatten()).min();
    (Value::Object(status), soonest.into())
}
