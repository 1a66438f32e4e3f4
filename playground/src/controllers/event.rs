//! Events: what controllers tell people.

use crate::controllers::desk::{Desk, number};
use crate::object;
use crate::resource::Kind;
use crate::store::ObjectKey;
use serde_json::{Value, json};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Whether an event tells of something good or bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    /// As it should be.
    Normal,
    /// Something is wrong.
    Warning,
}

/// Who tells, and what: component, tone, reason.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word(pub(super) &'static str, pub(super) Tone, pub(super) &'static str);

impl Desk {
    /// Records an event about an object; one that was told before is counted instead. It never fails: an event that
    /// cannot be stored (its namespace is going) is lost, as on a real cluster.
    pub(super) fn tell(
        &self,
        kind: &Kind,
        about: &Value,
        Word(component, tone, reason): Word,
        message: &str,
    ) {
        let mut hash = DefaultHasher::new();
        (object::uid(about), reason, message).hash(&mut hash);
        let name = format!("{}.{:016x}", object::name(about), hash.finish());
        let namespace = match object::namespace(about) {
            "" => "default",
            namespace => namespace,
        };
        let now = object::now();
        if let Some(known) = self.get(self.events, &ObjectKey::new(namespace, &name)) {
            let _ = self.change(self.events, &known, crate::cluster::Part::Whole, |event| {
                event["count"] = json!(number(event, "/count") + 1);
                event["lastTimestamp"] = json!(now);
            });
            return;
        }
        let tone = match tone {
            Tone::Normal => "Normal",
            Tone::Warning => "Warning",
        };
        let event = json!({
            "metadata": {"name": name, "namespace": namespace},
            "involvedObject": {
                "kind": kind.kind, "namespace": object::namespace(about), "name": object::name(about),
                "uid": object::uid(about), "apiVersion": kind.api_version(),
                "resourceVersion": object::text(about, "/metadata/resourceVersion"),
            },
            "reason": reason, "message": message, "source": {"component": component},
            "firstTimestamp": now, "lastTimestamp": now, "count": 1, "type": tone, "eventTime": null,
            "reportingComponent": component, "reportingInstance": "",
        });
        let _ = self.create(self.events, namespace, event);
    }
}
