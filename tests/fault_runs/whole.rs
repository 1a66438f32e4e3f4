//! Runs that go to their end.

use crate::stage::{Stage, wait_for};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use kube::api::{Patch, PatchParams};
use serde_json::{Value, json};
use shakedown::cluster::UNDO_PREFIX;
use support::undisturbed;

#[test]
fn a_pod_that_is_killed_under_load_is_told_proven_and_judged() {
    let stage = Stage::new();
    let before = stage.state();
    let faults = "faults: [{ name: kill-one, at: 2s, pod_kill: { pods: app=api, count: 1 } }]\ngates: [error_rate < 50% \
                  during kill-one, error_rate < 50%]";
    let ended = undisturbed(|| stage.program.scenario(&stage.scenario(10, faults)));
    ended.expect(0, &["faults go to namespace shop of context playground", "fault kill-one: proven"]);
    assert_eq!(stage.phases(0), ["planned", "injected", "proven"]);
    let report = ended.report();
    assert_eq!(report.text("/gates/0/status"), "pass");

    let events = stage.events();
    let changes: Vec<&Value> =
        events.iter().map(|event| &event["kind"]["cluster"]).filter(|one| one.is_object()).collect();
    let told = |kind: &str, words: &str| {
        changes.iter().any(|one| one["kind"] == kind && one.to_string().contains(words))
    };
    assert!(told("Pod", "deleted") && told("Pod", "added"), "{changes:#?}");
    assert!(told("EndpointSlice", "2 of"), "{changes:#?}");
    assert!(told("Event", "pod_kill injected (fault kill-one)"), "{changes:#?}");
    let mut last = 0;
    for event in &events {
        if event["kind"]["fault"].is_object() {
            let at = event["at"].as_u64().unwrap();
            assert!(at >= last && at >= 2_000_000, "{event}");
            last = at;
        }
    }
    stage.is_as_before(&before);
}

#[test]
fn a_fault_lasts_from_its_injection_however_long_that_took() {
    let stage = Stage::new();
    let before = stage.state();
    // A Pod has to come up before it acts.
    let faults = "faults: [{ name: slow, at: 1s, for: 2s, network: { service: api, latency: 20ms } }]";
    let running = stage.program.start_scenario(&stage.scenario(120, faults));
    running.says("fault slow: undone");
    running.terminate();
    running.end().expect(130, &["fault slow: proven"]);
    let told = |phase: &str| {
        let events = stage.events();
        let event = events.iter().find(|event| event["kind"]["fault"]["phase"] == phase);
        event.and_then(|event| event["at"].as_u64()).unwrap()
    };
    assert!(told("undoing") >= told("injected") + 2_000_000, "{:?}", stage.phases(0));
    stage.is_as_before(&before);
}

#[test]
fn faults_overlap_and_are_taken_back_each_at_its_end() {
    let stage = Stage::new();
    let before = stage.state();
    let faults = "faults:\n  - { name: fewer, at: 1s, for: 8s, scale: { deployment: api, replicas: 2 } }\n  - { name: \
                  gone, at: 2s, for: 3s, service_blackhole: { service: api } }\n  - { name: longer, at: 3s, for: 1h, \
                  scale: { statefulset: store, replicas: 0 } }\n";
    let ended = stage.program.scenario(&stage.scenario(11, faults));
    for fault in 0..3 {
        assert_eq!(stage.phases(fault), ["planned", "injected", "proven", "undoing", "undone"], "{ended}");
    }
    let order: Vec<(u64, String)> = stage
        .events()
        .iter()
        .filter_map(|event| {
            let step = event["kind"]["fault"].as_object()?;
            (step["phase"] == "undone").then(|| (step["fault"].as_u64().unwrap(), event["at"].to_string()))
        })
        .collect();
    let faults: Vec<u64> = order.iter().map(|(fault, _)| *fault).collect();
    assert_eq!(faults, [1, 0, 2], "the last one ends with the load: {order:?}");
    stage.is_as_before(&before);
}

#[test]
fn an_eviction_that_a_budget_refuses_is_a_finding_and_the_run_goes_on() {
    let stage = Stage::new();
    let budgets = stage.cluster.api::<PodDisruptionBudget>();
    let strict = Patch::Merge(json!({"spec": {"minAvailable": "100%", "maxUnavailable": null}}));
    stage.block_on(budgets.patch("api", &PatchParams::default(), &strict)).unwrap();
    let allowed = |budget: PodDisruptionBudget| budget.status.and_then(|status| status.disruptions_allowed);
    wait_for(
        || stage.block_on(budgets.get_status("api")).is_ok_and(|budget| allowed(budget) == Some(0)),
        || "the budget allows a disruption".to_owned(),
    );
    let before = stage.state();
    let faults = "faults: [{ name: ask, at: 1s, evict: { pods: app=api, count: 1 } }]";
    let ended = undisturbed(|| stage.program.scenario(&stage.scenario(4, faults)));
    assert_eq!(stage.phases(0), ["planned", "protected"], "{ended}");
    ended.expect(0, &["fault ask: PROTECTED", "fault ask: the cluster kept it from happening"]);
    let told = stage.events();
    let step = told.iter().map(|event| &event["kind"]["fault"]).find(|step| step["phase"] == "protected");
    assert!(step.unwrap().to_string().contains("disruption budget"), "{step:?}");
    stage.is_as_before(&before);
}

#[test]
fn the_guard_is_nobodys_victim() {
    let stage = Stage::new();
    let before = stage.state();
    let faults = "faults:\n  - { name: fewer, at: 1s, for: 1h, scale: { deployment: api, replicas: 2 } }\n  - { name: \
                  everybody, at: 2s, pod_kill: { pods: app!=nobody } }\n";
    let guarded = stage.scenario_of(12, "context: playground, namespace: shop", faults);
    stage.program.write("s.yaml", &guarded);
    stage.apply(&stage.program.run(&["rbac", "s.yaml"]).out);
    let ended = stage.program.scenario(&guarded);
    assert_eq!(stage.phases(1), ["planned", "injected", "proven"], "{ended}");
    let events = stage.events();
    let injected = events
        .iter()
        .map(|event| &event["kind"]["fault"])
        .find(|step| step["fault"] == 1 && step["phase"] == "injected");
    let injected = injected.unwrap().to_string();
    assert!(injected.contains("Pod/store-") && !injected.contains("-guard"), "{injected}");
    stage.is_as_before(&before);
}

#[test]
fn a_foreign_change_is_told_and_not_overwritten() {
    let stage = Stage::new();
    let faults = "faults: [{ name: fewer, at: 1s, for: 4s, scale: { deployment: api, replicas: 1 } }]";
    let running = stage.program.start_scenario(&stage.scenario(8, faults));
    running.says("fault fewer: injected");
    let patch = Patch::Merge(json!({"spec": {"replicas": 2}}));
    let deployments = stage.cluster.api::<Deployment>();
    stage.block_on(deployments.patch("api", &PatchParams::default(), &patch)).unwrap();
    let ended = running.end();
    assert!(ended.err.contains("/spec/replicas is now 2"), "{ended}");
    assert!(stage.phases(0).contains(&"overtaken".to_owned()), "{ended}");
    stage.replicas_become(2);
    let deployment = stage.block_on(deployments.get("api")).unwrap();
    let notes = deployment.metadata.annotations.unwrap_or_default();
    assert!(!notes.keys().any(|key| key.starts_with(UNDO_PREFIX)), "our own note goes all the same");
    assert_eq!(stage.traces(), [""; 0]);
}

#[test]
fn a_plan_names_the_victims_and_changes_nothing() {
    let stage = Stage::new();
    let before = stage.state();
    stage
        .program
        .write("s.yaml", stage.scenario(5, "faults: [{ at: 1s, pod_kill: { pods: app=api, count: 1 } }]"));
    let planned = stage.program.run(&["plan", "s.yaml"]);
    planned.expect(0, &[]);
    for words in [
        "hits    Pod/api-",
        "does    delete Pod/api-",
        "undo    none",
        "proof   the Pods are gone",
        "delete pods in namespace shop",
    ] {
        assert!(planned.out.contains(words), "no `{words}` in {planned}");
    }
    let offline = stage.program.run(&["plan", "s.yaml", "--offline"]);
    assert!(!offline.out.contains("hits") && offline.out.contains("pod_kill (pod_kill) at 1s"), "{offline}");
    stage.is_as_before(&before);
}
