//! OpenAPI 2.0 in protobuf: the messages of `openapiv2/OpenAPIv2.proto` of gnostic, of which client-go is a reader.

use crate::api::protobuf::Writer;
use serde_json::Value;

/// The message `Document` of a document in JSON. It has what this server's documents have.
pub(in crate::api) fn encode(document: &Value) -> Vec<u8> {
    let mut to = Writer::default();
    to.text(1, &document["swagger"]);
    to.message(2, |info| {
        info.text(1, &document["info"]["title"]);
        info.text(2, &document["info"]["version"]);
    });
    to.message(8, |paths| {
        named(paths, 2, &document["paths"], |path, item| path.message(8, |to| operation(to, &item["patch"])));
    });
    to.message(9, |definitions| named(definitions, 1, &document["definitions"], schema));
    to.bytes()
}

fn operation(to: &mut Writer, operation: &Value) {
    to.text(5, &operation["operationId"]);
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        // ParametersItem, Parameter and NonBodyParameter choose what it is: one in the query.
        to.path(&[8, 1, 2, 3], |query| {
            query.text(2, &parameter["in"]);
            query.text(4, &parameter["name"]);
            query.text(6, &parameter["type"]);
        });
    }
    to.message(9, |responses| {
        named(responses, 1, &operation["responses"], |value, response| {
            value.message(1, |to| to.text(1, &response["description"]));
        });
    });
    extensions(to, 13, operation);
}

fn schema(to: &mut Writer, schema: &Value) {
    to.text(1, &schema["$ref"]);
    to.text(2, &schema["format"]);
    let inner = |key: &str| schema.get(key);
    if let Some(value) = inner("additionalProperties") {
        to.path(&[21, 1], |to| self::schema(to, value));
    }
    if let Some(name) = inner("type") {
        to.message(22, |item| item.text(1, name));
    }
    if let Some(element) = inner("items") {
        to.path(&[23, 1], |to| self::schema(to, element));
    }
    if let Some(properties) = inner("properties") {
        to.message(25, |item| named(item, 1, properties, self::schema));
    }
    extensions(to, 31, schema);
}

/// The entries of a map, each a message with its name and its value.
fn named(to: &mut Writer, number: u64, map: &Value, write: impl Fn(&mut Writer, &Value)) {
    for (name, value) in map.as_object().into_iter().flatten() {
        to.message(number, |entry| {
            entry.text(1, &Value::from(name.as_str()));
            entry.message(2, |to| write(to, value));
        });
    }
}

/// What is not of OpenAPI itself, as YAML, of which JSON is a form.
fn extensions(to: &mut Writer, number: u64, of: &Value) {
    for (name, value) in of.as_object().into_iter().flatten() {
        if name.starts_with("x-") {
            to.message(number, |entry| {
                entry.text(1, &Value::from(name.as_str()));
                entry.message(2, |any| any.text(2, &Value::from(value.to_string())));
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::protobuf::part;
    use serde_json::json;

    #[test]
    fn fields_have_the_numbers_of_gnostic() {
        let document = json!({
            "swagger": "2.0", "info": {"title": "t", "version": "v"},
            "definitions": {"A": {
                "type": "object", "x-note": ["n"],
                "properties": {"list": {"type": "array", "items": {"$ref": "#/definitions/B"}}},
            }},
            "paths": {"/a": {"patch": {"parameters": [{"in": "query", "name": "dryRun", "type": "string"}]}}},
        });
        let encoded = encode(&document);
        let at = |path: &[u64]| {
            let found = path.iter().fold(encoded.as_slice(), |bytes, number| part(bytes, *number).unwrap());
            String::from_utf8(found.to_vec()).unwrap()
        };
        let (definition, parameter) = ([9, 1, 2], [8, 2, 2, 8, 8, 1, 2, 3, 4]);
        let in_definition = |rest: &[u64]| at(&[&definition[..], rest].concat());
        assert_eq!((at(&[1]), at(&[2, 1]), at(&[2, 2])), ("2.0".into(), "t".into(), "v".into()));
        assert_eq!((at(&[9, 1, 1]), in_definition(&[22, 1])), ("A".into(), "object".into()));
        assert_eq!(
            (in_definition(&[31, 1]), in_definition(&[31, 2, 2])),
            ("x-note".into(), "[\"n\"]".into())
        );
        let list = [25, 1, 2];
        assert_eq!(in_definition(&[&list[..], &[23, 1, 1]].concat()), "#/definitions/B");
        assert_eq!((at(&[8, 2, 1]), at(&parameter)), ("/a".into(), "dryRun".into()));
    }
}
