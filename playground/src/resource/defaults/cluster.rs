//! Namespaces and nodes.

use crate::object::{self, child_mut, map_mut, set_default};
use serde_json::{Value, json};

/// A Namespace: active, with the finalizer that lets its content go first, and labelled with its name.
pub(in crate::resource) fn namespace(object: &mut Value) {
    let name = object::name(object).to_owned();
    let terminating = object::is_terminating(object);
    let map = map_mut(object);
    if !terminating {
        set_default(child_mut(map, "spec"), "finalizers", json!(["kubernetes"]));
        set_default(child_mut(map, "status"), "phase", "Active");
    }
    set_default(child_mut(child_mut(map, "metadata"), "labels"), "kubernetes.io/metadata.name", name);
}

/// A Node.
pub(in crate::resource) fn node(object: &mut Value) {
    let map = map_mut(object);
    child_mut(map, "spec");
    child_mut(map, "status");
}
