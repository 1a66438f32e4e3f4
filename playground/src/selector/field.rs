//! Field selectors.

use crate::selector::SelectorError;
use serde_json::Value;

/// One comparison of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldTerm {
    /// The field has the value; a missing field counts as the empty text.
    Is {
        /// The path, such as `status.phase`.
        path: String,
        /// The value.
        value: String,
    },
    /// The field has another value.
    IsNot {
        /// The path.
        path: String,
        /// The value.
        value: String,
    },
}

impl FieldTerm {
    fn path(&self) -> &str {
        match self {
            FieldTerm::Is { path, .. } | FieldTerm::IsNot { path, .. } => path,
        }
    }

    fn holds(&self, object: &Value) -> bool {
        match self {
            FieldTerm::Is { path, value } => field(object, path) == *value,
            FieldTerm::IsNot { path, value } => field(object, path) != *value,
        }
    }
}

/// Comparisons of fields that must all hold. The default has none and selects everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldSelector {
    /// The comparisons.
    pub terms: Vec<FieldTerm>,
}

impl FieldSelector {
    /// Whether the object's fields fulfil every comparison.
    pub fn matches(&self, object: &Value) -> bool {
        self.terms.iter().all(|term| term.holds(object))
    }

    /// Refuses fields other than the name, the namespace and those of `known`, as a real server does.
    pub fn check(&self, known: &[&str]) -> Result<(), SelectorError> {
        let strange =
            self.terms.iter().map(FieldTerm::path).find(|path| {
                !matches!(*path, "metadata.name" | "metadata.namespace") && !known.contains(path)
            });
        match strange {
            Some(path) => Err(SelectorError::UnknownField(path.to_owned())),
            None => Ok(()),
        }
    }
}

/// The field at a dotted path as the text that selectors compare with.
fn field(object: &Value, path: &str) -> String {
    let found = path.split('.').try_fold(object, |value, name| value.get(name));
    match found {
        None | Some(Value::Null) if path == "spec.unschedulable" => "false".to_owned(),
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_compare_as_text() {
        let pod =
            json!({"metadata": {"name": "p"}, "spec": {"nodeName": "n"}, "status": {"phase": "Running"}});
        for (query, expected) in [
            ("metadata.name=p", true),
            ("status.phase!=Running", false),
            ("spec.nodeName==n,metadata.name=q", false),
            ("spec.nodeName!=", true),
            ("status.reason=", true),
        ] {
            let selector: FieldSelector = query.parse().unwrap();
            assert_eq!(selector.matches(&pod), expected, "{query}");
        }
    }

    #[test]
    fn an_unknown_field_is_refused() {
        let selector: FieldSelector = "spec.colour=red".parse().unwrap();
        let error = selector.check(&["spec.nodeName"]).unwrap_err();
        assert_eq!(error.to_string(), "field label not supported: spec.colour");
    }
}
