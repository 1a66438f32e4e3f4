//! The handle on the cluster, and reading.

use crate::cluster::address::Addresses;
use crate::cluster::kept::shown;
use crate::cluster::writer::NAMELESS;
use crate::cluster::{Selected, Writer};
use crate::identity::Identity;
use crate::metrics::Measurements;
use crate::resource::{Kind, Scope, by_kind};
use crate::selector::Selector;
use crate::status::ApiError;
use crate::store::{Expired, From, ObjectKey, Store};
use serde_json::Value;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The cluster as its own parts see it. Cheap to clone; every clone is the same cluster.
#[derive(Debug, Clone)]
pub struct Cluster {
    store: Store,
    /// Held while addresses of Services are given out, so that none is given twice.
    addresses: Arc<Mutex<Addresses>>,
    measurements: Measurements,
    /// Who writes through this handle.
    pub(super) writer: Arc<Writer>,
    identity: Option<Arc<Identity>>,
}

impl Cluster {
    /// The cluster whose objects are in `store`. Its Pods cannot reach an API server.
    pub fn new(store: Store) -> Cluster {
        Cluster {
            store,
            addresses: Arc::default(),
            measurements: Measurements::default(),
            writer: Arc::new(Writer::named(NAMELESS)),
            identity: None,
        }
    }

    /// The same, with what its Pods need to reach an API server: they get the token of their service account, and
    /// namespaces get the authority's certificate.
    pub fn with_identity(store: Store, identity: Identity) -> Cluster {
        Cluster { identity: Some(Arc::new(identity)), ..Cluster::new(store) }
    }

    /// What its Pods need to reach the API server; `None` when there is none.
    pub fn identity(&self) -> Option<&Identity> {
        self.identity.as_deref()
    }

    /// The objects and their history.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// What the Pods use, as the nodes measured it last.
    pub fn measurements(&self) -> &Measurements {
        &self.measurements
    }

    pub(super) fn addresses(&self) -> MutexGuard<'_, Addresses> {
        self.addresses.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One object; `namespace` is empty for kinds of the whole cluster.
    pub fn get(&self, kind: &Kind, namespace: &str, name: &str) -> Result<Arc<Value>, ApiError> {
        let key = ObjectKey::new(namespace, name);
        let found = self.store.get(kind.stored(), &key).ok_or_else(|| kind.not_found(name))?;
        Ok(kind.kept.map_or(Arc::clone(&found), |kept| shown(&kept, &found)))
    }

    /// The objects of a kind that `selector` means, in one namespace or (`None`) in all.
    pub fn list(&self, kind: &Kind, namespace: Option<&str>, selector: &Selector) -> Vec<Arc<Value>> {
        let mut objects = self.store.list(kind.stored(), namespace);
        if let Some(kept) = &kind.kept {
            for object in &mut objects {
                *object = shown(kept, object);
            }
        }
        objects.retain(|object| selector.matches(object));
        objects
    }

    /// The changes of a kind for a part of the playground: nothing lost, nothing twice. It must keep reading.
    pub fn follow(
        &self,
        kind: &Kind,
        namespace: Option<&str>,
        selector: Selector,
        from: From,
    ) -> Result<Selected, Expired> {
        Ok(Selected::new(self.store.follow(kind.stored(), from)?, kind.kept, namespace, selector))
    }

    /// The changes of a kind for a client outside, who may be too slow and is then told so.
    pub fn watch(
        &self,
        kind: &Kind,
        namespace: Option<&str>,
        selector: Selector,
        from: From,
    ) -> Result<Selected, Expired> {
        Ok(Selected::new(self.store.watch(kind.stored(), from)?, kind.kept, namespace, selector))
    }

    /// The namespace must be there, and not be going, for something to be created in it.
    pub(super) fn check_namespace(&self, kind: &Kind, namespace: &str, name: &str) -> Result<(), ApiError> {
        let Some(namespaces) = by_kind("v1", "Namespace").filter(|_| kind.scope == Scope::Namespaced) else {
            return Ok(());
        };
        let found = self.get(namespaces, "", namespace)?;
        if crate::object::is_terminating(&found) {
            let why = format!(
                "unable to create new content in namespace {namespace} because it is being terminated"
            );
            return Err(ApiError::forbidden(kind.id.group, kind.id.resource, name, &why));
        }
        Ok(())
    }
}
