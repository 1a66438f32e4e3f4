//! Runs that do not begin: nothing is sent, nothing is changed, and the message says what to do.

use crate::stage::{SHOP, Stage};
use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{DeleteParams, PostParams};
use serde_json::json;
use support::undisturbed;

const KILL: &str = "faults: [{ name: kill-one, at: 1s, pod_kill: { pods: app=api, count: 1 } }]";

#[test]
fn each_refusal_has_its_message_and_its_code() {
    let stage = Stage::without_consent();
    let before = stage.state();
    let own = "context: playground, namespace: shop, guard: off";
    let none = "faults: [{ at: 1s, pod_kill: { pods: app=nobody } }]";
    let unguarded = "faults: [{ at: 1s, for: 1s, scale: { deployment: api, replicas: 1 } }]";
    for (kubernetes, faults, yes, code, words) in [
        (own, KILL, false, 4, "`shop` does not consent to faults"),
        ("context: playground, namespace: elsewhere", KILL, true, 4, "there is no namespace `elsewhere`"),
        ("context: playground, namespace: kube-system", KILL, true, 4, "is never touched"),
        ("context: playground, namespace: default", KILL, true, 4, "`--yes` is not enough"),
        ("context: production, namespace: shop", KILL, true, 4, "production"),
        (own, none, true, 2, "nothing to hit: no Pods with app=nobody"),
        ("context: playground, namespace: shop", unguarded, true, 4, "no service account `shakedown-guard`"),
    ] {
        stage.program.write("s.yaml", stage.scenario_of(3, kubernetes, faults));
        let mut args = vec!["run", "s.yaml", "--out", "runs"];
        args.extend(yes.then_some("--yes"));
        stage.program.run(&args).expect(code, &[words, "nothing was changed and nothing was sent"]);
        assert_eq!(stage.program.saved(), [""; 0], "no run was begun");
        stage.is_as_before(&before);
    }
}

#[test]
fn a_namespace_that_is_not_there_has_not_been_left_clean() {
    let stage = Stage::new();
    for more in [&["--dry-run"][..], &[], &["--force"]] {
        let ended = stage.program.run(&[&["recover", "-n", "elsewhere"], more].concat());
        ended.expect(4, &["there is no namespace `elsewhere` in the cluster of context `playground`"]);
        assert!(!ended.out.contains("nothing"), "{ended}");
    }
}

#[test]
fn a_namespace_in_use_is_left_alone() {
    let stage = Stage::new();
    let before = stage.state();
    let lease: Lease = serde_json::from_value(json!({"metadata": {"name": "shakedown"}, "spec": {
        "holderIdentity": "somebody", "leaseDurationSeconds": 15,
        "renewTime": jiff::Timestamp::now().to_string().replace('Z', "").get(..26).map(|text| format!("{text}Z"))}}))
    .unwrap();
    let leases = stage.cluster.api::<Lease>();
    stage.block_on(leases.create(&PostParams::default(), &lease)).unwrap();
    let ended = stage.program.scenario(&stage.scenario(3, KILL));
    ended.expect(3, &["run somebody is at work in namespace shop", "kubectl -n shop delete lease shakedown"]);
    stage.block_on(leases.delete("shakedown", &DeleteParams::default())).unwrap();
    stage.is_as_before(&before);
}

#[test]
fn the_printed_role_is_enough_and_one_verb_less_is_named() {
    let stage = Stage::new();
    let before = stage.state();
    stage.program.write("s.yaml", stage.scenario(5, KILL));
    let printed = stage.program.run(&["rbac", "s.yaml"]);
    printed.expect(0, &[]);
    stage.apply(&printed.out);
    let kubeconfig = stage.kubeconfig_of("shakedown");
    let scenario = stage.scenario_of(
        5,
        &format!("context: playground, namespace: {SHOP}, guard: off, kubeconfig: '{kubeconfig}'"),
        KILL,
    );
    undisturbed(|| stage.program.scenario(&scenario)).expect(0, &["fault kill-one: proven"]);

    let (head, rest) = printed.out.split_once("resources: [pods]").unwrap();
    let less = format!("{head}resources: [pods]{}", rest.replacen("delete, ", "", 1));
    assert_ne!(less, printed.out, "{printed}");
    stage.apply(&less);
    let ended = stage.program.scenario(&scenario);
    ended.expect(4, &["must not delete pods in namespace shop", "shakedown rbac SCENARIO"]);
    stage.is_as_before(&before);
}

#[test]
fn a_guard_that_could_not_take_everything_back_is_none() {
    let stage = Stage::new();
    let before = stage.state();
    let guarded = "context: playground, namespace: shop";
    let fewer = "faults: [{ at: 1s, for: 1s, scale: { deployment: api, replicas: 1 } }]";
    let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: shakedown-guard }\n";
    stage.apply(account);
    let ended = stage.program.scenario(&stage.scenario_of(3, guarded, fewer));
    ended.expect(
        4,
        &["does not read the journal: it says `cannot look for journals: configmaps is forbidden"],
    );
    stage.is_as_before(&before);

    // The role of yesterday's scenario.
    let gone = "faults: [{ at: 1s, for: 1s, service_blackhole: { service: api } }]";
    stage.program.write("s.yaml", stage.scenario_of(3, guarded, gone));
    stage.apply(&stage.program.run(&["rbac", "s.yaml"]).out);
    let ended = stage.program.scenario(&stage.scenario_of(3, guarded, fewer));
    let lacks = "its account `shakedown-guard` must not get deployments.apps in namespace shop, nor";
    ended.expect(
        4,
        &["the guard cannot be started", lacks, "nor patch deployments.apps in namespace shop, nor"],
    );
    stage.is_as_before(&before);
    stage
        .program
        .scenario(&stage.scenario_of(4, guarded, gone))
        .expect(0, &["fault service_blackhole: undone"]);
    stage.is_as_before(&before);
}

#[test]
fn a_journal_without_entries_stands_for_nothing() {
    let stage = Stage::new();
    let before = stage.state();
    let map: ConfigMap = serde_json::from_value(json!({"metadata": {"name": "shakedown-old",
        "labels": {"shakedown.dev/journal": "true", "shakedown.dev/run": "old"}}}))
    .unwrap();
    stage.block_on(stage.cluster.api::<ConfigMap>().create(&PostParams::default(), &map)).unwrap();
    undisturbed(|| stage.program.scenario(&stage.scenario(8, KILL))).expect(0, &["fault kill-one: proven"]);
    stage.is_as_before(&before);
}
