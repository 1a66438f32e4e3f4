//! Events: what the playground's parts tell people about objects.

use crate::cluster::{Cluster, DeleteOptions, Part, Writer};
use crate::object;
use crate::resource::by_kind;
use crate::store::Write;
use serde_json::{Value, json};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

/// A real server forgets events after an hour; this one after so many.
const KEPT: usize = 2_000;

/// Whether all is as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// It is.
    Normal,
    /// Something is wrong.
    Warning,
}

/// Writes events; the same one again raises the count of the first. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Recorder {
    cluster: Cluster,
    component: &'static str,
    known: Arc<Mutex<Known>>,
}

#[derive(Debug, Default)]
struct Known {
    /// The event's name for what it says.
    names: HashMap<String, String>,
    /// What was said, oldest first, with its namespace.
    order: VecDeque<(String, String)>,
}

impl Recorder {
    /// Events that `component` writes.
    pub(crate) fn new(cluster: &Cluster, component: &'static str) -> Recorder {
        let cluster = cluster.written_by(Writer::named(component));
        Recorder { cluster, component, known: Arc::default() }
    }

    /// Tells of `about`. An event that cannot be written (its namespace is going) is dropped, as by a real kubelet.
    pub(crate) fn event(&self, about: &Value, tone: Tone, reason: &str, message: &str) {
        let Some(kind) = by_kind("v1", "Event") else { return };
        let namespace = match object::namespace(about) {
            "" => "default",
            own => own,
        };
        let said = format!("{}/{reason}/{message}", object::uid(about));
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(name) = known.names.get(&said) {
            let again = self.cluster.modify(kind, (namespace, name), Part::Whole, Write::Commit, |event| {
                event["count"] = json!(event["count"].as_i64().unwrap_or(1) + 1);
                event["lastTimestamp"] = json!(object::now());
                Ok(())
            });
            if again.is_ok() {
                return;
            }
        }
        let event = self.shape(about, tone, reason, message);
        let Ok(stored) = self.cluster.create(kind, namespace, event, Write::Commit) else { return };
        known.names.insert(said.clone(), object::name(&stored).to_owned());
        known.order.push_back((namespace.to_owned(), said));
        if known.order.len() > KEPT
            && let Some((namespace, oldest)) = known.order.pop_front()
            && let Some(name) = known.names.remove(&oldest)
        {
            let _ = self.cluster.delete(kind, (&namespace, &name), &DeleteOptions::default(), Write::Commit);
        }
    }

    fn shape(&self, about: &Value, tone: Tone, reason: &str, message: &str) -> Value {
        let now = object::now();
        json!({
            "metadata": {"generateName": format!("{}.", object::name(about))},
            "involvedObject": {
                "kind": about["kind"], "namespace": object::namespace(about), "name": object::name(about),
                "uid": object::uid(about), "apiVersion": about["apiVersion"],
                "resourceVersion": object::text(about, "/metadata/resourceVersion"),
            },
            "reason": reason, "message": message,
            "source": {"component": self.component},
            "firstTimestamp": now, "lastTimestamp": now, "count": 1,
            "type": if tone == Tone::Normal { "Normal" } else { "Warning" },
            "reportingComponent": self.component, "reportingInstance": "",
        })
    }
}
