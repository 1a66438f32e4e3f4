//! New objects.

use crate::cluster::stamp::stamp;
use crate::cluster::{Cluster, Part};
use crate::object;
use crate::ownership;
use crate::resource::{Kind, check_metadata};
use crate::status::ApiError;
use crate::store::{ObjectKey, Outcome, Write};
use serde_json::Value;
use std::sync::Arc;

/// How often a generated name is tried anew when it is taken.
const NAME_TRIES: usize = 8;

impl Cluster {
    /// Creates an object: fills in what the client left out, checks it, stores it. Returns it as stored.
    ///
    /// Errors: 404 when the namespace is missing, 403 when it is going or a Pod's account is missing, 409 when the name is taken, 422 when
    /// the object breaks rules.
    pub fn create(
        &self,
        kind: &Kind,
        namespace: &str,
        given: Value,
        write: Write,
    ) -> Result<Arc<Value>, ApiError> {
        let owner = self.owner(kind, Part::Whole);
        let asked = given.clone();
        self.create_object(kind, namespace, given, write, &|fresh| {
            ownership::create(&owner, &asked, fresh);
        })
    }

    /// The same, with another way to `record` who owns its fields.
    pub(super) fn create_object(
        &self,
        kind: &Kind,
        namespace: &str,
        given: Value,
        write: Write,
        record: &dyn Fn(&mut Value),
    ) -> Result<Arc<Value>, ApiError> {
        self.check_namespace(kind, namespace, object::name(&given))?;
        let generated = object::name(&given).is_empty();
        for _ in 1..NAME_TRIES {
            match self.create_once(kind, namespace, given.clone(), write, record) {
                Err(error) if generated && error.reason == "AlreadyExists" => {}
                other => return other,
            }
        }
        self.create_once(kind, namespace, given, write, record)
    }

    fn create_once(
        &self,
        kind: &Kind,
        namespace: &str,
        given: Value,
        write: Write,
        record: &dyn Fn(&mut Value),
    ) -> Result<Arc<Value>, ApiError> {
        let mut fresh = stamp(kind, namespace, given);
        (kind.hooks.default)(&mut fresh);
        (kind.hooks.create)(&mut fresh);
        if kind.kind == "Pod" {
            self.admit(&mut fresh)?;
        }
        let name = object::name(&fresh).to_owned();
        let mut causes = check_metadata(kind.names, &fresh);
        causes.extend((kind.hooks.check)(&fresh));
        kind.check(&name, causes)?;
        let mut guard = (kind.kind == "Service").then(|| self.addresses());
        if let Some(addresses) = &mut guard {
            addresses.assign(&mut fresh, &self.services())?;
        }
        record(&mut fresh);
        let key = ObjectKey::new(object::namespace(&fresh), &name);
        let stored = self.change(kind, &key, write, |present| match present {
            Some(_) => Err(kind.already_exists(&name)),
            None => Ok(Outcome::Put(fresh)),
        })?;
        stored.ok_or_else(|| kind.not_found(&name))
    }
}
