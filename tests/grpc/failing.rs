//! Calls that do not end as they should: the class of each, and its words.

use crate::orders::{Orders, Reflection};
use crate::{SOURCES, journeys, plain, program, scenario};
use support::Raw;

/// The article, keys of the step, the class, and the words.
const CASES: [(&str, &str, &str, &str); 18] = [
    ("unknown", "", "status", "expected OK, got NOT_FOUND: no käse\nhere"),
    ("chair", "expect: { status: [NOT_FOUND, ABORTED] }", "status", "expected NOT_FOUND or ABORTED, got OK"),
    ("odd", "", "status", "expected OK, got status 99"),
    (
        "gateway",
        "",
        "status",
        "expected a call's answer, got status 503 Service Unavailable of HTTP; the body begins `nobody there`",
    ),
    ("late", "", "timeout", "expected OK, got DEADLINE_EXCEEDED: took too long"),
    ("silent", "timeout: 200ms", "timeout", "no complete answer within 200ms"),
    (
        "chair",
        "expect: { json: { $.order.sku: { equals: table } } }",
        "assertion",
        "$.order.sku should be `\"table\"`, but is `\"chair\"`",
    ),
    (
        "unknown",
        "expect: { status: [OK, NOT_FOUND], json: { $.id: { equals: 7 } } }",
        "assertion",
        "there is no message to look into: the call ended NOT_FOUND: no käse\nhere",
    ),
    (
        "chair",
        "capture: { x: $.nothing }",
        "assertion",
        "cannot capture `x`: nothing there in `{\"id\":7,\"order\":{\"sku\":\"chair\",\"quantity\":0,\"state\":\"STATE_UNSPECIFIED\",\"lines\":[],\"gifts\":{},\"cents\":0}}`",
    ),
    ("chair", "expect: { headers: { x-cost: '4' } }", "assertion", "header x-cost should be `4`, but is `3`"),
    ("empty", "", "protocol", "the call ended OK, but without a message"),
    ("two", "", "protocol", "the answer holds more than the one message of the call"),
    ("packed", "", "protocol", "the message is compressed, though no compression was offered"),
    ("cut", "", "protocol", "the answer ends within a message: 6 of 7 bytes"),
    (
        "nonsense",
        "",
        "protocol",
        "the answer is no `shop.v1.Created`: failed to decode Protobuf message: invalid varint",
    ),
    ("page", "", "protocol", "the answer is not one of gRPC: `text/html`; the body begins `<h1>shop</h1>`"),
    ("no status", "", "protocol", "the answer ended without `grpc-status`"),
    ("no number", "", "protocol", "`grpc-status` is `soon`, which is no number"),
];

#[test]
fn every_failure_has_its_class_and_its_words() {
    let (program, server) = (program(), Orders::start(Reflection::None));
    let cases = CASES.iter().enumerate().map(|(number, (sku, keys, ..))| {
        format!(
            "    - {{ name: j{number}, steps: [{{ grpc: shop.v1.Orders/Create, name: step, \
             message: {{ sku: {sku} }}, {keys} }}] }}\n"
        )
    });
    let text = journeys(&server.url(), &plain(SOURCES[0]), &cases.collect::<String>());
    let ended = program.scenario(&text);
    let report = ended.report();
    for (number, (sku, _, class, words)) in CASES.iter().enumerate() {
        let endpoint = report.endpoint(&format!("j{number}/step"));
        let counts = report.counts_of(&format!("j{number}/step"));
        assert!(counts.failed > 0 && counts.failed == counts.planned, "{sku}: {counts:?}");
        assert_eq!(endpoint.text(&format!("/examples/{class}")), *words, "{sku}");
        assert_eq!(*endpoint.at("/errors"), serde_json::json!({ *class: counts.planned }), "{sku}");
    }
}

#[test]
fn a_value_of_the_run_that_fits_no_field_fails_the_call_alone() {
    let (program, server) = (program(), Orders::start(Reflection::None));
    let steps = "        - { grpc: shop.v1.Orders/Create, message: { sku: chair }, capture: { sku: $.order.sku } }\n        \
                 - { grpc: shop.v1.Orders/Create, name: second, message: { quantity: '{{ sku }}' } }";
    let ended = program.scenario(&scenario(&server.url(), &plain(SOURCES[0]), steps));
    let second = ended.report().endpoint("j/second");
    let words = second.text("/examples/assertion");
    assert!(words.starts_with("a value of the run makes no `shop.v1.Order`: "), "{words}");
    assert!(words.ends_with("; the message was `{\"quantity\":\"chair\"}`"), "{words}");
}

#[test]
fn a_port_that_does_not_speak_http_2_answers_no_call() {
    let (program, server) = (program(), Raw::saying("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n"));
    let ended =
        program.scenario(&scenario(&server.url(), &plain(SOURCES[0]), "        - grpc: shop.v1.Orders/Get"));
    let counts = ended.report().counts();
    assert_eq!((counts.planned, counts.failed), (20, 20), "{ended}");
}
