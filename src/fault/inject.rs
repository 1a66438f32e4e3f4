//! Doing what was planned: first the journal, then the deed.

use super::{Deed, FaultContext, InjectError, Lasting, Plan, Refusal, clash};
use crate::cluster::{
    ClusterError, Entry, FieldChange, Journal, Note, ObjectRef, Open, RUN_LABEL, Undo, Way,
};
use kube::api::{DeleteParams, Patch, PatchParams, PostParams, Preconditions};
use kube::core::DynamicObject;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};

/// How often a change is tried on an object that is changed by others at the same time.
pub(super) const TRIES: u32 = 5;

/// One thing that was done and is written down.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// The number of its entry in the journal.
    pub number: u32,
    /// How it is taken back.
    pub undo: Undo,
}

/// What came of an injection.
#[derive(Debug, Clone, PartialEq)]
pub enum Injected {
    /// All was done.
    Done,
    /// A budget of the cluster refused an eviction: a result.
    Protected {
        /// The server's words.
        why: String,
    },
}

/// Numbers for the entries of one run's journal, rising over all its faults.
pub(super) fn next_number() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl Plan {
    /// Does everything, in order. What was done, also before an error, is pushed to `taken`, to be taken back in the
    /// reverse order.
    pub async fn inject(
        &self,
        cx: &FaultContext,
        journal: &Journal,
        taken: &mut Vec<Taken>,
    ) -> Result<Injected, InjectError> {
        let mut injected = Injected::Done;
        for deed in &self.deeds {
            if let Some(why) = deed.carry_out(cx, journal, taken).await? {
                injected = Injected::Protected { why };
            }
        }
        Ok(injected)
    }
}

impl Deed {
    /// Writes the undo down and does it; gives the words of a budget that refused it.
    async fn carry_out(
        &self,
        cx: &FaultContext,
        journal: &Journal,
        taken: &mut Vec<Taken>,
    ) -> Result<Option<String>, InjectError> {
        match self {
            Deed::Change { object, subresource, fields, lasting } => {
                change(cx, journal, taken, (object, *subresource), fields, *lasting).await?;
            }
            Deed::Create { manifest } => create(cx, journal, taken, manifest).await?,
            Deed::AwaitReady { pod, limit } => {
                cx.cluster
                    .pod_ready(pod, *limit)
                    .await
                    .map_err(|error| InjectError::Helper(error.to_string()))?;
            }
            Deed::Delete { pod, grace } => delete(cx, pod, *grace).await?,
            Deed::Evict { pod, grace } => return evict(cx, pod, *grace).await,
            Deed::Attach { pod, container } => attach(cx, pod, container).await?,
            Deed::Run { command, undo, limit } => {
                let back = |command: &Vec<String>| Undo::Run { command: command.clone(), limit: *limit };
                note(cx, journal, taken, undo.as_ref().map(back)).await?;
                let words: Vec<&str> = command.iter().map(String::as_str).collect();
                cx.cluster.run_command(&words, *limit).await.map_err(InjectError::Deed)?;
            }
            Deed::Exec { pod, container, command, undo, limit } => {
                let back = |command: &Vec<String>| Undo::Exec {
                    pod: pod.clone(),
                    container: container.clone(),
                    command: command.clone(),
                    limit: *limit,
                };
                note(cx, journal, taken, undo.as_ref().map(back)).await?;
                let done = cx.cluster.exec(pod, container.as_deref(), command, *limit).await;
                done.map_err(InjectError::Deed)?;
            }
        }
        Ok(None)
    }
}

/// Writes an undo into the journal; only then may the deed be done.
async fn note(
    cx: &FaultContext,
    journal: &Journal,
    taken: &mut Vec<Taken>,
    undo: Option<Undo>,
) -> Result<(), InjectError> {
    let Some(undo) = undo else { return Ok(()) };
    write_down(cx, journal, taken, (next_number(), undo), |_| Ok(())).await
}

/// Writes an undo into the journal as the entry of this number, in the place of what it was there before; `allows` is
/// asked by what is open at that moment, so that nobody comes in between.
async fn write_down(
    cx: &FaultContext,
    journal: &Journal,
    taken: &mut Vec<Taken>,
    (number, undo): (u32, Undo),
    allows: impl FnOnce(&Open) -> Result<(), Refusal>,
) -> Result<(), InjectError> {
    allows(&journal.open())?;
    let entry = Entry { fault: cx.fault.clone(), undo: undo.clone() };
    journal.write(number, &entry).await.map_err(InjectError::Journal)?;
    taken.retain(|one| one.number != number);
    taken.push(Taken { number, undo });
    Ok(())
}

/// The changes of an object that is as `present` says, with the note of what it was under the number of its entry.
pub(super) fn changes_of(
    cx: &FaultContext,
    present: &Value,
    subresource: Option<&'static str>,
    fields: &[(String, Option<Value>)],
    note: Option<u32>,
) -> Vec<FieldChange> {
    let mut changes: Vec<FieldChange> =
        fields.iter().map(|(path, to)| FieldChange::of(present, path, to.clone())).collect();
    // A subresource takes no annotations; there the journal alone knows.
    if let Some(number) = note.filter(|_| subresource.is_none()) {
        let note = Note {
            run: cx.run.clone(),
            fault: cx.fault.clone(),
            namespace: cx.cluster.namespace().to_owned(),
            fields: changes.clone(),
        };
        changes.push(note.change(present, number));
    }
    changes
}

/// Changes fields by a patch that tests what was there, and notes what it was on the object itself in the same patch.
async fn change(
    cx: &FaultContext,
    journal: &Journal,
    taken: &mut Vec<Taken>,
    (object, subresource): (&ObjectRef, Option<&'static str>),
    fields: &[(String, Option<Value>)],
    lasting: Lasting,
) -> Result<(), InjectError> {
    let number = (lasting == Lasting::UntilUndone).then(next_number);
    let mut tries = 1;
    loop {
        let present = cx.cluster.present(object).await.map_err(InjectError::Deed)?;
        let present = present.ok_or_else(|| InjectError::Helper(format!("{object} is gone")))?;
        let changes = changes_of(cx, &present, subresource, fields, number);
        if let Some(number) = number {
            let subresource = subresource.map(ToOwned::to_owned);
            let undo = Undo::Restore { object: object.clone(), subresource, fields: changes.clone() };
            write_down(cx, journal, taken, (number, undo), |others| {
                clash::on_object(object, &present, fields)?;
                clash::in_journal(others, number, object, fields)
            })
            .await?;
        }
        match cx.cluster.patch_fields(object, subresource, &present, &changes, Way::There).await {
            Ok(_) => return Ok(()),
            // Somebody else has changed something on it since it was read, and nothing of ours was done.
            Err(error) if has_moved(&error) && tries < TRIES => tries += 1,
            Err(error) => return Err(InjectError::Deed(error)),
        }
    }
}

/// Whether a patch that tests before it writes may have failed because the object was changed after it was read.
pub(super) fn has_moved(error: &ClusterError) -> bool {
    matches!(error.code(), Some(409 | 422))
}

/// An object of the run, with its namespace and label.
pub(super) fn own_object(cx: &FaultContext, manifest: &Value) -> Result<DynamicObject, ClusterError> {
    let mut object: DynamicObject = cx.cluster.typed("make an object of the fault", manifest.clone())?;
    object.metadata.namespace = Some(cx.cluster.namespace().to_owned());
    object.metadata.labels.get_or_insert_default().insert(RUN_LABEL.to_owned(), cx.run.to_string());
    Ok(object)
}

async fn create(
    cx: &FaultContext,
    journal: &Journal,
    taken: &mut Vec<Taken>,
    manifest: &Value,
) -> Result<(), InjectError> {
    let mut object = own_object(cx, manifest).map_err(InjectError::Deed)?;
    object.metadata.owner_references = Some(vec![journal.owner()]);
    let wanted = ObjectRef::of_manifest(&object);
    note(cx, journal, taken, Some(Undo::Delete { object: wanted.clone() })).await?;
    let api = cx.cluster.among(&wanted);
    let made =
        cx.cluster.call(&format!("create {wanted}"), api.create(&PostParams::default(), &object)).await;
    made.map_err(InjectError::Deed).map(drop)
}

/// The deletion of this very Pod.
pub(super) fn deletion(pod: &ObjectRef, grace: Option<u32>) -> DeleteParams {
    let preconditions = Some(Preconditions { uid: pod.uid.clone(), resource_version: None });
    DeleteParams { grace_period_seconds: grace, preconditions, ..DeleteParams::default() }
}

async fn delete(cx: &FaultContext, pod: &ObjectRef, grace: Option<u32>) -> Result<(), InjectError> {
    let params = deletion(pod, grace);
    let api = cx.cluster.among(pod);
    match cx.cluster.call(&format!("delete {pod}"), api.delete(&pod.name, &params)).await {
        // It went by itself meanwhile: nobody is left to hit, and its successor is not meant.
        Err(error) if matches!(error.code(), Some(404 | 409)) => {
            Err(InjectError::Helper(format!("{pod} was gone before it could be deleted")))
        }
        deleted => deleted.map_err(InjectError::Deed).map(drop),
    }
}

/// Asks for the eviction of this very Pod. Not kube's `evict`: it names the options so that the server drops them.
pub(super) async fn ask_eviction(
    cx: &FaultContext,
    pod: &ObjectRef,
    grace: Option<u32>,
    params: &PostParams,
) -> Result<(), ClusterError> {
    let mut options = json!({"preconditions": {"uid": pod.uid}});
    if let Some(grace) = grace {
        options["gracePeriodSeconds"] = json!(grace);
    }
    let eviction = json!({"apiVersion": "policy/v1", "kind": "Eviction",
        "metadata": {"name": pod.name, "namespace": pod.namespace}, "deleteOptions": options});
    let api = cx.cluster.among(pod);
    let asked = api.create_subresource::<_, Value>("eviction", &pod.name, params, &eviction);
    cx.cluster.call(&format!("evict {pod}"), asked).await.map(drop)
}

async fn evict(
    cx: &FaultContext,
    pod: &ObjectRef,
    grace: Option<u32>,
) -> Result<Option<String>, InjectError> {
    match ask_eviction(cx, pod, grace, &PostParams::default()).await {
        Ok(()) => Ok(None),
        Err(error) if error.code() == Some(429) => Ok(Some(error.to_string())),
        Err(error) => Err(InjectError::Deed(error)),
    }
}

async fn attach(cx: &FaultContext, pod: &ObjectRef, container: &Value) -> Result<(), InjectError> {
    ask_attachment(cx, pod, container, &PatchParams::default()).await.map_err(InjectError::Deed)
}

/// Asks for an ephemeral container in a Pod.
pub(super) async fn ask_attachment(
    cx: &FaultContext,
    pod: &ObjectRef,
    container: &Value,
    params: &PatchParams,
) -> Result<(), ClusterError> {
    let patch = Patch::Strategic(json!({"spec": {"ephemeralContainers": [container]}}));
    let api = cx.cluster.among(pod);
    let patched = api.patch_subresource("ephemeralcontainers", &pod.name, params, &patch);
    cx.cluster.call(&format!("put a container into {pod}"), patched).await.map(drop)
}
