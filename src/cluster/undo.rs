//! Taking back what was done. An undo is data: it is written down before anything is done, and any process that can
//! read it can carry it out, once or several times.

use super::change::{FieldChange, Way, operations};
use super::{Cluster, ClusterError, ObjectRef};
use kube::api::{DeleteParams, Patch, PatchParams, Preconditions};
use kube::core::DynamicObject;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;
use std::time::Duration;

/// How one thing is taken back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Undo {
    /// Fields get back what they had, where they still have what we gave them.
    Restore {
        /// The object.
        object: ObjectRef,
        /// The subresource that takes the change, such as `resize`.
        subresource: Option<String>,
        /// The fields.
        fields: Vec<FieldChange>,
    },
    /// A command of the machine that made the change is run.
    Run {
        /// The program and its arguments.
        command: Vec<String>,
        /// How long it may take.
        limit: Duration,
    },
    /// A command is run in a container.
    Exec {
        /// The Pod. Without a uid whoever has the name, and somebody has to: what it changed outlives the Pod.
        pod: ObjectRef,
        /// The container; none for the only one.
        container: Option<String>,
        /// The program and its arguments.
        command: Vec<String>,
        /// How long it may take.
        limit: Duration,
    },
    /// An object that we made goes.
    Delete {
        /// The object. Without a uid whatever has the name: it was written down before it was made.
        object: ObjectRef,
    },
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undone {
    /// It is as it was before.
    Restored,
    /// There was nothing to take back: it had not been done, was taken back already, or the object is gone.
    Nothing,
    /// Somebody else has changed it since; it was left as it is.
    Overtaken {
        /// Which fields, and how they are now.
        what: String,
    },
}

/// "restore Service/api", for people.
impl fmt::Display for Undo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Undo::Restore { object, fields, .. } => {
                let own = |field: &&FieldChange| !field.path.starts_with("/metadata/annotations/");
                let paths: Vec<&str> = fields.iter().filter(own).map(|field| field.path.as_str()).collect();
                write!(f, "restore {} of {object}", paths.join(", "))
            }
            Undo::Delete { object } => write!(f, "delete {object}"),
            Undo::Run { command, .. } => write!(f, "run {}", command.join(" ")),
            Undo::Exec { pod, command, .. } => write!(f, "run {} in {pod}", command.join(" ")),
        }
    }
}

impl Undo {
    /// What it is about, as `Kind/name`; of a command its words.
    pub fn target(&self) -> String {
        match self {
            Undo::Restore { object, .. } | Undo::Delete { object } => object.to_string(),
            Undo::Exec { pod, .. } => pod.to_string(),
            Undo::Run { command, .. } => command.join(" "),
        }
    }
}

impl Cluster {
    /// Carries out an undo. It may be repeated: what is done already is nothing to do.
    pub async fn undo(&self, undo: &Undo) -> Result<Undone, ClusterError> {
        match undo {
            Undo::Restore { object, subresource, fields } => {
                self.restore(object, subresource.as_deref(), fields).await
            }
            Undo::Delete { object } => self.remove(object).await,
            Undo::Run { command, limit } => self.run_command(command, *limit).await.map(|_| Undone::Restored),
            Undo::Exec { pod, container, command, limit } => match self.present(pod).await? {
                None if pod.uid.is_some() => Ok(Undone::Nothing),
                None => Err(ClusterError::Unended {
                    command: command.join(" "),
                    why: format!("{pod}, where it has to be run, is not there"),
                }),
                Some(_) => {
                    self.exec(pod, container.as_deref(), command, *limit).await.map(|_| Undone::Restored)
                }
            },
        }
    }

    /// The object as JSON; `None` when it is gone, or another one has its name.
    pub async fn present(&self, object: &ObjectRef) -> Result<Option<Value>, ClusterError> {
        let doing = format!("read {object}");
        let found = self.call(&doing, self.among(object).get_opt(&object.name)).await?;
        let same = |found: &DynamicObject| object.uid.is_none() || found.metadata.uid == object.uid;
        Ok(found.filter(same).map(|found| serde_json::to_value(found).unwrap_or_default()))
    }

    async fn restore(
        &self,
        object: &ObjectRef,
        subresource: Option<&str>,
        fields: &[FieldChange],
    ) -> Result<Undone, ClusterError> {
        let Some(present) = self.present(object).await? else { return Ok(Undone::Nothing) };
        let left: Vec<FieldChange> =
            fields.iter().filter(|field| !field.is_undone(&present)).cloned().collect();
        let (ours, foreign): (Vec<_>, Vec<_>) = left.into_iter().partition(|field| field.is_ours(&present));
        if !ours.is_empty() {
            self.patch_fields(object, subresource, &present, &ours, Way::Back).await?;
        }
        // Also where that was done before: whoever did it may have died before this.
        self.remove_copies(object, fields).await?;
        if !foreign.is_empty() {
            let now = |field: &FieldChange| {
                let value = present.pointer(&field.path);
                format!("{} is now {}", field.path, value.map_or("absent".to_owned(), Value::to_string))
            };
            let what = foreign.iter().map(now).collect::<Vec<_>>().join(", ");
            return Ok(Undone::Overtaken { what });
        }
        Ok(if ours.is_empty() { Undone::Nothing } else { Undone::Restored })
    }

    /// Makes changes on an object that is as `present` says, or takes them back. Errors: it was changed since (409 or
    /// 422), or what every request can meet.
    pub async fn patch_fields(
        &self,
        object: &ObjectRef,
        subresource: Option<&str>,
        present: &Value,
        fields: &[FieldChange],
        way: Way,
    ) -> Result<DynamicObject, ClusterError> {
        let params = PatchParams::default();
        self.patch_with(object, subresource, (present, fields, way), &params).await
    }

    /// Asks the server whether it would take the changes; nothing is changed.
    pub async fn try_fields(
        &self,
        object: &ObjectRef,
        subresource: Option<&str>,
        present: &Value,
        fields: &[FieldChange],
    ) -> Result<(), ClusterError> {
        let params = PatchParams { dry_run: true, ..PatchParams::default() };
        self.patch_with(object, subresource, (present, fields, Way::There), &params).await.map(drop)
    }

    async fn patch_with(
        &self,
        object: &ObjectRef,
        subresource: Option<&str>,
        (present, fields, way): (&Value, &[FieldChange], Way),
        params: &PatchParams,
    ) -> Result<DynamicObject, ClusterError> {
        let verb = if way == Way::There { "change" } else { "restore" };
        let doing = format!("{verb} {object}");
        let patch: Result<json_patch::Patch, _> =
            serde_json::from_value(Value::Array(operations(present, fields, way)));
        let patch = patch.map_err(|error| ClusterError::Strange {
            doing: doing.clone(),
            server: self.server().to_owned(),
            why: error.to_string(),
        })?;
        let api = self.among(object);
        let patch = Patch::<Value>::Json(patch);
        match subresource {
            None => self.call(&doing, api.patch(&object.name, params, &patch)).await,
            Some(part) => self.call(&doing, api.patch_subresource(part, &object.name, params, &patch)).await,
        }
    }

    async fn remove(&self, object: &ObjectRef) -> Result<Undone, ClusterError> {
        let uid = object.uid.clone();
        let preconditions = uid.map(|uid| Preconditions { uid: Some(uid), resource_version: None });
        let params = DeleteParams { preconditions, ..DeleteParams::background() };
        let doing = format!("delete {object}");
        match self.call(&doing, self.among(object).delete(&object.name, &params)).await {
            Ok(_) => Ok(Undone::Restored),
            // Gone, or another one of the same name.
            Err(error) if matches!(error.code(), Some(404 | 409)) => Ok(Undone::Nothing),
            Err(error) => Err(error),
        }
    }
}
