//! Namespaces: each gets its default account and the certificate of the API server's authority; one that is deleted goes when all that was in it is gone.

use crate::cluster::Part;
use crate::controllers::desk::Desk;
use crate::controllers::work::{Controller, Next};
use crate::identity::{ROOT_CERTIFICATE, certificate};
use crate::object;
use crate::resource::{Kind, Scope, Verbs, kinds};
use crate::status::ApiError;
use crate::store::{Change, ChangeKind, ObjectKey};
use serde_json::{Value, json};

/// The controller of namespaces; its keys are their names.
pub(super) struct Namespaces(pub(super) Desk);

fn contents() -> impl Iterator<Item = &'static Kind> {
    kinds().filter(|kind| kind.verbs == Verbs::All && kind.scope == Scope::Namespaced)
}

impl Controller for Namespaces {
    type Key = String;

    fn kinds(&self) -> Vec<&'static Kind> {
        contents().chain([self.0.namespaces]).collect()
    }

    fn wake(&self, kind: &'static Kind, change: &Change) -> Vec<String> {
        if kind.id == self.0.namespaces.id {
            return vec![change.key.name.clone()];
        }
        // What goes may be the last of a namespace that waits, or its default account.
        let gone = change.kind == ChangeKind::Deleted;
        let certificate = kind.id == self.0.config_maps.id && change.key.name == ROOT_CERTIFICATE;
        (gone || certificate).then(|| change.key.namespace.clone()).into_iter().collect()
    }

    fn reconcile(&self, name: &String) -> Result<Next, ApiError> {
        let Some(namespace) = self.0.get(self.0.namespaces, &ObjectKey::new("", name)) else {
            return Ok(Next::Rest);
        };
        if !object::is_terminating(&namespace) {
            return self.furnish(name).map(|()| Next::Rest);
        }
        if self.empty(name)? {
            self.0.change(self.0.namespaces, &namespace, Part::Finalize, |namespace| {
                namespace["spec"]["finalizers"] = Value::Null;
            })?;
        }
        Ok(Next::Rest)
    }
}

impl Namespaces {
    fn furnish(&self, name: &str) -> Result<(), ApiError> {
        self.ensure(self.0.accounts, name, json!({"metadata": {"name": "default"}}))?;
        let Some(identity) = self.0.cluster.identity() else { return Ok(()) };
        let certificate = certificate(identity);
        self.ensure(self.0.config_maps, name, certificate.clone())?;
        let present = self.0.get(self.0.config_maps, &ObjectKey::new(name, ROOT_CERTIFICATE));
        match present.filter(|present| present["data"] != certificate["data"]) {
            None => Ok(()),
            Some(changed) => self.0.change(self.0.config_maps, &changed, Part::Whole, |present| {
                present["data"] = certificate["data"].clone();
            }),
        }
    }

    fn ensure(&self, kind: &'static Kind, namespace: &str, wanted: Value) -> Result<(), ApiError> {
        if self.0.get(kind, &ObjectKey::new(namespace, object::name(&wanted))).is_some() {
            return Ok(());
        }
        match self.0.create(kind, namespace, wanted) {
            Err(error) if error.reason != "AlreadyExists" => Err(error),
            _ => Ok(()),
        }
    }

    /// Deletes what is in the namespace. Returns whether nothing is left.
    fn empty(&self, name: &str) -> Result<bool, ApiError> {
        let mut left = false;
        for kind in contents() {
            for object in self.0.list(kind, name) {
                if !object::is_terminating(&object) {
                    self.0.delete(kind, &object)?;
                }
            }
            left |= !self.0.list(kind, name).is_empty();
        }
        Ok(!left)
    }
}
