//! The JSON Schema of scenarios, for completion in editors; made from the very types that read them.

use super::ScenarioFile;
use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use serde_json::{Value, json};

/// The JSON Schema (draft 2020-12) of a scenario file.
pub fn schema() -> Value {
    let mut schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<ScenarioFile>();
    RecursiveTransform(without_null).transform(&mut schema);
    RecursiveTransform(any_scalar).transform(&mut schema);
    RecursiveTransform(with_includes).transform(&mut schema);
    let include = json!({
        "description": "an item that stands for another file: the items of its list, or its map with the other keys laid over it",
        "type": "object",
        "properties": { "use": { "type": "string", "description": "the file's path from this file's folder" } },
        "required": ["use"]
    });
    if let Some(Value::Object(definitions)) = schema.get_mut("$defs") {
        definitions.insert("Include".to_owned(), include);
    }
    schema.insert("title".to_owned(), "shakedown scenario".into());
    schema.to_value()
}

/// Serde's optional fields may be null in JSON; in a scenario a key that is there has a value.
fn without_null(schema: &mut Schema) {
    schema.remove("default");
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    let Some(Value::Array(choices)) = schema.get_mut("anyOf") else { return };
    choices.retain(|choice| choice.get("type").is_none_or(|name| name != "null"));
    let [Value::Object(only)] = choices.as_slice() else { return };
    let only = only.clone();
    schema.remove("anyOf");
    for (key, value) in only {
        // The field's own description says more than that of its type.
        if schema.get(&key).is_none() {
            schema.insert(key, value);
        }
    }
}

/// Where a text is wanted, any scalar is read as it was written.
fn any_scalar(schema: &mut Schema) {
    let free = ["pattern", "enum", "const", "format"].iter().all(|key| schema.get(*key).is_none());
    if free && schema.get("type").is_some_and(|name| name == "string") {
        schema.insert("type".to_owned(), json!(["string", "number", "boolean"]));
    }
}

/// Any item of a list may be an include.
fn with_includes(schema: &mut Schema) {
    let Some(items) = schema.get_mut("items") else { return };
    let own = items.take();
    let include = json!({ "type": "object", "required": ["use"] });
    *items = json!({ "if": include, "then": { "$ref": "#/$defs/Include" }, "else": own });
}
