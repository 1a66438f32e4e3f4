//! The API server is away for longer than the lease of a run lives; the load goes another way and goes on.
//!
//! `SHAKEDOWN_LOSS=70` makes it so many seconds.

use crate::relay::Relay;
use crate::stage::Stage;
use serde_json::Value;
use std::thread::sleep;
use std::time::Duration;

/// Longer than the lease.
const SHORT: u32 = 18;

fn loss() -> u32 {
    std::env::var("SHAKEDOWN_LOSS").map_or(SHORT, |text| text.parse().expect("seconds"))
}

/// A relay to the API server, and a kubeconfig that goes by it.
fn relayed(stage: &Stage) -> (Relay, String) {
    let mut file: Value = serde_json::from_str(&std::fs::read_to_string(&stage.kubeconfig).unwrap()).unwrap();
    let server = file["clusters"][0]["cluster"]["server"].as_str().unwrap();
    let relay = Relay::new(server.strip_prefix("https://").unwrap().parse().unwrap());
    file["clusters"][0]["cluster"]["server"] = format!("https://{}", relay.address).into();
    stage.program.write("relayed.kubeconfig", file.to_string());
    let path = stage.program.folder().join("relayed.kubeconfig");
    (relay, path.to_str().unwrap().to_owned())
}

#[test]
fn a_fault_that_ends_while_the_server_is_away_is_taken_back_when_it_is_there_again() {
    let stage = Stage::new();
    let before = stage.state();
    let (relay, kubeconfig) = relayed(&stage);
    let faults = "faults: [{ name: fewer, at: 1s, for: 4s, scale: { deployment: api, replicas: 1 } }]";
    let kubernetes = format!("context: playground, namespace: shop, guard: off, kubeconfig: '{kubeconfig}'");
    let running = stage.program.start_scenario(&stage.scenario_of(loss() + 8, &kubernetes, faults));
    running.says("fault fewer: proven");
    relay.cut();
    running.says("fault fewer: being undone");
    sleep(Duration::from_secs(loss().into()));
    stage.replicas_become(1);
    relay.mend();
    let ended = running.end();
    let report = ended.report();
    assert_eq!(
        (report.text("/faults/0/verdict"), report.list("/run/troubles").len()),
        ("pass", 0),
        "{ended}"
    );
    assert_eq!(stage.phases(0), ["planned", "injected", "proven", "undoing", "undone"], "{ended}");
    stage.is_as_before(&before);
}

#[test]
fn who_is_cut_off_for_longer_than_its_lease_is_taken_back_by_its_guard_and_ends() {
    let stage = Stage::new();
    let before = stage.state();
    let (relay, kubeconfig) = relayed(&stage);
    let faults = "faults:\n  - { name: fewer, at: 1s, for: 10m, scale: { deployment: api, replicas: 1 } }\n  - { name: \
                  gone, at: 2s, for: 10m, service_blackhole: { service: api } }\n";
    let kubernetes = format!("context: playground, namespace: shop, kubeconfig: '{kubeconfig}'");
    let scenario = stage.scenario_of(600, &kubernetes, faults);
    stage.program.write("s.yaml", &scenario);
    stage.apply(&stage.program.run(&["rbac", "s.yaml"]).out);
    let running = stage.program.start_scenario(&scenario);
    running.says("fault gone: proven");
    relay.cut();
    // The guard goes another way.
    stage.is_as_before(&before);
    relay.mend();
    let ended = running.end();
    ended.expect(130, &["fault fewer: undone", "fault gone: undone", "the lease was deleted"]);
    stage.is_as_before(&before);
}
