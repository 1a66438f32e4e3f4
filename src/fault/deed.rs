//! What can be done to a cluster, as data.

use crate::cluster::ObjectRef;
use serde_json::Value;
use std::fmt;
use std::time::Duration;

/// Whether a change is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lasting {
    /// When the fault ends.
    UntilUndone,
    /// It stays, as it would after the same command by hand: a restart of a rollout.
    Stays,
}

/// One thing that is done.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    /// Fields of an object get other values; `None` removes one. The paths are JSON pointers.
    Change {
        /// The object, with its uid.
        object: ObjectRef,
        /// The subresource that takes the change, such as `resize`.
        subresource: Option<&'static str>,
        /// The fields and their new values.
        fields: Vec<(String, Option<Value>)>,
        /// Whether it is taken back.
        lasting: Lasting,
    },
    /// An object is made; it belongs to the run and goes with it.
    Create {
        /// The whole object: apiVersion, kind, metadata.name, spec. Namespace, label and owner are added.
        manifest: Value,
    },
    /// Nothing further is done before this Pod of ours is ready.
    AwaitReady {
        /// The Pod's name.
        pod: String,
        /// How long it may take.
        limit: Duration,
    },
    /// A Pod is deleted.
    Delete {
        /// The Pod, with its uid.
        pod: ObjectRef,
        /// Seconds to end; `None` leaves it to the Pod.
        grace: Option<u32>,
    },
    /// A Pod is evicted; a budget may refuse that.
    Evict {
        /// The Pod, with its uid.
        pod: ObjectRef,
        /// Seconds to end; `None` leaves it to the Pod.
        grace: Option<u32>,
    },
    /// An ephemeral container is put into a Pod. It ends by itself; that it was there cannot be taken back.
    Attach {
        /// The Pod, with its uid.
        pod: ObjectRef,
        /// The container.
        container: Value,
    },
    /// A command of this machine is run.
    Run {
        /// The program and its arguments; no shell.
        command: Vec<String>,
        /// What takes it back.
        undo: Option<Vec<String>>,
        /// How long either may take.
        limit: Duration,
    },
    /// A command is run in a container.
    Exec {
        /// The Pod, with its uid.
        pod: ObjectRef,
        /// The container.
        container: Option<String>,
        /// The program and its arguments.
        command: Vec<String>,
        /// What takes it back, in the same container.
        undo: Option<Vec<String>>,
        /// How long either may take.
        limit: Duration,
    },
}

impl Deed {
    /// How it is taken back, for people; none where nothing is, because the platform heals it or it stays.
    pub fn taken_back_by(&self) -> Option<String> {
        match self {
            Deed::Change { object, fields, lasting: Lasting::UntilUndone, .. } => {
                let paths: Vec<&str> = fields.iter().map(|(path, _)| path.as_str()).collect();
                Some(format!("restore {} of {object}", paths.join(", ")))
            }
            Deed::Create { .. } => Some(self.to_string().replacen("create", "delete", 1)),
            Deed::Run { undo, .. } => undo.as_ref().map(|undo| format!("run {}", undo.join(" "))),
            Deed::Exec { pod, undo, .. } => {
                undo.as_ref().map(|undo| format!("run {} in {pod}", undo.join(" ")))
            }
            Deed::Change { .. }
            | Deed::AwaitReady { .. }
            | Deed::Delete { .. }
            | Deed::Evict { .. }
            | Deed::Attach { .. } => None,
        }
    }
}

/// "delete Pod/api-1 now", for people.
impl fmt::Display for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Deed::Change { object, fields, .. } => {
                let paths: Vec<&str> = fields.iter().map(|(path, _)| path.as_str()).collect();
                write!(f, "change {} of {object}", paths.join(", "))
            }
            Deed::Create { manifest } => {
                let text =
                    |pointer: &str| manifest.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
                write!(f, "create {}/{}", text("/kind"), text("/metadata/name"))
            }
            Deed::AwaitReady { pod, .. } => write!(f, "wait for Pod/{pod}"),
            Deed::Delete { pod, grace: Some(0) } => write!(f, "delete {pod} now"),
            Deed::Delete { pod, .. } => write!(f, "delete {pod}"),
            Deed::Evict { pod, .. } => write!(f, "evict {pod}"),
            Deed::Attach { pod, .. } => write!(f, "put a container into {pod}"),
            Deed::Run { command, .. } => write!(f, "run {}", command.join(" ")),
            Deed::Exec { pod, command, .. } => write!(f, "run {} in {pod}", command.join(" ")),
        }
    }
}
