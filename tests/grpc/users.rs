//! Users who call methods: each over a connection of its own, in the process that drives users.

use crate::orders::{Orders, Reflection};
use crate::{SOURCES, plain, program};
use serde_json::json;
use std::collections::BTreeMap;
use support::{Answer, Counts, TlsServer, TlsSetup, Version};

/// Three users who go through these steps until they are stopped.
fn scenario(url: &str, target: &str, steps: &str) -> String {
    format!(
        "scenario: users who call\ntarget: {{ http: '{url}', {target} }}\nload:\n  timeout: 20s\n  \
         profile: {{ users: {{ count: 3, ramp: 0s, hold: 2h }} }}\n  \
         journeys:\n    - name: j\n      data: {{ rows: [{{ sku: red }}, {{ sku: green }}, {{ sku: blue }}] }}\n      \
         steps:\n{steps}\n"
    )
}

const STEPS: &str = "
        - grpc: shop.v1.Orders/Create
          message: { sku: '{{ sku }}', quantity: 2 }
          metadata: { x-journey: '{{ n }}' }
          expect: { headers: { x-shop: berlin, x-cost: '3' }, json: { $.order.sku: { equals: '{{ sku }}' } } }
          capture: { id: $.id }
          think: 10ms
        - grpc: shop.v1.Orders/Get
          message: { id: '{{ id }}' }
          expect: { json: { $.sku: { equals: of 7 } } }
        - grpc: shop.v1.Orders/Create
          name: refused
          message: { sku: unknown }
          expect: { status: NOT_FOUND }";

#[test]
fn users_go_through_calls_as_arrivals_do_wherever_the_types_come_from() {
    for (types, reflection) in
        [(SOURCES[0], Reflection::None), (SOURCES[1], Reflection::V1), (SOURCES[1], Reflection::V1Alpha)]
    {
        let (program, server) = (program(), Orders::start(reflection));
        let running = program.start_scenario(&scenario(&server.url(), &plain(types), STEPS));
        running.waits_for("thirty calls", || server.seen().len() >= 30);
        running.interrupt();
        let ended = running.end();
        assert_eq!(ended.code, Some(130), "{ended}");
        let (report, seen) = (ended.report(), server.seen());
        let all = seen.len() as u64;
        assert_eq!(report.counts(), Counts { planned: all, done: all, ..Counts::default() }, "{ended}");
        let of = |name: &str| report.counts_of(&format!("j/{name}")).done;
        let each = [of("shop.v1.Orders/Create"), of("shop.v1.Orders/Get"), of("refused")];
        // Whoever was under way when it was stopped had begun a journey that it did not end.
        assert!(each[0] >= each[1] && each[1] >= each[2] && each[0] <= each[2] + 3, "{each:?}");
        let mut skus: BTreeMap<String, u64> = BTreeMap::new();
        for call in seen.iter().filter(|call| call.headers.contains_key("x-journey")) {
            assert_eq!(call.message["quantity"], json!(2));
            *skus.entry(call.message["sku"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
        }
        assert_eq!(skus.keys().map(String::as_str).collect::<Vec<_>>(), ["blue", "green", "red"]);
        assert_eq!(skus.values().sum::<u64>(), each[0]);
    }
}

#[test]
fn what_a_call_comes_to_has_its_class_and_its_words() {
    let (program, server) = (program(), Orders::start(Reflection::None));
    for (sku, keys, class, words) in [
        ("unknown", "", "status", "expected OK, got NOT_FOUND: no käse\nhere"),
        ("late", "", "timeout", "expected OK, got DEADLINE_EXCEEDED: took too long"),
        ("silent", "timeout: 200ms", "timeout", "no complete answer within 200ms"),
        ("cut", "", "protocol", "the answer ends within a message: 6 of 7 bytes"),
        ("no status", "", "protocol", "the answer ended without `grpc-status`"),
    ] {
        let before = server.seen().len();
        let step = format!(
            "        - {{ grpc: shop.v1.Orders/Create, name: s, think: 10ms, message: {{ sku: {sku} }}, {keys} }}"
        );
        let running = program.start_scenario(&scenario(&server.url(), &plain(SOURCES[0]), &step));
        running.waits_for("six calls", || server.seen().len() >= before + 6);
        running.interrupt();
        let report = running.end().report();
        let counts = report.counts();
        let called = (server.seen().len() - before) as u64;
        assert_eq!(counts, Counts { planned: called, failed: called, ..Counts::default() }, "{sku}");
        assert_eq!(report.errors().into_iter().collect::<Vec<_>>(), [(class.to_owned(), called)], "{sku}");
        assert_eq!(report.text(&format!("/endpoints/0/examples/{class}")), words, "{sku}");
    }
}

#[test]
fn over_tls_users_call_over_http_2() {
    let answer = Answer::ok(vec![0; 5]).header("content-type", "application/grpc").header("grpc-status", "0");
    let server = TlsServer::answering(&TlsSetup::default(), move |_| answer.clone());
    let program = program();
    program.write("ca.pem", server.root_pem());
    let target = "tls: { ca: ca.pem }, grpc: { descriptors: shop.binpb }";
    let step = "        - { grpc: shop.v1.Orders/Get, think: 10ms, expect: { json: { $.quantity: { equals: 0 } } } }";
    let running = program.start_scenario(&scenario(&server.url(), target, step));
    running.waits_for("ten calls", || server.seen().len() >= 10);
    running.interrupt();
    let report = running.end().report();
    let all = server.seen().len() as u64;
    assert_eq!(report.counts(), Counts { planned: all, done: all, ..Counts::default() });
    assert!(server.seen().iter().all(|seen| seen.version == Version::HTTP_2));
}
