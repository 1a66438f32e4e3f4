//! The undo log of one run: a `ConfigMap` in the namespace, written before anything is done.
//!
//! It is also the owner of every object that the run makes in the namespace, so that deleting it removes them.

use super::{Cluster, ClusterError, ObjectRef, RUN_LABEL, Right, RunId, Undo};
use k8s_openapi::api::core::v1::ConfigMap;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;
use kube::api::{DeleteParams, ListParams, Patch, PatchParams, PostParams};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What says that a `ConfigMap` is a journal.
const JOURNAL_LABEL: &str = "shakedown.dev/journal";

/// By what a guard says that it reads the journal.
const GUARDED_ANNOTATION: &str = "shakedown.dev/guarded";

/// What a guard has to be allowed, for it to read.
const NEEDS_ANNOTATION: &str = "shakedown.dev/guard-needs";

/// What of it the guard is not allowed.
const LACKS_ANNOTATION: &str = "shakedown.dev/guard-lacks";

/// One thing that was done, or is about to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The fault that did it.
    pub fault: String,
    /// How it is taken back.
    pub undo: Undo,
}

/// The undo log of a run.
#[derive(Debug, Clone)]
pub struct Journal {
    cluster: Cluster,
    run: RunId,
    object: ObjectRef,
    open: Open,
}

/// What was written down and not struck out yet, by this process: known without asking the server.
#[derive(Debug, Clone, Default)]
pub struct Open(Arc<Mutex<BTreeMap<u32, Entry>>>);

impl Open {
    /// The entries, the first done first.
    pub fn entries(&self) -> Vec<Entry> {
        self.numbered().into_values().collect()
    }

    /// The entries with their numbers.
    pub fn numbered(&self) -> BTreeMap<u32, Entry> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn change(&self, change: impl FnOnce(&mut BTreeMap<u32, Entry>)) {
        // A thread that panicked with the lock leaves a map that is still right: each change is one step.
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Journal {
    /// Begins the log of a run.
    pub async fn begin(cluster: &Cluster, run: &RunId) -> Result<Journal, ClusterError> {
        let labels = json!({JOURNAL_LABEL: "true", RUN_LABEL: run.as_str()});
        let map: ConfigMap = cluster.typed(
            "write the journal",
            json!({"metadata": {"name": format!("shakedown-{run}"), "labels": labels}}),
        )?;
        let (maps, params) = (cluster.api::<ConfigMap>(), PostParams::default());
        let made = cluster.call("create the journal", maps.create(&params, &map)).await?;
        Ok(Journal {
            cluster: cluster.clone(),
            run: run.clone(),
            object: ObjectRef::of(&made),
            open: Open::default(),
        })
    }

    /// The journals that are in the namespace, of whatever run.
    pub async fn all(cluster: &Cluster) -> Result<Vec<Journal>, ClusterError> {
        let params = ListParams::default().labels(JOURNAL_LABEL);
        let maps = cluster.call("look for journals", cluster.api::<ConfigMap>().list(&params)).await?;
        let journal = |map: ConfigMap| {
            let run = map.metadata.labels.as_ref()?.get(RUN_LABEL)?.clone();
            let (cluster, object, open) = (cluster.clone(), ObjectRef::of(&map), Open::default());
            Some(Journal { cluster, run: run.into(), object, open })
        };
        Ok(maps.items.into_iter().filter_map(journal).collect())
    }

    /// The run that writes it.
    pub fn run(&self) -> &RunId {
        &self.run
    }

    /// What this process has written down and not struck out.
    pub fn open(&self) -> Open {
        self.open.clone()
    }

    /// The journal itself.
    pub fn object(&self) -> &ObjectRef {
        &self.object
    }

    /// What makes an object this run's, so that it goes with the journal.
    pub fn owner(&self) -> OwnerReference {
        OwnerReference {
            api_version: self.object.api_version.clone(),
            kind: self.object.kind.clone(),
            name: self.object.name.clone(),
            uid: self.object.uid.clone().unwrap_or_default(),
            ..OwnerReference::default()
        }
    }

    /// Writes down how something is taken back that is about to be done, as entry `number`; numbers rise.
    pub async fn write(&self, number: u32, entry: &Entry) -> Result<(), ClusterError> {
        let text = serde_json::to_string(entry).map_err(|error| ClusterError::Strange {
            doing: "write the journal".to_owned(),
            server: self.cluster.server().to_owned(),
            why: error.to_string(),
        })?;
        // Before the request: whether it came through is not known when its answer is lost.
        self.open.change(|open| drop(open.insert(number, entry.clone())));
        self.put(number, json!(text)).await
    }

    /// Strikes out what was taken back.
    pub async fn strike(&self, number: u32) -> Result<(), ClusterError> {
        // What was taken back is not left, even where it cannot be struck out.
        self.open.change(|open| drop(open.remove(&number)));
        self.put(number, Value::Null).await
    }

    async fn put(&self, number: u32, value: Value) -> Result<(), ClusterError> {
        let patch = Patch::Merge(json!({"data": {format!("{number:06}"): value}}));
        let maps = self.cluster.api::<ConfigMap>();
        let params = PatchParams::default();
        self.cluster.call("write the journal", maps.patch(&self.object.name, &params, &patch)).await?;
        Ok(())
    }

    /// What is still to be taken back, the first done first. Errors: an entry that this version does not understand.
    pub async fn entries(&self) -> Result<Vec<(u32, Entry)>, ClusterError> {
        let maps = self.cluster.api::<ConfigMap>();
        let map = self.cluster.call("read the journal", maps.get(&self.object.name)).await?;
        let strange = |why: String| ClusterError::Strange {
            doing: format!("read the journal {}", self.object.name),
            server: self.cluster.server().to_owned(),
            why,
        };
        let one = |(key, text): (String, String)| {
            let number = key.parse().map_err(|_| strange(format!("`{key}` is no number of an entry")))?;
            let entry =
                serde_json::from_str(&text).map_err(|error| strange(format!("entry {key}: {error}")))?;
            Ok((number, entry))
        };
        map.data.unwrap_or_default().into_iter().map(one).collect()
    }

    /// Writes down what a guard has to be allowed to take everything back.
    pub async fn ask_of_guard(&self, needs: &[Right]) -> Result<(), ClusterError> {
        self.annotate(json!({NEEDS_ANNOTATION: json!(needs).to_string()})).await
    }

    /// What a guard has to be allowed; nothing where the run has not said.
    pub async fn asked_of_guard(&self) -> Result<Vec<Right>, ClusterError> {
        Ok(rights_in(&self.annotations().await?, NEEDS_ANNOTATION))
    }

    /// Says in the journal that a guard reads it, and what it is not allowed.
    pub async fn say_guarded(&self, lacks: &[Right]) -> Result<(), ClusterError> {
        self.annotate(json!({GUARDED_ANNOTATION: "true", LACKS_ANNOTATION: json!(lacks).to_string()})).await
    }

    /// What the guard has said that it is not allowed; `None` when none has said yet that it reads the journal.
    pub async fn guarded(&self) -> Result<Option<Vec<Right>>, ClusterError> {
        let notes = self.annotations().await?;
        Ok(notes.contains_key(GUARDED_ANNOTATION).then(|| rights_in(&notes, LACKS_ANNOTATION)))
    }

    async fn annotate(&self, annotations: Value) -> Result<(), ClusterError> {
        let patch = Patch::Merge(json!({"metadata": {"annotations": annotations}}));
        let (maps, params) = (self.cluster.api::<ConfigMap>(), PatchParams::default());
        self.cluster.call("write the journal", maps.patch(&self.object.name, &params, &patch)).await.map(drop)
    }

    async fn annotations(&self) -> Result<BTreeMap<String, String>, ClusterError> {
        let maps = self.cluster.api::<ConfigMap>();
        let map = self.cluster.call("read the journal", maps.get(&self.object.name)).await?;
        Ok(map.metadata.annotations.unwrap_or_default())
    }

    /// Ends the log: everything is taken back. The run's own objects go with it.
    pub async fn end(self) -> Result<(), ClusterError> {
        let maps = self.cluster.api::<ConfigMap>();
        let params = DeleteParams::background();
        match self.cluster.call("remove the journal", maps.delete(&self.object.name, &params)).await {
            Err(error) if error.code() != Some(404) => Err(error),
            _ => Ok(()),
        }
    }
}

/// The rights that stand in an annotation; none where it is not there.
fn rights_in(annotations: &BTreeMap<String, String>, name: &str) -> Vec<Right> {
    annotations.get(name).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}
