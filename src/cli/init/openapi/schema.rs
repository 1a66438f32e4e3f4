//! A schema with all that it is made of.

use super::part::Part;
use serde_json::Value;

/// So deep may `allOf`, `oneOf` and `anyOf` stand in each other.
const DEPTH: usize = 8;

/// A schema: itself, all of `allOf`, and the first of `oneOf` and `anyOf` that is not null.
#[derive(Debug)]
pub(super) struct Schema<'d> {
    parts: Vec<Part<'d>>,
}

/// What a schema lets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Object,
    Array,
    Integer,
    Number,
    Boolean,
    Null,
    Text,
}

impl<'d> Schema<'d> {
    pub(super) fn of(part: &Part<'d>) -> Schema<'d> {
        let mut parts = Vec::new();
        gather(part, DEPTH, &mut parts);
        Schema { parts }
    }

    /// What stands under a key, in the first part that has it.
    pub(super) fn get(&self, key: &str) -> Option<&'d Value> {
        self.parts.iter().find_map(|part| part.value.get(key))
    }

    /// The number under a key.
    pub(super) fn number(&self, key: &str) -> Option<f64> {
        self.get(key)?.as_f64()
    }

    /// The schema of a list's items.
    pub(super) fn items(&self) -> Option<Part<'d>> {
        self.parts.iter().find_map(|part| part.get("items"))
    }

    /// The properties of all parts, each once.
    pub(super) fn properties(&self) -> Vec<(&'d str, Part<'d>)> {
        let mut all: Vec<(&str, Part<'_>)> = Vec::new();
        for (name, part) in
            self.parts.iter().filter_map(|part| part.get("properties")).flat_map(|part| part.entries())
        {
            if !all.iter().any(|(known, _)| *known == name) {
                all.push((name, part));
            }
        }
        all
    }

    /// The names of the properties that must be there.
    pub(super) fn required(&self) -> Vec<&'d str> {
        let lists = self.parts.iter().filter_map(|part| part.value.get("required")?.as_array());
        lists.flatten().filter_map(Value::as_str).collect()
    }

    /// The value that the schema itself gives: an example, the only one, the usual one, the first of several.
    pub(super) fn given(&self) -> Option<&'d Value> {
        let first = |value: &'d Value| value.as_array()?.first();
        let of = |part: &Part<'d>| {
            let value = part.value;
            let examples = || value.get("examples").and_then(first);
            let chosen = || value.get("const").or_else(|| value.get("default"));
            let listed = || value.get("enum").and_then(first);
            value.get("example").or_else(examples).or_else(chosen).or_else(listed)
        };
        // The example of a part of an object is not one of the whole.
        let parts = if self.kind() == Kind::Object { self.parts.get(..1) } else { self.parts.get(..) };
        parts.unwrap_or_default().iter().find_map(of)
    }

    /// What it lets through; text where it does not say.
    pub(super) fn kind(&self) -> Kind {
        let named = self.get("type").and_then(|kind| match kind {
            // `[string, "null"]` since 3.1.
            Value::Array(all) => all.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
            kind => kind.as_str(),
        });
        let has = |key: &str| self.get(key).is_some();
        match named {
            Some("object") => Kind::Object,
            Some("array") => Kind::Array,
            Some("integer") => Kind::Integer,
            Some("number") => Kind::Number,
            Some("boolean") => Kind::Boolean,
            Some("null") => Kind::Null,
            None if has("properties") => Kind::Object,
            None if has("items") => Kind::Array,
            Some(_) | None => Kind::Text,
        }
    }
}

fn gather<'d>(part: &Part<'d>, depth: usize, parts: &mut Vec<Part<'d>>) {
    if depth == 0 || parts.iter().any(|known| known.place == part.place) {
        return;
    }
    parts.push(part.clone());
    let inner = |key: &str| part.get(key).map(|list| list.items()).unwrap_or_default();
    for all in inner("allOf") {
        gather(&all, depth - 1, parts);
    }
    for key in ["oneOf", "anyOf"] {
        if let Some(one) = inner(key).into_iter().find(|one| one.text("type") != Some("null")) {
            gather(&one, depth - 1, parts);
        }
    }
}
