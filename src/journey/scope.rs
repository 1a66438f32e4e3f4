//! Which names a template may use, and what they stand for.

use super::value::Slot;
use crate::source::{Located, Mark, Problem, nearest};

/// Names that every arrival has.
const BUILT_IN: [(&str, Slot); 3] = [("n", Slot::Number), ("uuid", Slot::Uuid), ("now", Slot::Now)];

/// What a name stands for.
#[derive(Debug, Clone, PartialEq)]
pub enum Meaning {
    /// A variable of the scenario: known before the run.
    Constant(String),
    /// A value of the run.
    Slot(Slot),
}

/// The names in reach of a step.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    constants: Vec<(String, String)>,
    columns: Vec<String>,
    captured: Vec<String>,
}

impl Scope {
    /// The scope of a journey's first step.
    pub fn new(vars: &[(String, String)], columns: &[String]) -> Scope {
        Scope { constants: vars.to_vec(), columns: columns.to_vec(), captured: Vec::new() }
    }

    /// Adds a captured name, or finds it again when an earlier step captured the same; gives its place.
    pub fn capture(&mut self, name: &str) -> usize {
        self.captured.iter().position(|known| known == name).unwrap_or_else(|| {
            self.captured.push(name.to_owned());
            self.captured.len() - 1
        })
    }

    /// How many captured values the journey has.
    pub fn captures(&self) -> usize {
        self.captured.len()
    }

    /// The captured names, each at its place.
    pub fn captured(&self) -> &[String] {
        &self.captured
    }

    /// What a name stands for: the nearest meaning wins, captures before columns before variables.
    pub fn meaning(&self, name: &str) -> Option<Meaning> {
        let position = |names: &[String]| names.iter().position(|known| known == name);
        if let Some(place) = position(&self.captured) {
            return Some(Meaning::Slot(Slot::Captured(place)));
        }
        if let Some(column) = position(&self.columns) {
            return Some(Meaning::Slot(Slot::Column(column)));
        }
        if let Some((_, value)) = self.constants.iter().find(|(known, _)| known == name) {
            return Some(Meaning::Constant(value.clone()));
        }
        BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, slot)| Meaning::Slot(*slot))
    }

    /// The problem of a name that stands for nothing here.
    pub fn undefined(&self, name: &str, mark: Mark) -> Problem {
        let known =
            self.captured.iter().chain(&self.columns).chain(self.constants.iter().map(|(name, _)| name));
        let known: Vec<&str> =
            known.map(String::as_str).chain(BUILT_IN.iter().map(|(name, _)| *name)).collect();
        let help = match nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!(
                "known here: {}; define it under `vars` or `capture` it in an earlier step",
                known.join(", ")
            ),
        };
        Problem::at(mark, format!("nothing is called `{name}` here")).label("undefined").help(help)
    }
}

/// A name that may be captured or used: letters, digits and `_`, with dots inside.
pub fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.')
}

/// The problem of a captured name that a template could never use.
pub fn check_capture_name(name: &Located<String>) -> Option<Problem> {
    if BUILT_IN.iter().any(|(known, _)| *known == name.value) {
        let message =
            format!("`{}` is a value that every arrival has and cannot be captured over", name.value);
        return Some(Problem::at(name.mark, message).help("choose another name"));
    }
    (!is_name(name)).then(|| {
        let message = format!("`{}` cannot be used as `{{{{ … }}}}`", name.value);
        Problem::at(name.mark, message).help("use letters, digits and `_`, starting with a letter")
    })
}
