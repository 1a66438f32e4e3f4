//! A database is destroyed and comes back from its backup.

use super::command::{Inside, LIMIT, of_this_machine};
use crate::cluster::{ObjectRef, Right};
use crate::fault::proof::{Checked, Destroyed, Where};
use crate::fault::{Deed, FaultContext, FaultKind, Plan, Planning, Refusal, Victim, rights};
use crate::units::Span;
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;

/// How the name of a throw-away database begins. No database that somebody needs is called so by accident.
const DRILL: &str = "drill";

/// A backup of a throw-away database is taken, the database destroyed, and restored from the backup at the end: also when
/// the run dies in between. Commands of this machine or in a container do it; no shell is between.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Restore {
    /// The database, which belongs to the drill alone: its name begins with `drill`.
    pub database: String,
    /// The consent, word by word: `database NAME`.
    #[serde(default)]
    pub destroys: Option<String>,
    /// What takes the backup, as the first of all.
    pub backup: Vec<String>,
    /// What destroys the database; its name stands in it.
    pub destroy: Vec<String>,
    /// What brings it back from the backup. It may be run more than once, also when `destroy` failed half-way, and by
    /// `shakedown recover`.
    pub restore: Vec<String>,
    /// What succeeds while the data are there, and fails when they are not.
    pub check: Vec<String>,
    /// The container to run them in; on this machine when it is left out. One Pod.
    #[serde(default, rename = "in")]
    pub inside: Option<Inside>,
    /// How long each of them may take; 30s when it is left out.
    #[serde(default)]
    pub timeout: Option<Span>,
}

impl FaultKind for Restore {
    fn name(&self) -> &'static str {
        "restore"
    }

    fn rights(&self, namespace: &str) -> Vec<Right> {
        let Some(inside) = &self.inside else { return Vec::new() };
        let mut all = inside.rights(namespace);
        all.extend(rights(namespace, "", "pods", &["get"]));
        all
    }

    fn check(&self, _lasts: Option<Duration>) -> Result<(), String> {
        let commands = [
            ("backup", &self.backup),
            ("destroy", &self.destroy),
            ("restore", &self.restore),
            ("check", &self.check),
        ];
        if let Some((key, _)) = commands.iter().find(|(_, command)| command.is_empty()) {
            return Err(format!("`{key}` is empty; write the program first, for example `{key}: [psql, …]`"));
        }
        let name = self.database.as_str();
        let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
        if !name.starts_with(DRILL) || !name.chars().all(plain) {
            return Err(format!(
                "`{name}` is no throw-away database and is never destroyed; make one for the drill, of letters, \
                 digits, `_` and `-`, whose name begins with `{DRILL}`, for example `drill_shop`"
            ));
        }
        let consent = format!("database {name}");
        match &self.destroys {
            Some(given) if *given == consent => {}
            Some(given) => {
                return Err(format!(
                    "`destroys: {given}` is no consent to this; write `destroys: {consent}`"
                ));
            }
            None => {
                return Err(format!(
                    "all of the database {name} is destroyed; consent by `destroys: {consent}`"
                ));
            }
        }
        if !self.destroy.iter().any(|word| names(word, name)) {
            return Err(format!(
                "`destroy` does not name {name}, so what it destroys is not known; name it there"
            ));
        }
        Ok(())
    }

    fn plan<'a>(&'a self, cx: &'a FaultContext) -> Planning<'a> {
        Box::pin(async move {
            let limit = self.timeout.map_or(LIMIT, Span::get);
            let detail = format!("its database {} is destroyed and restored", self.database);
            let (mut victim, place) = match &self.inside {
                None => (of_this_machine(cx, String::new()), Where::Here),
                Some(inside) => {
                    let victim = one_of(inside.victims(cx).await?)?;
                    // Whoever has the name: the data are on a volume and outlive the Pod, so the way back has to.
                    let pods = vec![ObjectRef { uid: None, ..victim.object.clone() }];
                    (victim, Where::Inside { pods, container: inside.container.clone() })
                }
            };
            victim.detail = detail;
            let deeds = vec![
                deed(&place, limit, &self.check, None),
                // Taken back last: after `restore` the data have to be there again.
                deed(&place, limit, &self.backup, Some(&self.check)),
                deed(&place, limit, &self.destroy, Some(&self.restore)),
            ];
            let proof = Arc::new(Destroyed(Checked { command: Some(self.check.clone()), place, limit }));
            let warnings = vec![format!("all of the database {} is destroyed", self.database)];
            Ok(Plan { victims: vec![victim], deeds, proof, warnings })
        })
    }
}

/// The only victim.
fn one_of(victims: Vec<Victim>) -> Result<Victim, Refusal> {
    let count = victims.len();
    let mut all = victims.into_iter();
    match (all.next(), all.next()) {
        (Some(victim), None) => Ok(victim),
        _ => Err(Refusal::Unfit(format!(
            "a database is destroyed in one Pod, and {count} are chosen; choose by more labels, or say `count: 1`"
        ))),
    }
}

/// Running `command` there, which `undo` takes back.
fn deed(place: &Where, limit: Duration, command: &[String], undo: Option<&Vec<String>>) -> Deed {
    let (command, undo) = (command.to_vec(), undo.cloned());
    match place {
        Where::Inside { pods, container } if !pods.is_empty() => {
            Deed::Exec { pod: pods[0].clone(), container: container.clone(), command, undo, limit }
        }
        _ => Deed::Run { command, undo, limit },
    }
}

/// Whether `name` stands in `word`, and not as a part of another name.
fn names(word: &str, name: &str) -> bool {
    let part = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '-';
    word.match_indices(name)
        .any(|(at, _)| !word[..at].ends_with(part) && !word[at + name.len()..].starts_with(part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn restore(change: impl FnOnce(&mut Value)) -> Result<(), String> {
        let mut settings = json!({"database": "drill_shop", "destroys": "database drill_shop",
            "backup": ["pg_dump", "-f", "x"], "destroy": ["dropdb", "drill_shop"], "restore": ["pg_restore"],
            "check": ["psql"]});
        change(&mut settings);
        let restore: Restore = serde_json::from_value(settings).unwrap();
        FaultKind::check(&restore, None)
    }

    #[test]
    fn nothing_is_destroyed_without_a_word_of_consent_that_names_it() {
        restore(|_| {}).unwrap();
        let cases: [(&str, Value, &str); 8] = [
            ("destroys", Value::Null, "consent by `destroys: database drill_shop`"),
            ("destroys", json!("database shop"), "write `destroys: database drill_shop`"),
            ("destroys", json!("yes"), "`destroys: yes` is no consent"),
            ("database", json!("postgres"), "`postgres` is no throw-away database"),
            ("database", json!("template1"), "`template1` is no throw-away database"),
            ("database", json!("drill; DROP DATABASE shop"), "is no throw-away database"),
            ("destroy", json!(["dropdb", "drill_shop2"]), "`destroy` does not name drill_shop"),
            ("check", json!([]), "`check` is empty"),
        ];
        for (key, value, words) in cases {
            let refused = restore(|settings| settings[key] = value.clone()).unwrap_err();
            assert!(refused.contains(words), "{key}: {value}: {refused}");
        }
    }

    #[test]
    fn a_name_within_another_is_not_meant() {
        for (word, expected) in [
            ("drill_a", true),
            ("DROP DATABASE drill_a;", true),
            ("--dbname=drill_a", true),
            ("drill_ab", false),
            ("my_drill_a", false),
            ("drill_ab drill_a", true),
            ("", false),
        ] {
            assert_eq!(names(word, "drill_a"), expected, "{word}");
        }
    }
}
