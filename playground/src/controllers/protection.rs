//! A volume claim that is deleted stays while a Pod uses it: it is created under a finalizer, which goes
//! when the claim is to go and no Pod has it.

use crate::cluster::Part;
use crate::controllers::desk::Desk;
use crate::controllers::pods;
use crate::controllers::work::{Controller, Next};
use crate::object::{self, metadata_mut};
use crate::resource::{CLAIM_PROTECTION, Kind};
use crate::status::ApiError;
use crate::store::{Change, ObjectKey};
use serde_json::Value;

/// The controller that lets claims go.
pub(super) struct ClaimProtection(pub(super) Desk);

impl Controller for ClaimProtection {
    type Key = ObjectKey;

    fn kinds(&self) -> Vec<&'static Kind> {
        vec![self.0.claims, self.0.pods]
    }

    fn wake(&self, kind: &'static Kind, change: &Change) -> Vec<ObjectKey> {
        if kind.id == self.0.claims.id {
            return vec![change.key.clone()];
        }
        used(&change.object).map(|name| ObjectKey::new(&change.key.namespace, name)).collect()
    }

    fn reconcile(&self, key: &ObjectKey) -> Result<Next, ApiError> {
        let Some(claim) = self.0.get(self.0.claims, key).filter(|claim| object::is_terminating(claim)) else {
            return Ok(Next::Rest);
        };
        let pods = self.0.list(self.0.pods, &key.namespace);
        if pods.iter().any(|pod| !pods::has_ended(pod) && used(pod).any(|name| name == key.name)) {
            return Ok(Next::Rest);
        }
        self.0.change(self.0.claims, &claim, Part::Whole, |claim| {
            let list = metadata_mut(claim).get_mut("finalizers").and_then(Value::as_array_mut);
            if let Some(list) = list {
                list.retain(|finalizer| finalizer != CLAIM_PROTECTION);
            }
        })?;
        Ok(Next::Rest)
    }
}

/// The names of the claims that a Pod uses.
fn used(pod: &Value) -> impl Iterator<Item = &str> {
    let volumes = pod["spec"]["volumes"].as_array().into_iter().flatten();
    volumes.filter_map(|volume| volume["persistentVolumeClaim"]["claimName"].as_str())
}
