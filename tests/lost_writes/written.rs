//! A scenario's ledger: what the run is told of it, and what nobody is.

use shakedown::history::Machine;
use shakedown::ledger::{HttpLedger, Ids, LedgerKind, content};
use shakedown::scenario::Scenario;
use shakedown::source::Environment;

fn scenario(ledger: &str) -> Scenario {
    let text = format!(
        "scenario: s\ntarget: {{ http: http://127.0.0.1:1 }}\nload: {{ profile: {{ stages: [ {{ from: 10/s, to: 10/s, \
         over: 10s }} ] }}, journeys: [ {{ name: a, steps: [ get: / ] }} ] }}\nledger: {ledger}\n"
    );
    let environment =
        Environment::from_iter([("DB_URL", "postgres://shop:hunter%2022@127.0.0.1:5432/orders")]);
    Scenario::parse("s.yaml", &text, &environment).unwrap_or_else(|rejected| panic!("{rejected}"))
}

#[test]
fn a_password_from_outside_is_hidden_also_without_its_url() {
    let scenario = scenario(r#"{ postgres: "${env:DB_URL}", rate: 50/s }"#);
    for said in [
        "connecting to postgres://shop:hunter%2022@127.0.0.1:5432/orders",
        "password hunter 22",
        "hunter%2022",
    ] {
        let shown = scenario.secrets.redact(said);
        assert!(!shown.contains("hunter"), "{shown}");
    }
    let ledger = scenario.ledger.expect("a ledger");
    let LedgerKind::Postgres(postgres) = &ledger.kind else { panic!("{ledger:?}") };
    assert_eq!(postgres.table, "shakedown_ledger");
    assert!(postgres.url.contains("hunter"), "the client needs it");
    assert!(!format!("{ledger:?} {}", ledger.kind).contains("hunter"));
}

#[test]
fn the_history_knows_the_ids_of_the_run() {
    let scenario = scenario(r#"{ redis: "redis://127.0.0.1", structure: stream, rate: 50/s }"#);
    let started = "2026-11-21T10:15:00.000Z";
    let meta = scenario.meta(7, started.to_owned(), Machine { os: "linux".into(), cores: 1 });
    let plan = meta.ledger.expect("a ledger");
    assert_eq!((plan.kind.as_str(), plan.rate.as_per_second()), ("redis", 50.0));
    assert_eq!(Ids::new(plan.prefix), Ids::of_run(7, started));
    assert_eq!(scenario.ledger.expect("a ledger").writes(std::time::Duration::from_secs(10)), 500);
}

#[test]
fn both_requests_of_an_entry_carry_its_id_and_the_write_its_content() {
    let scenario = scenario(
        "{ write: { post: /orders, json: { id: \"{{ ledger.id }}\", n: \"{{ ledger.seq }}\", note: \
         \"{{ ledger.content }}\" } }, read: { get: \"/orders/{{ ledger.id }}\" } }",
    );
    let ledger = scenario.ledger.expect("a ledger");
    let LedgerKind::Http(http) = &ledger.kind else { panic!("{ledger:?}") };
    let ids = Ids::new("sd01");
    let row = HttpLedger::row(&ids, 12);
    let mut values = shakedown::journey::Values::new(12, 1, &row, 0);
    let write = http.write.render(&mut values).expect("a request").into_owned();
    let written = format!(r#"{{"id":"sd01-12","n":12,"note":"{}"}}"#, content("sd01-12"));
    assert_eq!(String::from_utf8_lossy(write.body.in_memory().unwrap()), written);
    let read = http.read.render(&mut values).expect("a request").into_owned();
    assert_eq!(read.path.as_str(), "/orders/sd01-12");
}

#[test]
fn smoke_alone_has_no_ledger() {
    assert!(scenario(r#"{ redis: "redis://127.0.0.1" }"#).smoke_alone().ledger.is_none());
}
