//! What every controller has at hand.

use crate::cluster::{Cluster, DeleteOptions, Part, Propagation};
use crate::object;
use crate::resource::{Kind, by_kind};
use crate::selector::{LabelSelector, Selector};
use crate::status::ApiError;
use crate::store::{Change, ObjectKey, Write};
use serde_json::{Value, json};
use std::sync::Arc;

/// The cluster and the kinds that controllers deal with.
#[derive(Debug, Clone)]
pub(super) struct Desk {
    pub(super) cluster: Cluster,
    pub(super) pods: &'static Kind,
    pub(super) services: &'static Kind,
    pub(super) slices: &'static Kind,
    pub(super) endpoints: &'static Kind,
    pub(super) nodes: &'static Kind,
    pub(super) events: &'static Kind,
    pub(super) namespaces: &'static Kind,
    pub(super) accounts: &'static Kind,
    pub(super) config_maps: &'static Kind,
    pub(super) claims: &'static Kind,
    pub(super) deployments: &'static Kind,
    pub(super) replica_sets: &'static Kind,
    pub(super) stateful_sets: &'static Kind,
    pub(super) revisions: &'static Kind,
    pub(super) jobs: &'static Kind,
    pub(super) budgets: &'static Kind,
    pub(super) autoscalers: &'static Kind,
}

impl Desk {
    pub(super) fn new(cluster: &Cluster) -> Desk {
        Desk {
            cluster: cluster.clone(),
            pods: served("v1", "Pod"),
            services: served("v1", "Service"),
            slices: served("discovery.k8s.io/v1", "EndpointSlice"),
            endpoints: served("v1", "Endpoints"),
            nodes: served("v1", "Node"),
            events: served("v1", "Event"),
            namespaces: served("v1", "Namespace"),
            accounts: served("v1", "ServiceAccount"),
            config_maps: served("v1", "ConfigMap"),
            claims: served("v1", "PersistentVolumeClaim"),
            deployments: served("apps/v1", "Deployment"),
            replica_sets: served("apps/v1", "ReplicaSet"),
            stateful_sets: served("apps/v1", "StatefulSet"),
            revisions: served("apps/v1", "ControllerRevision"),
            jobs: served("batch/v1", "Job"),
            budgets: served("policy/v1", "PodDisruptionBudget"),
            autoscalers: served("autoscaling/v2", "HorizontalPodAutoscaler"),
        }
    }

    /// The Services that a Pod belongs to that changed, or belonged to before.
    pub(super) fn services_of(&self, pod: &Change) -> Vec<ObjectKey> {
        let services = self.list(self.services, &pod.key.namespace).into_iter();
        let meant = services.filter(|service| {
            let selector = LabelSelector::from_map(&service["spec"]["selector"]);
            let before = pod.previous.as_ref().is_some_and(|pod| selector.matches(pod));
            before || selector.matches(&pod.object)
        });
        meant.map(|service| key_of(&service)).collect()
    }

    /// One object, if it is there.
    pub(super) fn get(&self, kind: &Kind, key: &ObjectKey) -> Option<Arc<Value>> {
        self.cluster.store().get(kind.id, key)
    }

    /// The objects of a kind in a namespace.
    pub(super) fn list(&self, kind: &Kind, namespace: &str) -> Vec<Arc<Value>> {
        self.cluster.list(kind, Some(namespace), &Selector::default())
    }

    /// Creates an object in a namespace.
    pub(super) fn create(&self, kind: &Kind, namespace: &str, wanted: Value) -> Result<Arc<Value>, ApiError> {
        self.cluster.create(kind, namespace, wanted, Write::Commit)
    }

    /// Changes an object in one step, if it is still there and still the same one.
    pub(super) fn change(
        &self,
        kind: &Kind,
        seen: &Value,
        part: Part,
        edit: impl FnOnce(&mut Value),
    ) -> Result<(), ApiError> {
        let at = (object::namespace(seen), object::name(seen));
        let changed = self.cluster.modify(kind, at, part, Write::Commit, |present| {
            if object::uid(present) == object::uid(seen) {
                edit(present);
            }
            Ok(())
        });
        changed.map(|_| ()).or_else(gone_is_fine)
    }

    /// Sets the status of an object, if it is still there and still the same one.
    pub(super) fn set_status(&self, kind: &Kind, seen: &Value, status: Value) -> Result<(), ApiError> {
        if seen["status"] == status {
            return Ok(());
        }
        self.change(kind, seen, Part::Status, |present| present["status"] = status)
    }

    /// Sends an object on its way out, if it is still there and still the same one.
    pub(super) fn delete(&self, kind: &Kind, seen: &Value) -> Result<(), ApiError> {
        self.delete_with(kind, seen, Propagation::Background)
    }

    /// The same, saying what becomes of what it owns.
    pub(super) fn delete_with(
        &self,
        kind: &Kind,
        seen: &Value,
        propagation: Propagation,
    ) -> Result<(), ApiError> {
        let at = (object::namespace(seen), object::name(seen));
        let uid = Some(object::uid(seen).to_owned());
        let options = DeleteOptions { uid, propagation, ..DeleteOptions::default() };
        match self.cluster.delete(kind, at, &options, Write::Commit) {
            Ok(_) => Ok(()),
            // Another object of its name: the one that was meant is gone.
            Err(error) if error.reason == "Conflict" => Ok(()),
            Err(error) => gone_is_fine(error),
        }
    }
}

fn gone_is_fine(error: ApiError) -> Result<(), ApiError> {
    if error.reason == "NotFound" { Ok(()) } else { Err(error) }
}

/// The address of an object.
pub(super) fn key_of(object: &Value) -> ObjectKey {
    ObjectKey::new(object::namespace(object), object::name(object))
}

/// The reference to a controlling owner, as its children carry it.
pub(super) fn owner_reference(kind: &Kind, owner: &Value) -> Value {
    json!({
        "apiVersion": kind.api_version(), "kind": kind.kind, "name": object::name(owner),
        "uid": object::uid(owner), "controller": true, "blockOwnerDeletion": true,
    })
}

/// The number at a pointer, zero when there is none.
pub(super) fn number(object: &Value, pointer: &str) -> i64 {
    object.pointer(pointer).and_then(Value::as_i64).unwrap_or(0)
}

#[expect(clippy::expect_used, reason = "the table of kinds is fixed and has every kind that `Desk` names")]
fn served(api_version: &str, name: &str) -> &'static Kind {
    by_kind(api_version, name).expect("a kind of the table")
}
