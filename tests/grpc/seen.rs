//! What a server sees of calls, and what is taken from its answers.

use crate::orders::{Orders, Reflection};
use crate::{SOURCES, plain, program, scenario, went_well};
use http::uri::PathAndQuery;
use http::{HeaderMap, Method};
use serde_json::json;
use shakedown::transport::{Client, HttpVersion, Keep, Request, Target, TlsOptions};
use std::time::Duration;
use support::{Answer, TlsServer, TlsSetup, Version};

const TWO_STEPS: &str = "
        - grpc: shop.v1.Orders/Create
          message:
            sku: 'chair {{ n }}'
            quantity: '{{ n }}'
            state: OPEN
            lines: [{ text: red }, { count: 2 }]
            gifts: { bow: { text: gold } }
            dueAt: 2026-11-21T10:00:00Z
            cents: 990
          metadata: { x-arrival: '{{ n }}' }
          auth: { bearer: t0p }
          timeout: 2s
          expect:
            headers: { x-shop: berlin, x-cost: '3' }
            json:
              $.id: { equals: 7, greater: 6 }
              $.order.sku: { matches: '^chair' }
              $.order.lines[1].text: { equals: '' }
              $.order.card: { exists: false }
          capture: { id: $.id, cost: { header: x-cost } }
        - grpc: shop.v1.Orders/Get
          message: { id: '{{ id }}' }
          metadata: { x-cost: '{{ cost }}' }
          expect: { status: [OK, NOT_FOUND], json: { $.sku: { equals: of 7 } } }";

#[test]
fn messages_metadata_and_captures_reach_the_server_wherever_the_types_come_from() {
    for (types, reflection) in
        [(SOURCES[0], Reflection::None), (SOURCES[1], Reflection::V1), (SOURCES[1], Reflection::V1Alpha)]
    {
        let (program, server) = (program(), Orders::start(reflection));
        let target = plain(types) + ", headers: { x-all: 'yes' }";
        let ended = program.scenario(&scenario(&server.url(), &target, TWO_STEPS));
        went_well(&ended, 40);
        assert_eq!(ended.report().counts_of("j/shop.v1.Orders/Create").done, 20);
        let seen = server.seen();
        let of = |path: &str| seen.iter().filter(|seen| seen.path == path).cloned().collect::<Vec<_>>();
        let (created, got) = (of("/shop.v1.Orders/Create"), of("/shop.v1.Orders/Get"));
        assert_eq!((created.len(), got.len()), (20, 20));
        let third = created.iter().find(|call| call.headers["x-arrival"] == "3").unwrap();
        let expected = json!({
            "sku": "chair 3", "quantity": 3, "state": "OPEN", "lines": [{ "text": "red" }, { "count": 2 }],
            "gifts": { "bow": { "text": "gold" } }, "dueAt": "2026-11-21T10:00:00Z", "cents": "990",
        });
        assert_eq!(third.message, expected);
        for (name, value) in [
            ("content-type", "application/grpc"),
            ("te", "trailers"),
            ("grpc-timeout", "2000000u"),
            ("authorization", "Bearer t0p"),
            ("x-all", "yes"),
        ] {
            assert_eq!(third.headers[name], value, "{name}");
        }
        assert_eq!(
            (&got[0].message, &got[0].headers["x-cost"]),
            (&json!({ "id": "7" }), &"3".parse().unwrap())
        );
    }
}

#[test]
fn over_tls_the_server_chooses_http_2() {
    // An empty message, and its status before it, as some proxies send it.
    let answer = Answer::ok(vec![0; 5]).header("content-type", "application/grpc").header("grpc-status", "0");
    let setup = TlsSetup { alpn: vec!["h2", "http/1.1"], ..TlsSetup::default() };
    let server = TlsServer::answering(&setup, move |_| answer.clone());
    let program = program();
    program.write("ca.pem", server.root_pem());
    let target = "tls: { ca: ca.pem }, grpc: { descriptors: shop.binpb }";
    let step = "        - { grpc: shop.v1.Orders/Get, expect: { json: { $.quantity: { equals: 0 } } } }";
    went_well(&program.scenario(&scenario(&server.url(), target, step)), 20);
    assert!(server.seen().iter().all(|seen| seen.version == Version::HTTP_2 && *seen.body == [0; 5]));
}

#[tokio::test]
async fn the_client_of_users_and_checks_brings_the_status_behind_the_message() {
    let server = Orders::start(Reflection::None);
    let limit = Duration::from_secs(30);
    let target = Target::new(&server.url(), HttpVersion::Http2, &TlsOptions::default(), limit).unwrap();
    let request = Request::new(
        Method::POST,
        PathAndQuery::from_static("/shop.v1.Orders/Get"),
        HeaderMap::new(),
        vec![0_u8; 5],
    );
    let answer = Client::new(&target).unwrap().send(&request, Keep::Body, 1000, limit).await.unwrap();
    assert_eq!(answer.trailers.unwrap()["grpc-status"], "0");
    assert_eq!(answer.length, answer.body.len() as u64);
    assert!(answer.length > 5);
}

#[test]
fn a_call_without_a_message_sends_an_empty_one() {
    let (program, server) = (program(), Orders::start(Reflection::None));
    let step =
        "        - { grpc: shop.v1.Orders/Get, name: get, expect: { json: { $.sku: { equals: of 0 } } } }";
    went_well(&program.scenario(&scenario(&server.url(), &plain(SOURCES[0]), step)), 20);
    assert!(server.seen().iter().all(|seen| seen.message == json!({})));
}

#[test]
fn a_status_that_is_expected_is_no_failure() {
    let (program, server) = (program(), Orders::start(Reflection::None));
    let step =
        "        - { grpc: shop.v1.Orders/Create, message: { sku: unknown }, expect: { status: NOT_FOUND } }";
    went_well(&program.scenario(&scenario(&server.url(), &plain(SOURCES[0]), step)), 20);
}
