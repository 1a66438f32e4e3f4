//! Answers against what steps expect, as written in YAML.

use super::judge::Expectation;
use super::{Expect, Scope, Values};
use crate::sample::ErrorClass;
use crate::source::{Located, Node};
use crate::transport::Answer;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode};

fn answer(status: u16, body: &str) -> Answer {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static("application/json; charset=utf-8"));
    let body = Bytes::copy_from_slice(body.as_bytes());
    Answer {
        status: StatusCode::from_u16(status).unwrap(),
        headers: headers.into(),
        trailers: None,
        length: body.len() as u64,
        body,
    }
}

/// The expectation of a YAML text, with `id` captured earlier as the number 7.
fn expectation(yaml: &str) -> (Expectation, Scope) {
    let mut problems = Vec::new();
    let mut tree: Node =
        crate::source::parse(yaml, 0, &mut crate::source::Budget::default(), &mut problems).unwrap();
    let spec: Expect = crate::source::decode(&mut tree, &mut problems).unwrap();
    let mut scope = Scope::new(&[("who".to_owned(), "ann".to_owned())], &[]);
    scope.capture("id");
    let expectation = Expectation::compile(&spec, &scope, &mut problems);
    assert_eq!(problems, [], "{yaml}");
    (expectation, scope)
}

fn judged(yaml: &str, answer: &Answer) -> Result<(), (ErrorClass, String)> {
    let (expectation, scope) = expectation(yaml);
    let mut values = Values::new(0, 0, &[], scope.captures());
    values.capture(0, super::value::Value::Json("7".into()));
    expectation.judge(answer, &mut values).map_err(|mismatch| (mismatch.class, mismatch.text))
}

const BODY: &str = r#"{"id": 7, "name": "ann", "tags": ["a", "b"], "price": 2.5, "none": null}"#;

#[test]
fn what_holds() {
    for yaml in [
        "{}",
        "status: 200",
        "status: [404, 2xx]",
        "headers: { content-type: { contains: json } }",
        "headers: { x-gone: { exists: false } }",
        "headers: { Content-Type: 'application/json; charset=utf-8' }",
        "body: { contains: '\"ann\"' }",
        "body: { matches: 'price.*2\\.5' }",
        "max_body: 1KiB",
        "json: { $.id: { equals: '{{ id }}' } }",
        "json: { $.name: { equals: '{{ who }}', length: 3, matches: ^a, contains: nn } }",
        "json: { $.tags: { contains: b, length: 2 } }",
        "json: { $.price: { greater: 2, at_least: 2.5, less: 3, at_most: 2.5 } }",
        "json: { $.none: { exists: true, equals: null } }",
        "json: { $.gone: { exists: false } }",
        "json: { '$.tags[*]': { matches: '^[ab]$' } }",
        "json: { $: { equals: { id: 7, name: '{{ who }}', tags: [a, b], price: 2.5, none: null } } }",
    ] {
        assert_eq!(judged(yaml, &answer(200, BODY)), Ok(()), "{yaml}");
    }
}

#[test]
fn what_does_not_hold_and_in_which_words() {
    use ErrorClass::{Assertion, Status};
    for (yaml, class, words) in [
        ("{}", Status, "expected status below 400, got 500 Internal Server Error; the body begins"),
        ("status: [200, 4xx]", Status, "expected status 200 or 4xx, got 500"),
        ("{ status: 500, headers: { x-gone: y } }", Assertion, "header x-gone is missing"),
        (
            "{ status: 500, headers: { content-type: text/html } }",
            Assertion,
            "header content-type should be `text/html`, but is `application/json; charset=utf-8`",
        ),
        (
            "{ status: 500, body: { contains: bob } }",
            Assertion,
            "the body should contain `bob`, but is `{\"id\"",
        ),
        ("{ status: 500, json: { $.gone: { equals: 1 } } }", Assertion, "$.gone is missing"),
        (
            "{ status: 500, json: { $.id: { exists: false } } }",
            Assertion,
            "$.id should be absent, but is `7`",
        ),
        ("{ status: 500, json: { $.id: { equals: '7' } } }", Assertion, "$.id should be `\"7\"`, but is `7`"),
        (
            "{ status: 500, json: { $.price: { at_most: 2 } } }",
            Assertion,
            "$.price should be at most 2, but is `2.5`",
        ),
        (
            "{ status: 500, json: { $.name: { greater: 2 } } }",
            Assertion,
            "$.name should be greater than 2, but is `\"ann\"`",
        ),
        (
            "{ status: 500, json: { '$.tags[*]': { matches: a } } }",
            Assertion,
            "$.tags[*] should match `a`, but is `\"b\"`",
        ),
        ("{ status: 500, json: { $.tags: { length: 3 } } }", Assertion, "$.tags should have length 3"),
    ] {
        let (got_class, got) = judged(yaml, &answer(500, BODY)).unwrap_err();
        assert_eq!(got_class, class, "{yaml}");
        assert!(got.starts_with(words), "{yaml}: {got}");
    }
    let (_, text) = judged("json: { $.id: { exists: true } }", &answer(200, "<html>")).unwrap_err();
    assert!(text.starts_with("the body is not JSON: ") && text.ends_with("it begins `<html>`"), "{text}");
}

#[test]
fn places_of_conditions_that_can_never_work() {
    let mut problems = Vec::new();
    let yaml = "headers: { 'a b': x }\nbody: {}\njson: { id: { equals: 1 }, $.a: { matches: '(' } }\n";
    let mut tree: Node =
        crate::source::parse(yaml, 0, &mut crate::source::Budget::default(), &mut problems).unwrap();
    let spec: Located<Expect> = crate::source::decode(&mut tree, &mut problems).unwrap();
    Expectation::compile(&spec, &Scope::default(), &mut problems);
    let found: Vec<(&str, &str)> =
        problems.iter().map(|p| (&yaml[p.mark.start..p.mark.end], p.message.as_str())).collect();
    assert_eq!(
        found,
        [
            ("a b", "`a b` cannot be a header's name"),
            ("{}", "no condition"),
            ("id", "`id` is not a JSONPath (RFC 9535)"),
            ("(", "not a regular expression: unclosed group"),
        ]
    );
}
