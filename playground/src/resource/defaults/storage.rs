//! Secrets and volume claims.

use crate::object::{child_mut, map_mut, metadata_mut, set_default};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// A Secret: `stringData` moves into `data`, in base64.
pub(in crate::resource) fn secret(object: &mut Value) {
    let map = map_mut(object);
    if let Some(Value::Object(plain)) = map.shift_remove("stringData") {
        let data = child_mut(map, "data");
        for (key, value) in plain {
            data.insert(key, json!(STANDARD.encode(value.as_str().unwrap_or_default())));
        }
    }
    set_default(map, "type", "Opaque");
}

/// A PersistentVolumeClaim.
pub(in crate::resource) fn claim(object: &mut Value) {
    set_default(child_mut(map_mut(object), "spec"), "volumeMode", "Filesystem");
}

/// Under this finalizer a claim stays while a Pod uses it.
pub(crate) const CLAIM_PROTECTION: &str = "kubernetes.io/pvc-protection";

/// The status of a new PersistentVolumeClaim, and its protection.
pub(in crate::resource) fn claim_status(object: &mut Value) {
    object["status"] = json!({"phase": "Pending"});
    let finalizers = metadata_mut(object).entry("finalizers").or_insert_with(|| json!([]));
    if let Some(list) =
        finalizers.as_array_mut().filter(|list| !list.iter().any(|one| one == CLAIM_PROTECTION))
    {
        list.push(json!(CLAIM_PROTECTION));
    }
}
