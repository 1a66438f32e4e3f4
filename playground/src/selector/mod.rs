//! Which objects of a resource are meant: by label and by field.

mod field;
mod label;
mod parse;

pub use field::{FieldSelector, FieldTerm};
pub use label::{LabelSelector, Operator, Requirement};
pub use parse::SelectorError;

use crate::store::{Change, ChangeKind};
use serde_json::Value;

/// A label selector and a field selector; both must hold. The default selects everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selector {
    /// By label.
    pub labels: LabelSelector,
    /// By field.
    pub fields: FieldSelector,
}

impl Selector {
    /// Whether the object is meant.
    pub fn matches(&self, object: &Value) -> bool {
        self.labels.matches(object) && self.fields.matches(object)
    }

    /// With the condition that the object has this name, if one is given.
    #[must_use]
    pub fn with_name(mut self, name: Option<&str>) -> Selector {
        let terms =
            name.map(|name| FieldTerm::Is { path: "metadata.name".to_owned(), value: name.to_owned() });
        self.fields.terms.extend(terms);
        self
    }

    /// Whether nothing is left out.
    pub fn is_everything(&self) -> bool {
        *self == Selector::default()
    }

    /// What a watcher with this selector sees of a change: an object that enters the selection is `Added`,
    /// one that leaves it `Deleted`; `None` when it was outside before and after.
    pub fn view(&self, change: &Change) -> Option<ChangeKind> {
        if self.is_everything() {
            return Some(change.kind);
        }
        let before = change.previous.as_deref().is_some_and(|previous| self.matches(previous));
        let after = self.matches(&change.object);
        match (change.kind, before, after) {
            (ChangeKind::Added, _, true) | (ChangeKind::Modified, false, true) => Some(ChangeKind::Added),
            (ChangeKind::Modified, true, true) => Some(ChangeKind::Modified),
            (ChangeKind::Modified, true, false) | (ChangeKind::Deleted, true, _) => Some(ChangeKind::Deleted),
            _ => None,
        }
    }
}
