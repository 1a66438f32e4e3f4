//! A command does the harm.

use crate::cluster::{ObjectRef, Right};
use crate::fault::proof::{Checked, Where};
use crate::fault::select::{HowMany, Pods, victims};
use crate::fault::{Deed, FaultContext, FaultKind, Plan, Planning, Refusal, Victim, rights};
use crate::units::{Ratio, Span};
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;

/// How long a command may take where nothing is said.
pub(super) const LIMIT: Duration = Duration::from_secs(30);

/// A command, of this machine or in containers, with another one that takes it back and a third that says whether it
/// acted. No shell is between: the first item is the program.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Command {
    /// The program and its arguments.
    pub run: Vec<String>,
    /// What takes it back. It may be run more than once, also when `run` failed, and by `shakedown recover`.
    #[serde(default)]
    pub undo: Option<Vec<String>>,
    /// What succeeds once it acts; without it the exit code of `run` has to do.
    #[serde(default)]
    pub check: Option<Vec<String>>,
    /// The containers to run them in; on this machine when it is left out.
    #[serde(default, rename = "in")]
    pub inside: Option<Inside>,
    /// How long each of them may take; 30s when it is left out.
    #[serde(default)]
    pub timeout: Option<Span>,
}

/// In which containers.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Inside {
    /// Which Pods: a label selector such as `app=api`, or a map with `labels`, `names`, `owner`, `node` or `zone`.
    pub pods: Pods,
    /// How many of them; all when neither this nor `percent` is given.
    #[serde(default)]
    pub count: Option<u32>,
    /// Which share of them, rounded up.
    #[serde(default)]
    pub percent: Option<Ratio>,
    /// So many ready ones are left alone.
    #[serde(default)]
    pub leave: u32,
    /// The container; the first when it is left out.
    #[serde(default)]
    pub container: Option<String>,
}

impl FaultKind for Command {
    fn name(&self) -> &'static str {
        "command"
    }

    fn rights(&self, namespace: &str) -> Vec<Right> {
        let Some(inside) = &self.inside else { return Vec::new() };
        let mut all = inside.rights(namespace);
        if self.undo.is_some() {
            all.extend(rights(namespace, "", "pods", &["get"]));
        }
        all
    }

    fn check(&self, _lasts: Option<Duration>) -> Result<(), String> {
        let commands =
            [("run", Some(&self.run)), ("undo", self.undo.as_ref()), ("check", self.check.as_ref())];
        match commands.iter().find(|(_, command)| command.is_some_and(Vec::is_empty)) {
            Some((key, _)) => Err(format!(
                "`{key}` is empty; write the program first, for example `{key}: [touch, /tmp/x]`"
            )),
            None => Ok(()),
        }
    }

    fn plan<'a>(&'a self, cx: &'a FaultContext) -> Planning<'a> {
        Box::pin(async move {
            let limit = self.timeout.map_or(LIMIT, Span::get);
            let (victims, deeds, place) = match &self.inside {
                None => self.here(cx, limit),
                Some(inside) => self.inside(cx, inside, limit).await?,
            };
            let mut warnings = Vec::new();
            if self.undo.is_none() {
                warnings.push("it has no `undo`: what it does stays".to_owned());
            }
            let proof = Arc::new(Checked { command: self.check.clone(), place, limit });
            Ok(Plan { victims, deeds, proof, warnings })
        })
    }
}

impl Command {
    /// On this machine.
    fn here(&self, cx: &FaultContext, limit: Duration) -> (Vec<Victim>, Vec<Deed>, Where) {
        let detail = format!("by `{}` on this machine", self.run.join(" "));
        let deed = Deed::Run { command: self.run.clone(), undo: self.undo.clone(), limit };
        (vec![of_this_machine(cx, detail)], vec![deed], Where::Here)
    }

    async fn inside(
        &self,
        cx: &FaultContext,
        inside: &Inside,
        limit: Duration,
    ) -> Result<(Vec<Victim>, Vec<Deed>, Where), Refusal> {
        let victims = inside.victims(cx).await?;
        let deed = |victim: &Victim| Deed::Exec {
            pod: victim.object.clone(),
            container: inside.container.clone(),
            command: self.run.clone(),
            undo: self.undo.clone(),
            limit,
        };
        let deeds = victims.iter().map(deed).collect();
        let pods = victims.iter().map(|victim| victim.object.clone()).collect();
        Ok((victims, deeds, Where::Inside { pods, container: inside.container.clone() }))
    }
}

impl Inside {
    /// What choosing the Pods and running commands in them needs.
    pub(super) fn rights(&self, namespace: &str) -> Vec<Right> {
        let mut all = self.pods.rights(namespace);
        // Since 1.35 the server wants both for a command.
        all.extend(rights(namespace, "", "pods/exec", &["get", "create"]));
        all
    }

    /// The Pods that are meant.
    pub(super) async fn victims(&self, cx: &FaultContext) -> Result<Vec<Victim>, Refusal> {
        let how_many = HowMany { count: self.count, percent: self.percent, leave: self.leave };
        victims(&self.pods.choose(cx, how_many).await?)
    }
}

/// Whom a command of this machine hits nobody can know; it is told the namespace, so that stands for them.
pub(super) fn of_this_machine(cx: &FaultContext, detail: String) -> Victim {
    let object = ObjectRef {
        api_version: "v1".to_owned(),
        kind: "Namespace".to_owned(),
        namespace: None,
        name: cx.cluster.namespace().to_owned(),
        uid: None,
    };
    Victim { object, detail }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_empty_command_is_refused_by_its_key() {
        for (settings, words) in [
            (json!({"run": []}), "`run` is empty"),
            (json!({"run": ["x"], "undo": []}), "`undo` is empty"),
            (json!({"run": ["x"], "check": []}), "`check` is empty"),
        ] {
            let command: Command = serde_json::from_value(settings).unwrap();
            assert!(FaultKind::check(&command, None).unwrap_err().contains(words), "{words}");
        }
    }

    #[test]
    fn rights_are_needed_only_inside_of_the_cluster_and_to_read_only_for_an_undo() {
        let needs = |settings| {
            let command: Command = serde_json::from_value(settings).unwrap();
            let all = command.rights("shop").iter().map(ToString::to_string).collect::<Vec<_>>();
            all.join("; ").replace(" in namespace shop", "")
        };
        assert_eq!(needs(json!({"run": ["x"], "undo": ["y"]})), "");
        let inside = json!({"pods": "app=api"});
        assert_eq!(needs(json!({"run": ["x"], "in": inside})), "list pods; get pods/exec; create pods/exec");
        assert_eq!(
            needs(json!({"run": ["x"], "undo": ["y"], "in": inside})),
            "list pods; get pods/exec; create pods/exec; get pods"
        );
    }
}
