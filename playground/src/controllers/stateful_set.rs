//! StatefulSets: Pods with names and volumes that stay, one after the other.

use crate::controllers::claim::controls;
use crate::controllers::deployment::template_hash;
use crate::controllers::desk::{Desk, key_of, number, owner_reference};
use crate::controllers::event::{Tone, Word};
use crate::controllers::pods;
use crate::controllers::work::{Controller, Next};
use crate::object::{self, child_mut, map_mut, metadata_mut};
use crate::resource::Kind;
use crate::status::ApiError;
use crate::store::{Change, ObjectKey};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

const WHO: &str = "statefulset-controller";
/// The label that tells which template a Pod was made from.
const REVISION: &str = "controller-revision-hash";

/// The controller of StatefulSets.
pub(super) struct StatefulSets(pub(super) Desk);

/// A set, its Pods by their number, and the names of its revisions.
struct Round {
    set: Arc<Value>,
    pods: BTreeMap<i64, Arc<Value>>,
    current: String,
    update: String,
}

impl Round {
    fn is_parallel(&self) -> bool {
        self.set["spec"]["podManagementPolicy"] == "Parallel"
    }

    fn wanted(&self) -> i64 {
        number(&self.set, "/spec/replicas")
    }

    fn partition(&self) -> i64 {
        number(&self.set, "/spec/updateStrategy/rollingUpdate/partition")
    }

    fn is_healthy(&self, pod: &Value) -> bool {
        !object::is_terminating(pod)
            && pods::availability(pod, number(&self.set, "/spec/minReadySeconds")).is_ok()
    }
}

impl Controller for StatefulSets {
    type Key = ObjectKey;

    fn kinds(&self) -> Vec<&'static Kind> {
        vec![self.0.stateful_sets, self.0.pods]
    }

    fn wake(&self, kind: &'static Kind, change: &Change) -> Vec<ObjectKey> {
        if kind.id == self.0.pods.id {
            self.0.owners(self.0.stateful_sets, change)
        } else {
            vec![change.key.clone()]
        }
    }

    fn reconcile(&self, key: &ObjectKey) -> Result<Next, ApiError> {
        let Some(set) = self.0.get(self.0.stateful_sets, key) else { return Ok(Next::Rest) };
        let update = self.revision(&set)?;
        let current = match object::text(&set, "/status/currentRevision") {
            "" => update.clone(),
            current => current.to_owned(),
        };
        let own = self.0.claim((self.0.stateful_sets, &set), self.0.pods)?;
        let prefix = format!("{}-", object::name(&set));
        let ordinal = |pod: &Value| object::name(pod).strip_prefix(&prefix)?.parse::<i64>().ok();
        let pods = own.into_iter().filter_map(|pod| Some((ordinal(&pod)?, pod))).collect();
        let mut round = Round { set, pods, current, update };
        let done = if object::is_terminating(&round.set) { Ok(()) } else { self.step(&round) };
        round.pods.retain(|_, pod| match self.0.get(self.0.pods, &key_of(pod)) {
            Some(now) => {
                *pod = now;
                true
            }
            None => false,
        });
        self.0.set_status(self.0.stateful_sets, &round.set, status(&round))?;
        let least = number(&round.set, "/spec/minReadySeconds");
        let soonest =
            round.pods.values().filter_map(|pod| pods::availability(pod, least).err().flatten()).min();
        done.map(|()| soonest.into())
    }
}

impl StatefulSets {
    /// The name of the present template's revision, which is stored so that Pods of it can be made later.
    fn revision(&self, set: &Value) -> Result<String, ApiError> {
        let name = format!("{}-{}", object::name(set), template_hash(&set["spec"]["template"], 0));
        let key = ObjectKey::new(object::namespace(set), &name);
        if self.0.get(self.0.revisions, &key).is_none() && !object::is_terminating(set) {
            let others = self.0.list(self.0.revisions, object::namespace(set)).into_iter();
            let newest = others.filter(|one| controls(set, one)).map(|one| number(&one, "/revision")).max();
            let revision = json!({
                "metadata": {
                    "name": name, "labels": set["spec"]["template"]["metadata"]["labels"],
                    "ownerReferences": [owner_reference(self.0.stateful_sets, set)],
                },
                "data": {"spec": {"template": set["spec"]["template"]}},
                "revision": newest.unwrap_or(0) + 1,
            });
            self.0.create(self.0.revisions, object::namespace(set), revision)?;
        }
        Ok(name)
    }

    /// One step: makes and deletes what may be made and deleted now.
    fn step(&self, round: &Round) -> Result<(), ApiError> {
        for ordinal in 0..round.wanted() {
            let Some(pod) = round.pods.get(&ordinal) else {
                self.make(round, ordinal)?;
                if round.is_parallel() {
                    continue;
                }
                return Ok(());
            };
            if pods::has_ended(pod) && !object::is_terminating(pod) {
                self.remove(round, pod)?;
            }
            if !round.is_parallel() && !round.is_healthy(pod) {
                return Ok(());
            }
        }
        for (_, pod) in round.pods.range(round.wanted()..).rev() {
            if !object::is_terminating(pod) {
                self.remove(round, pod)?;
            }
            if !round.is_parallel() {
                return Ok(());
            }
        }
        self.renew(round)
    }

    /// A rolling update: from the highest number down to the partition, one at a time.
    fn renew(&self, round: &Round) -> Result<(), ApiError> {
        if round.set["spec"]["updateStrategy"]["type"] == "OnDelete" {
            return Ok(());
        }
        for (_, pod) in round.pods.range(round.partition()..).rev() {
            if !has_revision(pod, &round.update) && !object::is_terminating(pod) {
                return self.remove(round, pod);
            }
            if !round.is_healthy(pod) {
                return Ok(());
            }
        }
        Ok(())
    }

    fn remove(&self, round: &Round, pod: &Value) -> Result<(), ApiError> {
        self.0.delete(self.0.pods, pod)?;
        let message = format!(
            "delete Pod {} in StatefulSet {} successful",
            object::name(pod),
            object::name(&round.set)
        );
        let word = Word(WHO, Tone::Normal, "SuccessfulDelete");
        self.0.tell(self.0.stateful_sets, &round.set, word, &message);
        Ok(())
    }

    fn make(&self, round: &Round, ordinal: i64) -> Result<(), ApiError> {
        let set = &round.set;
        let (namespace, name) = (object::namespace(set), format!("{}-{ordinal}", object::name(set)));
        self.make_claims(set, ordinal)?;
        let updating = round.set["spec"]["updateStrategy"]["type"] != "OnDelete";
        let old = round.current != round.update && (!updating || ordinal < round.partition());
        let revision = if old { &round.current } else { &round.update };
        let stored = self.0.get(self.0.revisions, &ObjectKey::new(namespace, revision));
        let template = stored.as_ref().and_then(|stored| stored.pointer("/data/spec/template"));
        let owner = owner_reference(self.0.stateful_sets, set);
        let mut pod = pods::from_template(template.unwrap_or(&set["spec"]["template"]), &owner);
        pod["metadata"]["name"] = json!(name);
        let labels = child_mut(metadata_mut(&mut pod), "labels");
        labels.insert("apps.kubernetes.io/pod-index".to_owned(), json!(ordinal.to_string()));
        labels.insert(REVISION.to_owned(), json!(revision));
        labels.insert("statefulset.kubernetes.io/pod-name".to_owned(), json!(name));
        pod["spec"]["hostname"] = json!(name);
        let service = object::text(set, "/spec/serviceName");
        if !service.is_empty() {
            pod["spec"]["subdomain"] = json!(service);
        }
        add_volumes(set, ordinal, &mut pod);
        self.0.create(self.0.pods, namespace, pod)?;
        let message = format!("create Pod {name} in StatefulSet {} successful", object::name(set));
        self.0.tell(self.0.stateful_sets, set, Word(WHO, Tone::Normal, "SuccessfulCreate"), &message);
        Ok(())
    }

    /// Claims are made once and stay: a Pod that comes back finds its volume.
    fn make_claims(&self, set: &Value, ordinal: i64) -> Result<(), ApiError> {
        for template in templates(set) {
            let name = claim_name(set, template, ordinal);
            if self.0.get(self.0.claims, &ObjectKey::new(object::namespace(set), &name)).is_some() {
                continue;
            }
            let mut claim = json!({"metadata": template["metadata"], "spec": template["spec"]});
            claim["metadata"]["name"] = json!(name);
            let labels = child_mut(metadata_mut(&mut claim), "labels");
            for (key, value) in set["spec"]["selector"]["matchLabels"].as_object().into_iter().flatten() {
                labels.insert(key.clone(), value.clone());
            }
            self.0.create(self.0.claims, object::namespace(set), claim)?;
            let message = format!(
                "create Claim {name} Pod {0}-{ordinal} in StatefulSet {0} success",
                object::name(set)
            );
            self.0.tell(self.0.stateful_sets, set, Word(WHO, Tone::Normal, "SuccessfulCreate"), &message);
        }
        Ok(())
    }
}

/// Whether a Pod was made from this revision of the template.
fn has_revision(pod: &Value, revision: &str) -> bool {
    object::label(pod, REVISION) == Some(revision)
}

fn templates(set: &Value) -> &[Value] {
    set["spec"]["volumeClaimTemplates"].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn claim_name(set: &Value, template: &Value, ordinal: i64) -> String {
    format!("{}-{}-{ordinal}", object::name(template), object::name(set))
}

/// The Pod's claims as its volumes, in place of volumes of the same names.
fn add_volumes(set: &Value, ordinal: i64, pod: &mut Value) {
    if templates(set).is_empty() {
        return;
    }
    let volumes = child_mut(map_mut(pod), "spec").entry("volumes").or_insert_with(|| json!([]));
    let Some(volumes) = volumes.as_array_mut() else { return };
    for template in templates(set) {
        volumes.retain(|volume| volume["name"] != template["metadata"]["name"]);
        let claim = json!({"claimName": claim_name(set, template, ordinal)});
        volumes.push(json!({"name": object::name(template), "persistentVolumeClaim": claim}));
    }
}

fn status(round: &Round) -> Value {
    let least = number(&round.set, "/spec/minReadySeconds");
    let pods = || round.pods.values().filter(|pod| !pods::has_ended(pod));
    let living = || pods().filter(|pod| !object::is_terminating(pod));
    let ready = pods().filter(|pod| pods::is_ready(pod)).count();
    let updated = living().filter(|pod| has_revision(pod, &round.update)).count();
    let through =
        [ready, updated, pods().count()].iter().all(|count| i64::try_from(*count) == Ok(round.wanted()));
    let current = if through { &round.update } else { &round.current };
    let mut status =
        json!({"observedGeneration": object::generation(&round.set), "replicas": pods().count()});
    for (key, count) in [
        ("readyReplicas", ready),
        ("currentReplicas", living().filter(|pod| has_revision(pod, current)).count()),
        ("updatedReplicas", updated),
    ] {
        if count > 0 {
            status[key] = json!(count);
        }
    }
    status["currentRevision"] = json!(current);
    status["updateRevision"] = json!(round.update);
    status["collisionCount"] = json!(0);
    status["availableReplicas"] =
        json!(living().filter(|pod| pods::availability(pod, least).is_ok()).count());
    status
}
