//! `shakedown shop api` and `shakedown shop store`: what is lost, and what is not, when one of them ends.

#[path = "shop/system.rs"]
mod system;

use std::fs::{self, File};
use std::net::TcpStream;
use system::{Send, api, order, program, store};

const ALWAYS: [&str; 2] = ["--fsync", "always"];
/// Acknowledged at once and written at the end of the day: `kill -9` loses everything.
const NEVER: [&str; 4] = ["--fsync", "never", "--flush-every", "1h"];

#[test]
fn a_killed_store_has_lost_nothing_that_it_acknowledged() {
    let program = program();
    let first = store(&program, "127.0.0.1:0", &ALWAYS);
    let senders: Vec<_> = (0..4)
        .map(|sender| {
            let to = first.address.clone();
            // Sends until the store is killed under it; what it counts is acknowledged.
            std::thread::spawn(move || {
                (0..1_000_000)
                    .map(|n| format!("{sender}-{n}"))
                    .take_while(|id| order(&to, id).is_some_and(|answer| answer.status == 201))
                    .collect::<Vec<_>>()
            })
        })
        .collect();
    first.running.waits_for("a hundred orders", || first.count().is_some_and(|count| count >= 100));
    first.running.kill();
    let acknowledged: Vec<String> =
        senders.into_iter().flat_map(|sender| sender.join().unwrap_or_default()).collect();
    assert!(
        acknowledged.len() >= 96,
        "the reader has seen a hundred, of which each sender may miss the last"
    );

    let second = store(&program, "127.0.0.1:0", &ALWAYS);
    let lost: Vec<_> =
        acknowledged.iter().filter(|id| second.get(&format!("/orders/{id}")).status != 200).collect();
    assert!(lost.is_empty(), "{lost:?}");
    assert!(second.metric("shop_log_replayed") >= acknowledged.len() as u64);
}

#[test]
fn a_killed_store_without_fsync_has_lost_what_it_acknowledged_since_it_wrote() {
    let program = program();
    let first = store(&program, "127.0.0.1:0", &NEVER);
    for id in ["a", "b", "c"] {
        assert_eq!(order(&first.address, id).map(|answer| answer.status), Some(201));
    }
    assert_eq!(first.count(), Some(3));
    first.running.kill();
    first.running.end();
    let second = store(&program, "127.0.0.1:0", &NEVER);
    assert_eq!(second.count(), Some(0), "all three are lost");
    assert_eq!(order(&second.address, "d").map(|answer| answer.status), Some(201));
    second.running.terminate();
    second.running.end().expect(0, &[]);
    let third = store(&program, "127.0.0.1:0", &NEVER);
    assert_eq!(third.count(), Some(1), "an orderly end writes what is left");
}

#[test]
fn a_torn_order_is_cut_and_said() {
    let program = program();
    let first = store(&program, "127.0.0.1:0", &ALWAYS);
    for id in ["a", "b"] {
        order(&first.address, id);
    }
    first.running.terminate();
    first.running.end().expect(0, &["data holds 0 orders; Ctrl-C ends it"]);
    let path = program.folder().join("data/orders.log");
    let size = fs::metadata(&path).map(|file| file.len()).unwrap_or_default();
    File::options().write(true).open(&path).and_then(|file| file.set_len(size - 1)).expect("the log is cut");
    let second = store(&program, "127.0.0.1:0", &ALWAYS);
    second.running.says("data holds 1 order (cut off: ");
    assert_eq!(["a", "b"].map(|id| second.get(&format!("/orders/{id}")).status), [200, 404]);
}

#[test]
fn an_api_lives_without_its_store_and_recovers_with_it() {
    let program = program();
    let first = store(&program, "127.0.0.1:0", &ALWAYS);
    let api = api(&program, &first.url(), &[]);
    assert_eq!(order(&api.address, "a").map(|answer| answer.status), Some(201));
    let taken = order(&first.address, "a").expect("the store answers");
    assert_eq!((taken.status, taken.json()["number"].as_u64()), (200, Some(1)), "the store has it");
    let address = first.address.clone();
    first.running.kill();
    first.running.end();

    api.running.waits_for("the api to be unready", || api.get("/ready").status == 503);
    let ready = api.get("/ready").json();
    assert!(ready["reason"].as_str().is_some_and(|why| why.contains("refused")), "{ready}");
    assert_eq!([api.get("/health").status, api.get("/products/1").status], [200, 200]);
    let refused = order(&api.address, "b").expect("the api answers");
    assert_eq!((refused.status, &refused.json()["error"]["code"]), (503, &"store_away".into()));
    assert_eq!(api.get("/orders/a").status, 503);

    let second = store(&program, &address, &ALWAYS);
    api.running.waits_for("the api to be ready", || api.get("/ready").status == 200);
    assert_eq!(order(&api.address, "b").map(|answer| answer.status), Some(201));
    assert_eq!(order(&api.address, "b").map(|answer| answer.status), Some(200), "again is the same order");
    let other = Send::post("/orders", r#"{"id":"b","sku":"lantern"}"#).to(&api.address);
    assert_eq!(other.map(|answer| answer.status), Some(409));
    assert_eq!(api.get("/orders").json()["total"], 2);
    assert_eq!(second.count(), Some(2));
}

#[test]
fn an_api_that_ends_is_unready_first_and_serves_on_while_it_drains() {
    let program = program().with("POD_NAME", "api-7");
    let store = store(&program, "127.0.0.1:0", &ALWAYS);
    let api = api(&program, &store.url(), &["--drain", "1h"]);
    let before = api.get("/ready");
    assert_eq!(
        (before.status, before.header("connection"), before.header("x-served-by")),
        (200, "", "api-7")
    );
    api.running.terminate();
    api.running.waits_for("the api to be unready", || api.get("/ready").status == 503);
    let last = order(&api.address, "a").expect("it still takes connections");
    assert_eq!((last.status, last.header("connection")), (201, "close"));
    assert_eq!(api.get("/health").status, 200, "who drains is not dead");
    // A second signal leaves at once.
    api.running.terminate();
    api.running.end().expect(0, &[]);
    assert!(TcpStream::connect(&api.address).is_err());
}

#[test]
fn a_drain_ends_by_itself() {
    let program = program();
    let api = api(&program, "http://127.0.0.1:1", &["--drain", "100ms"]);
    api.running.terminate();
    api.running.end().expect(0, &[]);
}

#[test]
fn what_cannot_open_says_why() {
    let program = program();
    let first = store(&program, "127.0.0.1:0", &ALWAYS);
    program.write("file", "");
    let refused = |args: &[&str], text: &str| program.run(&[&["shop"], args].concat()).expect(2, &[text]);
    let free = ["--listen", "127.0.0.1:0"];
    refused(&[&["store", "--data", "data"], &free[..]].concat(), "in use by another process");
    refused(&[&["store", "--data", "file/x"], &free[..]].concat(), "give a folder that this user may write");
    refused(&["store", "--data", "other", "--listen", &first.address], "cannot listen on");
    refused(&["api", "--store", &first.url(), "--listen", &first.address], "cannot listen on");
    refused(&["api", "--store", "http://$(STORE_SERVICE_HOST):1"], "the Service is younger than the pod");
    refused(&["store", "--data", "x", "--flush-every", "1"], "has no unit");
}

#[test]
fn many_writers_share_the_writes_of_the_log() {
    let program = program();
    let store = store(&program, "127.0.0.1:0", &ALWAYS);
    let (url, body) = (format!("{}/orders", store.url()), r#"{"sku":"sextant"}"#);
    let load = ["--max", "--connections", "32", "--for", "1s", "--method", "POST", "--data", body];
    let ended = program.load(&[&[url.as_str()], &load[..]].concat());
    let done = ended.report().counts();
    assert_eq!(done.failed, 0, "{ended}");
    let (kept, writes) = (store.metric("shop_orders_kept"), store.metric("shop_log_writes_total"));
    assert!(writes > 0 && writes < kept, "{kept} orders in {writes} writes");
}
