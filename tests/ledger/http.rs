//! Through the service: the shop's store.

use crate::account::{Account, scenario};
use crate::shop::{Store, program, store};
use shakedown::event::WriteOutcome::{Acknowledged, Dropped, Failed, Unknown};
use std::collections::BTreeSet;
use std::thread::sleep;
use std::time::Duration;

const LEDGER: &str = "  write: { post: /orders, json: { id: \"{{ ledger.id }}\", sku: sextant }, rate: 100/s }\n  \
                      read: { get: \"/orders/{{ ledger.id }}\", expect: { json: { \"$.id\": { equals: \"{{ ledger.id }}\" } } } }\n  \
                      timeout: 1s\n";

/// Those of the ids that the store has, asked one by one.
fn kept(store: &Store, ids: &BTreeSet<String>) -> BTreeSet<String> {
    ids.iter().filter(|id| store.has(id)).cloned().collect()
}

#[test]
fn what_is_acknowledged_is_there() {
    let program = program();
    let store = store(&program, "127.0.0.1:0", &[]);
    let ended = program.scenario(&scenario(&store.url(), LEDGER));
    let account = Account::of(&program);
    assert!(account.outcomes.len() >= 700, "{} writes\n{ended}", account.outcomes.len());
    assert_eq!(account.found(), account.that(Acknowledged));
    assert_eq!(account.found().len(), account.outcomes.len(), "{:?}", account.outcomes);
    assert_eq!((account.readings.len(), account.troubles), (2, Vec::new()));
}

#[test]
fn a_store_that_syncs_loses_nothing_when_it_is_killed_and_what_was_under_way_is_unknown() {
    let program = program();
    let first = store(&program, "127.0.0.1:0", &[]);
    let address = first.address.clone();
    let running = program.start_scenario(&scenario(&first.url(), LEDGER));
    running.has_measured(3);
    // What comes now is sent and waits, until the kill cuts it off.
    first.running.stop();
    sleep(Duration::from_millis(500));
    first.running.kill();
    let second = store(&program, &address, &[]);
    running.end();
    let account = Account::of(&program);
    let unknown = account.that(Unknown);
    assert!(unknown.len() >= 10, "{:?}", account.outcomes);
    assert_eq!(account.lost(), BTreeSet::new());
    assert!(account.that(Dropped).is_empty() && account.found().is_disjoint(&account.that(Failed)));
    let acknowledged = account.ids(&account.that(Acknowledged));
    assert_eq!(kept(&second, &acknowledged), acknowledged);
    let last = *account.that(Acknowledged).last().unwrap();
    assert!(last > *unknown.last().unwrap(), "it went on after the kill");
}

#[test]
fn a_store_that_does_not_sync_loses_exactly_what_a_direct_query_misses() {
    let program = program();
    let lazy = ["--fsync", "never", "--flush-every", "1s"];
    let first = store(&program, "127.0.0.1:0", &lazy);
    let address = first.address.clone();
    let running = program.start_scenario(&scenario(&first.url(), LEDGER));
    running.has_measured(3);
    first.running.kill();
    let second = store(&program, &address, &lazy);
    running.end();
    let account = Account::of(&program);
    let acknowledged = account.ids(&account.that(Acknowledged));
    let missing = &acknowledged - &kept(&second, &acknowledged);
    assert!(!missing.is_empty(), "nothing was lost: {:?}", account.outcomes);
    assert_eq!(account.ids(&account.lost()), missing);
}

#[test]
fn a_service_that_takes_nothing_is_said_to_take_nothing() {
    let program = program();
    let store = store(&program, "127.0.0.1:0", &[]);
    let ledger = LEDGER.replace("sku: sextant", "sku: 7");
    program.scenario(&scenario(&store.url(), &ledger));
    let account = Account::of(&program);
    assert_eq!(account.that(Failed).len(), account.outcomes.len());
    assert!(account.found().is_empty());
    let [trouble] = account.troubles.as_slice() else { panic!("{:?}", account.troubles) };
    assert!(trouble.contains("writes was acknowledged; the first: "), "{trouble}");
}

#[test]
fn an_interrupted_run_reads_back_what_it_wrote() {
    let program = program();
    let store = store(&program, "127.0.0.1:0", &[]);
    let running = program.start_scenario(&scenario(&store.url(), LEDGER));
    running.has_measured(2);
    running.interrupt();
    assert_eq!(running.end().code, Some(130));
    let account = Account::of(&program);
    assert!(account.outcomes.len() < 700, "{} writes", account.outcomes.len());
    assert_eq!(account.found(), account.that(Acknowledged));
}
