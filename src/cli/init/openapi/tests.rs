//! Whatever a document holds, what is drafted from it is a scenario.

use super::{Document, draft};
use crate::scenario::Scenario;
use crate::source::Environment;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use serde_json::{Value, json};

/// The draft, which has to be a scenario; `None` where nothing can be made of the document.
fn drafted(document: &Value) -> Option<String> {
    let document = Document::parse("api.json", &document.to_string()).unwrap();
    let draft = draft(&document).ok()?;
    let environment: Environment = draft.variables.iter().map(|name| (name.clone(), "hunter22")).collect();
    if let Err(rejected) = Scenario::parse("draft.yaml", &draft.text, &environment) {
        panic!("{rejected}\n{}", draft.text);
    }
    Some(draft.text)
}

/// Texts that mean something to YAML, templates, references or paths.
fn words() -> impl Strategy<Value = String> {
    let traps = [
        "{{", "}}", "${", "${env:X}", "$", "\"", "'", "#", ": ", "- ", "\n", "\r", "\t", "\u{85}",
        "\u{2028}", "\u{feff}", "id", "order", "n", "uuid", "now", "null", "1", "~", "%zz", "/", "?", "é",
        "", "{id}", "{", "\\", "*", "&a", "!t",
    ];
    let trap = prop::sample::select(traps.to_vec()).prop_map(ToOwned::to_owned);
    prop::collection::vec(prop_oneof![3 => trap, 1 => any::<char>().prop_map(String::from)], 0..4)
        .prop_map(|parts| parts.concat())
}

fn schema() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        words().prop_map(|text| json!({"type": "string", "example": text})),
        words().prop_map(|text| json!({"type": "string", "pattern": text})),
        prop::sample::select(vec!["uuid", "email", "date-time", "binary"])
            .prop_map(|format| json!({"type": "string", "format": format})),
        any::<f64>().prop_map(|number| json!({"type": "number", "minimum": number})),
        Just(json!({"$ref": "#/components/schemas/Thing"})),
        Just(json!({"$ref": "#/nowhere"})),
        Just(json!({"type": ["null", "boolean"], "readOnly": true})),
        words().prop_map(|text| json!({"const": {text.clone(): [text]}})),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec((words(), inner.clone()), 0..3).prop_map(|all| {
                let required: Vec<String> = all.iter().take(1).map(|(name, _)| name.clone()).collect();
                let properties: serde_json::Map<String, Value> = all.into_iter().collect();
                json!({"type": "object", "properties": properties, "required": required})
            }),
            inner.clone().prop_map(|items| json!({"type": "array", "items": items})),
            prop::collection::vec(inner, 1..3).prop_map(|all| json!({"allOf": all})),
        ]
    })
}

fn content() -> impl Strategy<Value = Value> {
    let media = prop::sample::select(vec![
        "application/json",
        "application/x-www-form-urlencoded",
        "application/problem+json",
        "text/plain",
        "a\nb",
    ]);
    (media, schema(), words()).prop_map(
        |(media, schema, example)| json!({media: {"schema": schema, "examples": {"a": {"value": example}}}}),
    )
}

fn operation() -> impl Strategy<Value = Value> {
    let parameter = (words(), prop::sample::select(vec!["query", "header", "path", "cookie"]), schema())
        .prop_map(
            |(name, place, schema)| json!({"name": name, "in": place, "required": true, "schema": schema}),
        );
    let status = prop::sample::select(vec!["200", "201", "2XX", "default", "302", "29", "4xx"]);
    let sent = (prop::collection::vec(parameter, 0..3), prop::option::of(content()));
    (sent, status, content(), words(), 0..4usize).prop_map(
        |((parameters, body), status, answer, summary, scheme)| {
            let mut operation = json!({
                "summary": summary, "parameters": parameters, "responses": {status: {"content": answer}},
                "security": [{format!("scheme{scheme}"): []}],
            });
            if let Some(content) = body {
                operation["requestBody"] = json!({"required": true, "content": content});
            }
            operation
        },
    )
}

fn document() -> impl Strategy<Value = Value> {
    let segment = prop_oneof![
        2 => prop::sample::select(vec!["orders", "{id}", "{orderId}", "items", "now", "v1"]).prop_map(ToOwned::to_owned),
        1 => words(),
    ];
    let path = prop::collection::vec(segment, 0..4).prop_map(|all| format!("/{}", all.join("/")));
    let method = prop::sample::select(vec!["get", "post", "put", "patch", "delete", "head"]);
    let paths = prop::collection::vec((path, prop::collection::vec((method, operation()), 1..4)), 1..5);
    (paths, words(), words(), schema()).prop_map(|(paths, title, server, thing)| {
        let mut all = serde_json::Map::new();
        for (path, operations) in paths {
            let operations: serde_json::Map<String, Value> =
                operations.into_iter().map(|(method, operation)| (method.to_owned(), operation)).collect();
            all.insert(path, Value::Object(operations));
        }
        json!({
            "openapi": "3.1.0", "info": {"title": title, "version": title}, "servers": [{"url": server}], "paths": all,
            "components": {"schemas": {"Thing": thing}, "securitySchemes": {
                "scheme0": {"type": "http", "scheme": "bearer"}, "scheme1": {"type": "http", "scheme": "basic"},
                "scheme2": {"type": "apiKey", "in": "header", "name": title}}},
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_document_holds_the_draft_is_a_scenario(document in document()) {
        drafted(&document);
    }
}

#[test]
fn one_request_that_two_paths_describe_is_one_check() {
    let id = json!([{"name": "id", "in": "path", "required": true, "example": 7}]);
    let both = json!({"openapi": "3.0.0", "paths": {"/orders/{id}": {"get": {"parameters": id}}, "/orders/7": {"get": {}}}});
    let text = drafted(&both).unwrap();
    assert_eq!(text.matches("      get: /orders/7\n").count(), 1, "{text}");
}

#[test]
fn a_server_whose_name_has_a_variable_without_a_default_is_none() {
    for (servers, target) in [
        (json!([{"url": "//{id}"}]), "http://127.0.0.1:8080"),
        (json!([{"url": "https://{region}.shop.example/v1"}]), "http://127.0.0.1:8080"),
        (
            json!([{"url": "https://{region}.shop.example"}, {"url": "http://shop.example/"}]),
            "http://shop.example",
        ),
        (
            json!([{"url": "https://{region}.shop.example/v1", "variables": {"region": {"default": "eu"}}}]),
            "https://eu.shop.example/v1",
        ),
    ] {
        let document = json!({"openapi": "3.0.0", "servers": servers, "paths": {"/": {"get": {}}}});
        let text = drafted(&document).unwrap();
        assert!(text.contains(&format!("  http: \"{target}\"")), "{servers}: {text}");
    }
}

#[test]
fn the_random_documents_are_not_all_nonsense() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut made = 0;
    for _ in 0..50 {
        let document = document().new_tree(&mut runner).unwrap().current();
        made += usize::from(drafted(&document).is_some());
    }
    assert!(made > 10, "only {made} of 50 documents became scenarios");
}
