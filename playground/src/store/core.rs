//! The store itself.

use crate::object;
use crate::store::collection::Collection;
use crate::store::owners::Owners;
use crate::store::{Change, ChangeKind, Expired, From, ObjectKey, ResourceId, Watch};
use bytes::Bytes;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Whether a write is to last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Write {
    /// Do it.
    Commit,
    /// Work out the answer, leave everything as it is.
    DryRun,
}

/// What a closure given to [`Store::change`] wants done with the object.
#[derive(Debug)]
pub enum Outcome {
    /// Leave it (no version is used, no watcher woken).
    Keep,
    /// Store this in its place.
    Put(Value),
    /// Remove it; the value is how watchers see it for the last time.
    Remove(Value),
}

/// The objects of a resource at one moment.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The store's version at that moment.
    pub version: u64,
    /// The objects, in the order of their keys.
    pub objects: BTreeMap<ObjectKey, Arc<Value>>,
}

/// All objects. Cheap to clone; every clone is the same store.
#[derive(Debug, Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    state: Mutex<State>,
    /// How many bytes of encoded changes each resource keeps for its watchers.
    history: usize,
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) version: u64,
    collections: HashMap<ResourceId, Collection>,
    owners: Owners,
    pub(super) next_pin: u64,
}

impl State {
    pub(super) fn collection(&mut self, resource: ResourceId) -> &mut Collection {
        self.collections.entry(resource).or_insert_with(|| Collection::new(0))
    }
}

impl Store {
    /// An empty store that keeps about `history` bytes of encoded changes for each resource.
    pub fn new(history: usize) -> Store {
        Store { inner: Arc::new(Inner { state: Mutex::default(), history }) }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        // No code that can panic runs between two halves of a change, so a poisoned lock guards a whole state.
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn history(&self) -> usize {
        self.inner.history
    }

    /// The version of the newest change of any object.
    pub fn version(&self) -> u64 {
        self.lock().version
    }

    /// One object.
    pub fn get(&self, resource: ResourceId, key: &ObjectKey) -> Option<Arc<Value>> {
        self.lock().collection(resource).objects.get(key).cloned()
    }

    /// The objects of any resource that name the owner with this uid.
    pub fn owned_by(&self, uid: &str) -> Vec<(ResourceId, Arc<Value>)> {
        let state = self.lock();
        let found = state.owners.of(uid).into_iter();
        found
            .filter_map(|(resource, key)| {
                let object = state.collections.get(&resource)?.objects.get(&key)?;
                Some((resource, Arc::clone(object)))
            })
            .collect()
    }

    /// The objects of a resource in one namespace or (`None`) in all, in the order of their keys.
    pub fn list(&self, resource: ResourceId, namespace: Option<&str>) -> Vec<Arc<Value>> {
        let mut state = self.lock();
        let objects = &state.collection(resource).objects;
        let Some(namespace) = namespace else { return objects.values().cloned().collect() };
        let here = objects.range(ObjectKey::new(namespace, "")..);
        here.take_while(|(key, _)| key.namespace == namespace).map(|(_, object)| Arc::clone(object)).collect()
    }

    /// All objects of a resource now.
    pub fn snapshot(&self, resource: ResourceId) -> Snapshot {
        let mut state = self.lock();
        let version = state.version;
        Snapshot { version, objects: state.collection(resource).objects.clone() }
    }

    /// All objects of a resource as they were at `version`.
    pub fn snapshot_at(&self, resource: ResourceId, version: u64) -> Result<Snapshot, Expired> {
        let mut state = self.lock();
        let collection = state.collection(resource);
        let expired = Expired { requested: version, oldest: collection.floor };
        Ok(Snapshot { version, objects: collection.at(version).ok_or(expired)? })
    }

    /// Reads one object and decides, without anything in between, what becomes of it.
    ///
    /// The closure sees the present object and gives back what to do. A `Put` gets the next version in
    /// `metadata.resourceVersion`, wakes the watchers, and is returned as stored. `Keep` returns the
    /// present object, `None` when there is none. With [`Write::DryRun`] nothing is stored, and the object
    /// keeps the version it has (a new one has none). The closure must not use the store.
    pub fn change<E>(
        &self,
        resource: ResourceId,
        key: &ObjectKey,
        write: Write,
        decide: impl FnOnce(Option<&Arc<Value>>) -> Result<Outcome, E>,
    ) -> Result<Option<Arc<Value>>, E> {
        let mut state = self.lock();
        let present = state.collection(resource).objects.get(key).cloned();
        let (mut object, removed) = match decide(present.as_ref())? {
            Outcome::Keep => return Ok(present),
            Outcome::Put(object) => (object, false),
            Outcome::Remove(object) => (object, true),
        };
        if write == Write::DryRun {
            return Ok(Some(Arc::new(object)));
        }
        state.version += 1;
        let version = state.version;
        object::metadata_mut(&mut object).insert("resourceVersion".to_owned(), json!(version.to_string()));
        let encoded = Bytes::from(object.to_string());
        let object = Arc::new(object);
        let kind = match (&present, removed) {
            (_, true) => ChangeKind::Deleted,
            (None, false) => ChangeKind::Added,
            (Some(_), false) => ChangeKind::Modified,
        };
        let after = (!removed).then_some(&*object);
        state.owners.note(resource, key, present.as_deref(), after);
        let collection = state.collection(resource);
        if removed {
            collection.objects.remove(key);
        } else {
            collection.objects.insert(key.clone(), Arc::clone(&object));
        }
        let change = Change {
            kind,
            key: key.clone(),
            version,
            object: Arc::clone(&object),
            previous: present,
            encoded,
        };
        collection.push(change, self.history());
        Ok(Some(object))
    }

    /// The changes of a resource for a client that may be slow: it may find its place forgotten
    /// ([`Expired`]) and must then list again.
    pub fn watch(&self, resource: ResourceId, from: From) -> Result<Watch, Expired> {
        Watch::open(self, resource, from, None)
    }

    /// The changes of a resource for a part of the playground: the history is kept until it has read it, so
    /// nothing is lost and nothing comes twice. It must keep reading, or the history grows.
    pub fn follow(&self, resource: ResourceId, from: From) -> Result<Watch, Expired> {
        let pin = {
            let mut state = self.lock();
            state.next_pin += 1;
            state.next_pin
        };
        Watch::open(self, resource, from, Some(pin))
    }
}
