//! Deletion.

use crate::cluster::Cluster;
use crate::object::{self, metadata_mut};
use crate::resource::{Deletion, Kind};
use crate::status::ApiError;
use crate::store::{ObjectKey, Outcome, Write};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::sync::Arc;

/// What becomes of the objects that an object owns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Propagation {
    /// They are collected after it is gone.
    #[default]
    Background,
    /// It waits, under the finalizer `foregroundDeletion`, until they are gone.
    Foreground,
    /// It waits, under the finalizer `orphan`, until they no longer name it as their owner.
    Orphan,
}

/// How to delete. The default asks for nothing special.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeleteOptions {
    /// Seconds that a Pod gets to end; `None` is what the Pod itself says.
    pub grace_period_seconds: Option<i64>,
    /// Only delete the object with this uid.
    pub uid: Option<String>,
    /// Only delete this version of the object.
    pub resource_version: Option<String>,
    /// What becomes of what it owns.
    pub propagation: Propagation,
}

/// What became of it.
#[derive(Debug, Clone)]
pub enum Deleted {
    /// It is gone; this is how it last was.
    Gone(Arc<Value>),
    /// It is on its way out, waiting for its grace period or its finalizers.
    Going(Arc<Value>),
}

impl Deleted {
    /// The object.
    pub fn object(&self) -> &Arc<Value> {
        match self {
            Deleted::Gone(object) | Deleted::Going(object) => object,
        }
    }
}

impl Cluster {
    /// Deletes an object, or sends it on its way out.
    ///
    /// A Pod on a node stays until its kubelet deletes it again with a grace period of 0; until then it is
    /// terminating. Anything with finalizers stays until an update removes the last of them. Errors: 404; 409
    /// when a precondition does not hold.
    pub fn delete(
        &self,
        kind: &Kind,
        (namespace, name): (&str, &str),
        options: &DeleteOptions,
        write: Write,
    ) -> Result<Deleted, ApiError> {
        let key = ObjectKey::new(namespace, name);
        let mut ready = false;
        let marked = self.change(kind, &key, write, |present| {
            let old = present.ok_or_else(|| kind.not_found(name))?;
            check_preconditions(kind, old, options)?;
            let (marked, outcome) = mark(kind, old, options);
            ready = outcome == Next::Remove;
            Ok::<_, ApiError>(match (outcome, kind.deletion) {
                (Next::Keep, _) => Outcome::Keep,
                // Watchers of a Pod see it marked before they see it gone.
                (Next::Remove, Deletion::Graceful) | (Next::Wait, _) => Outcome::Put(marked),
                (Next::Remove, _) => Outcome::Remove(Value::clone(old)),
            })
        })?;
        let marked = marked.ok_or_else(|| kind.not_found(name))?;
        match (ready, kind.deletion, write) {
            (false, ..) => Ok(Deleted::Going(marked)),
            (true, Deletion::Graceful, Write::Commit) => self.remove_marked(kind, &key, &marked),
            (true, ..) => Ok(Deleted::Gone(marked)),
        }
    }

    fn remove_marked(&self, kind: &Kind, key: &ObjectKey, marked: &Arc<Value>) -> Result<Deleted, ApiError> {
        let is_it = |object: &Arc<Value>| object::uid(object) == object::uid(marked);
        let left = self.change(kind, key, Write::Commit, |present| {
            Ok::<_, ApiError>(match present {
                Some(now) if is_it(now) => Outcome::Remove(Value::clone(now)),
                _ => Outcome::Keep,
            })
        })?;
        // Somebody may have removed it since, and somebody else have made another of its name, which is not meant.
        Ok(Deleted::Gone(left.filter(is_it).unwrap_or_else(|| Arc::clone(marked))))
    }
}

fn check_preconditions(kind: &Kind, old: &Value, options: &DeleteOptions) -> Result<(), ApiError> {
    let name = object::name(old);
    // The real server names the kind here, not the resource.
    let refuse = |why: &str| Err(ApiError::conflict(kind.id.group, kind.kind, name, why));
    if let Some(uid) = options.uid.as_deref().filter(|uid| *uid != object::uid(old)) {
        return refuse(&format!(
            "the UID in the precondition ({uid}) does not match the UID in record ({}). \
             The object might have been deleted and then recreated",
            object::uid(old)
        ));
    }
    let current = object::text(old, "/metadata/resourceVersion");
    if let Some(version) = options.resource_version.as_deref().filter(|version| *version != current) {
        return refuse(&format!(
            "the ResourceVersion in the precondition ({version}) does not match the ResourceVersion in record \
             ({current}). The object might have been modified"
        ));
    }
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// Nothing changes: it is going already.
    Keep,
    /// It waits for something.
    Wait,
    /// Nothing holds it.
    Remove,
}

/// The object marked as terminating, and what is to be done with it.
fn mark(kind: &Kind, old: &Value, options: &DeleteOptions) -> (Value, Next) {
    let mut marked = old.clone();
    add_finalizer(&mut marked, options.propagation);
    let period = if kind.deletion == Deletion::Graceful { grace_period(old, options) } else { 0 };
    let going = object::is_terminating(old);
    let before = old.pointer("/metadata/deletionGracePeriodSeconds").and_then(Value::as_i64);
    let shortened = before.is_some_and(|before| period < before);
    if !going || shortened {
        let asked = if going { deletion_time(old, before.unwrap_or(0)) } else { Timestamp::now() };
        let end = asked.saturating_add(SignedDuration::from_secs(period)).unwrap_or(asked);
        let generation = object::generation(old);
        let metadata = metadata_mut(&mut marked);
        metadata.insert("deletionTimestamp".to_owned(), json!(object::time(end.max(Timestamp::now()))));
        metadata.insert("deletionGracePeriodSeconds".to_owned(), json!(period));
        if generation > 0 && !going {
            metadata.insert("generation".to_owned(), json!(generation + 1));
        }
        if kind.deletion == Deletion::Namespace {
            marked["status"]["phase"] = json!("Terminating");
        }
    }
    let content = kind.deletion == Deletion::Namespace
        && old.pointer("/spec/finalizers").and_then(Value::as_array).is_some_and(|list| !list.is_empty());
    let next = match period {
        0 if !object::has_finalizers(&marked) && !content => Next::Remove,
        _ if marked == *old => Next::Keep,
        _ => Next::Wait,
    };
    (marked, next)
}

/// When the deletion was asked for: the deletion timestamp less the grace period.
fn deletion_time(old: &Value, grace: i64) -> Timestamp {
    let end: Timestamp =
        object::text(old, "/metadata/deletionTimestamp").parse().unwrap_or_else(|_| Timestamp::now());
    end.saturating_sub(SignedDuration::from_secs(grace)).unwrap_or(end)
}

/// A Pod that runs nowhere, or no longer, has nothing to wait for.
fn grace_period(pod: &Value, options: &DeleteOptions) -> i64 {
    let unscheduled = object::text(pod, "/spec/nodeName").is_empty();
    if unscheduled || matches!(object::text(pod, "/status/phase"), "Succeeded" | "Failed") {
        return 0;
    }
    let own = pod.pointer("/spec/terminationGracePeriodSeconds").and_then(Value::as_i64).unwrap_or(30);
    match options.grace_period_seconds.unwrap_or(own) {
        negative if negative < 0 => 1,
        seconds => seconds,
    }
}

fn add_finalizer(marked: &mut Value, propagation: Propagation) {
    let finalizer = match propagation {
        Propagation::Background => return,
        Propagation::Foreground => "foregroundDeletion",
        Propagation::Orphan => "orphan",
    };
    let list = metadata_mut(marked).entry("finalizers").or_insert_with(|| json!([]));
    if let Some(list) = list.as_array_mut().filter(|list| !list.iter().any(|one| one == finalizer)) {
        list.push(json!(finalizer));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::by_kind;
    use crate::store::Store;
    use serde_json::json;
    use std::sync::atomic::{AtomicBool, Ordering};

    #[test]
    fn a_successor_of_the_same_name_is_never_taken_for_the_deleted() {
        let cluster = Cluster::new(Store::new(0));
        let (namespaces, pods) = (by_kind("v1", "Namespace").unwrap(), by_kind("v1", "Pod").unwrap());
        cluster.create(namespaces, "", json!({"metadata": {"name": "n"}}), Write::Commit).unwrap();
        let pod = json!({"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "i"}]}});
        let now = DeleteOptions { grace_period_seconds: Some(0), ..DeleteOptions::default() };
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            // Two that remove whatever is there, as a kubelet does, and one that makes it again.
            for _ in 0..2 {
                scope.spawn(|| {
                    while !over.load(Ordering::Relaxed) {
                        let _ = cluster.delete(pods, ("n", "p"), &now, Write::Commit);
                    }
                });
            }
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    let _ = cluster.create(pods, "n", pod.clone(), Write::Commit);
                }
            });
            let mut deleted = 0;
            while deleted < 500 {
                let Ok(gone) = cluster.delete(pods, ("n", "p"), &now, Write::Commit) else { continue };
                deleted += 1;
                if !object::is_terminating(gone.object()) {
                    over.store(true, Ordering::Relaxed);
                    panic!("not the one that was deleted: {:#}", gone.object());
                }
            }
            over.store(true, Ordering::Relaxed);
        });
    }
}
