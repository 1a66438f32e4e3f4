//! A value that a schema lets through, as it stands in a scenario: templates are values of the run.

use super::part::Part;
use super::schema::{Kind, Schema};
use super::template::literal;
use regex::Regex;
use serde_json::{Map, Value};

/// So deep may values stand in each other.
const DEPTH: usize = 12;
/// More items would make a long request.
const MOST_ITEMS: u64 = 20;
/// A text that means nothing.
const TEXT: &str = "shakedown";

/// A value that the document gives, so that a scenario sends it as it is.
pub(super) fn verbatim(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(literal(text)),
        Value::Array(items) => items.iter().map(verbatim).collect(),
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), verbatim(value))).collect(),
        other => other.clone(),
    }
}

/// A value that a schema lets through. What had to be guessed goes to `notes`.
pub(super) fn example(schema: &Part<'_>, notes: &mut Vec<String>) -> Value {
    Making { within: Vec::new(), notes }.value(schema).unwrap_or(Value::Null)
}

/// The schemas that a value is made of just now.
struct Making<'n> {
    within: Vec<String>,
    notes: &'n mut Vec<String>,
}

impl Making<'_> {
    /// `None` for a schema that contains itself.
    fn value(&mut self, part: &Part<'_>) -> Option<Value> {
        if self.within.len() >= DEPTH || self.within.contains(&part.place) {
            return None;
        }
        let schema = Schema::of(part);
        if let Some(given) = schema.given() {
            return Some(verbatim(given));
        }
        self.within.push(part.place.clone());
        let made = match schema.kind() {
            Kind::Object => self.object(&schema, part),
            Kind::Array => self.array(&schema),
            Kind::Integer => number(&schema, 1.0),
            Kind::Number => number(&schema, 0.5),
            Kind::Boolean => Value::Bool(true),
            Kind::Null => Value::Null,
            Kind::Text => Value::String(self.text(&schema, part)),
        };
        self.within.pop();
        Some(made)
    }

    /// With what it must have and what has an example; with all that it can have where nothing must be there.
    fn object(&mut self, schema: &Schema<'_>, part: &Part<'_>) -> Value {
        let required = schema.required();
        let mut object = Map::new();
        for (name, property) in schema.properties() {
            let inner = Schema::of(&property);
            let is_read = inner.get("readOnly").and_then(Value::as_bool) == Some(true);
            let is_wanted = required.is_empty() || required.contains(&name) || inner.get("example").is_some();
            if is_read || !is_wanted {
                continue;
            }
            match self.value(&property) {
                Some(value) => {
                    object.insert(name.to_owned(), value);
                }
                None if required.contains(&name) => {
                    self.notes.push(format!("`{name}` contains itself and was left out ({})", part.place));
                }
                None => {}
            }
        }
        Value::Object(object)
    }

    fn array(&mut self, schema: &Schema<'_>) -> Value {
        let count = schema.get("minItems").and_then(Value::as_u64).unwrap_or(1).clamp(1, MOST_ITEMS);
        let item = schema.items().and_then(|items| self.value(&items));
        let items = item.map(|item| (0..count).map(|_| item.clone()).collect());
        Value::Array(items.unwrap_or_default())
    }

    fn text(&mut self, schema: &Schema<'_>, part: &Part<'_>) -> String {
        if let Some(known) = schema.get("format").and_then(Value::as_str).and_then(of_format) {
            return known.to_owned();
        }
        let length = |key: &str| schema.get(key).and_then(Value::as_u64);
        let shortest = usize::try_from(length("minLength").unwrap_or(0)).unwrap_or(0).min(10_000);
        let longest = length("maxLength").and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX);
        let wanted = TEXT.len().max(shortest).min(longest);
        let text: String = TEXT.chars().cycle().take(wanted).collect();
        let pattern = schema.get("pattern").and_then(Value::as_str);
        let fits = |pattern: &str| Regex::new(pattern).is_ok_and(|regex| regex.is_match(&text));
        if let Some(pattern) = pattern.filter(|pattern| !fits(pattern)) {
            self.notes
                .push(format!("`{text}` does not match `{pattern}`: put in what does ({})", part.place));
        }
        text
    }
}

/// A number between the limits, near `usual`.
fn number(schema: &Schema<'_>, usual: f64) -> Value {
    // In 3.0 an exclusive limit is a word beside the limit, since 3.1 a number of its own.
    let beyond = |key: &str| schema.get(key).and_then(Value::as_bool) == Some(true);
    let step = schema.number("multipleOf").filter(|step| *step > 0.0);
    let apart = |yes: bool| if yes { step.unwrap_or(usual) } else { 0.0 };
    let least = schema.number("minimum").map(|least| least + apart(beyond("exclusiveMinimum")));
    let least = least.or_else(|| schema.number("exclusiveMinimum").map(|least| least + apart(true)));
    let most = schema.number("maximum").map(|most| most - apart(beyond("exclusiveMaximum")));
    let most = most.or_else(|| schema.number("exclusiveMaximum").map(|most| most - apart(true)));
    let mut number = usual.max(least.unwrap_or(f64::MIN)).min(most.unwrap_or(f64::MAX));
    if let Some(step) = step {
        number = (number / step).ceil() * step;
    }
    if number.fract() == 0.0 && number.abs() < 1e15 {
        Value::from(number as i64)
    } else {
        Value::from(number)
    }
}

fn of_format(format: &str) -> Option<&'static str> {
    Some(match format {
        "uuid" => "{{ uuid }}",
        "email" | "idn-email" => "{{ uuid }}@example.com",
        "date" => "2030-01-31",
        "date-time" => "2030-01-31T12:00:00Z",
        "time" => "12:00:00Z",
        "duration" => "PT1H",
        "uri" | "url" | "iri" => "https://example.com/",
        "uri-reference" => "/",
        "hostname" | "idn-hostname" => "example.com",
        "ipv4" => "192.0.2.1",
        "ipv6" => "2001:db8::1",
        "byte" => "c2hha2Vkb3du",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn made(schema: &Value) -> (Value, Vec<String>) {
        let mut notes = Vec::new();
        let value = example(&Part::root(schema), &mut notes);
        (value, notes)
    }

    #[test]
    fn each_schema_gives_a_value_that_it_lets_through() {
        for (schema, expected) in [
            (json!({"type": "integer"}), json!(1)),
            (json!({"type": "integer", "minimum": 5, "exclusiveMinimum": true}), json!(6)),
            (json!({"type": "integer", "exclusiveMinimum": 5}), json!(6)),
            (json!({"type": "integer", "maximum": 0}), json!(0)),
            (json!({"type": "number", "minimum": 2, "multipleOf": 1.5}), json!(3)),
            (json!({"type": ["null", "boolean"]}), json!(true)),
            (json!({"type": "string", "minLength": 12}), json!("shakedownsha")),
            (json!({"type": "string", "maxLength": 3}), json!("sha")),
            (json!({"type": "string", "format": "uuid"}), json!("{{ uuid }}")),
            (json!({"type": "string", "enum": ["a", "b"]}), json!("a")),
            (json!({"type": "string", "example": "a {{ b ${c}"}), json!("a {{ \"{{\" }} b $${c}")),
            (json!({"const": 7}), json!(7)),
            (
                json!({"type": "array", "items": {"type": "string", "default": "x"}, "minItems": 2}),
                json!(["x", "x"]),
            ),
            (json!({"oneOf": [{"type": "null"}, {"type": "integer"}]}), json!(1)),
            (
                json!({"allOf": [{"properties": {"a": {"type": "integer"}}, "required": ["a"]},
                    {"properties": {"b": {"type": "boolean"}, "c": {"type": "string", "example": "x"},
                        "d": {"type": "string", "readOnly": true}}, "required": ["d"]}]}),
                json!({"a": 1, "c": "x"}),
            ),
            (
                json!({"properties": {"a": {"type": "integer"}, "b": {"type": "null"}}}),
                json!({"a": 1, "b": null}),
            ),
            (json!({}), json!("shakedown")),
        ] {
            assert_eq!(made(&schema), (expected, Vec::new()), "{schema}");
        }
    }

    #[test]
    fn a_schema_that_contains_itself_ends() {
        let tree = json!({"type": "object", "required": ["name", "left", "all"], "properties": {
            "name": {"type": "string"}, "left": {"$ref": "#"}, "all": {"type": "array", "items": {"$ref": "#"}}}});
        let (value, notes) = made(&tree);
        assert_eq!(value, json!({"name": "shakedown", "all": []}));
        assert_eq!(notes, ["`left` contains itself and was left out (#)"]);
        assert_eq!(made(&json!({"allOf": [{"$ref": "#"}]})).0, json!("shakedown"));
    }

    #[test]
    fn a_pattern_that_is_not_met_is_told() {
        let schema = json!({"type": "string", "pattern": "^[0-9]+$"});
        assert_eq!(made(&schema).1, ["`shakedown` does not match `^[0-9]+$`: put in what does (#)"]);
    }
}
