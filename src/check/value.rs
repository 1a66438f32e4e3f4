//! What a single value must be that is no part of a JSON document: a field of a row, a key, a sample.

use super::{Found, diff};
use crate::journey::{CompileContext, JsonExpect, JsonKind, JsonRule, Mismatch, Scope, Values};
use crate::source::{Located, Problem};
use serde_json::Value;

/// Conditions on one value.
#[derive(Debug)]
pub(super) struct ValueRule {
    name: String,
    rule: JsonRule,
    reading: Reading,
    /// `exists`, where it is written.
    exists: Option<bool>,
}

/// How text becomes a value, so that `equals` compares like with like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// As it is: it is compared with a text.
    Text,
    /// `t`, `f`, `true` or `false`: it is compared with one of these.
    Bool,
    /// As JSON, where it is some.
    Json,
}

impl ValueRule {
    pub(super) fn compile(
        name: &str,
        spec: &Located<JsonExpect>,
        cx: &CompileContext<'_>,
        problems: &mut Vec<Problem>,
    ) -> Option<ValueRule> {
        let rule = JsonRule::of_value(name, spec, &Scope::new(cx.vars, &[]), problems)?;
        let reading = match spec.equals.as_ref().or(spec.contains.as_ref()).map(|json| &json.value) {
            Some(JsonKind::Text(_)) => Reading::Text,
            Some(JsonKind::Bool(_)) => Reading::Bool,
            None if spec.matches.is_some() || spec.length.is_some() => Reading::Text,
            _ => Reading::Json,
        };
        Some(ValueRule { name: name.to_owned(), rule, reading, exists: spec.exists })
    }

    /// Asks a text; `None` is one that is not there.
    pub(super) fn judge_text(&self, text: Option<&str>, seed: u64) -> Result<(), Found> {
        self.judge(text.map(|text| self.reading.read(text)), seed)
    }

    /// Asks a value; `None` is one that is not there.
    pub(super) fn judge(&self, value: Option<Value>, seed: u64) -> Result<(), Found> {
        match (value, self.exists) {
            (None, Some(false)) => Ok(()),
            (None, _) => {
                let found = Found::fail(format!("{} is missing", self.name));
                Err(found.expected(format!("{} to be there", self.name), "nothing").at(self.rule.mark()))
            }
            (Some(value), _) => judged(&self.rule, &value, seed),
        }
    }
}

impl Reading {
    fn read(self, text: &str) -> Value {
        match (self, text) {
            (Reading::Bool, "t" | "true") => Value::Bool(true),
            (Reading::Bool, "f" | "false") => Value::Bool(false),
            (Reading::Json, _) => serde_json::from_str(text).unwrap_or_else(|_| text.into()),
            _ => text.into(),
        }
    }
}

/// Asks a document; what does not hold, with what differs.
pub(super) fn judged(rule: &JsonRule, document: &Value, seed: u64) -> Result<(), Found> {
    rule.judge(document, &mut Values::new(0, seed, &[], 0)).map_err(found)
}

fn found(mismatch: Mismatch) -> Found {
    let found = Found::fail(mismatch.text);
    let Some(differs) = mismatch.differs else { return found };
    let json = |text: &str| serde_json::from_str::<Value>(text).ok();
    let lines = match (json(&differs.expected), json(&differs.actual)) {
        (Some(expected), Some(actual)) if expected.is_object() || expected.is_array() => {
            diff::json(&expected, &actual)
        }
        _ => Vec::new(),
    };
    found.expected(differs.expected, differs.actual).evidence(lines).at(differs.mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_as_what_it_is_compared_with() {
        for (reading, text, value) in [
            (Reading::Text, "17", Value::from("17")),
            (Reading::Json, "17", 17.into()),
            (Reading::Json, "1.50", 1.5.into()),
            (Reading::Json, "ready", "ready".into()),
            (Reading::Json, r#"{"a":1}"#, serde_json::json!({ "a": 1 })),
            (Reading::Bool, "t", true.into()),
            (Reading::Bool, "no", "no".into()),
        ] {
            assert_eq!(reading.read(text), value, "{reading:?} {text}");
        }
    }
}
