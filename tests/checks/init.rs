//! `init`: a first scenario that runs as it is.

use crate::golden::program;
use crate::place::{NAMESPACE, Place};
use std::fs;
use support::{Program, undisturbed};

#[test]
fn the_small_one_runs_against_the_demo_shop_and_overwrites_nothing() {
    let program = program();
    program.run(&["init"]).expect(0, &[]);
    program.run(&["check", "shakedown.yaml"]).expect(0, &[]);
    program.run(&["init"]).expect(2, &["shakedown.yaml is there already"]);
    let shop = Program::at(env!("CARGO_BIN_EXE_shakedown"));
    let running = shop.start(&["shop", "--listen", "127.0.0.1:0"]);
    let said = running.says("; Ctrl-C ends it");
    let url = said.split_once("listens on ").unwrap().1.split(';').next().unwrap();
    undisturbed(|| program.run(&["run", "shakedown.yaml", "--target", url]))
        .expect(0, &["check it answers: ok"]);
    running.terminate();
    running.end().expect(0, &[]);
}

#[test]
fn where_nothing_is_no_scenario_is_drafted() {
    let place = Place::new("");
    let api_server = "---
apiVersion: v1
kind: Service
metadata: { name: kubernetes, namespace: default }
spec: { ports: [{ name: https, port: 443 }] }
";
    place.apply(api_server);
    for (namespace, code, words) in [
        ("elsewhere", 4, "there is no namespace `elsewhere`"),
        (NAMESPACE, 2, "namespace shop has nothing that a scenario could be drafted from"),
        ("default", 2, "Service kubernetes leads to the API server: nothing was made of it"),
    ] {
        let draft =
            ["init", "--from-cluster", "-n", namespace, "--kubeconfig", &place.kubeconfig, "-o", "d.yaml"];
        place.program.run(&draft).expect(code, &[words]);
        assert!(!place.program.folder().join("d.yaml").exists(), "{namespace}");
    }
}

#[test]
fn a_draft_of_the_demo_shop_is_right_and_passes_unedited() {
    let parts = ["1-services", "2-store", "3-api"]
        .map(|name| fs::read_to_string(format!("playground/manifests/shop/{name}.yaml")).unwrap());
    let place = Place::new(&parts.join("\n---\n"));
    place
        .smoke(
            "  - eventually: 90s\n    rollout: { deployment: api }
  - eventually: 90s\n    rollout: { statefulset: store }\n",
        )
        .expect(0, &[]);
    let program = &place.program;
    let draft =
        ["init", "--from-cluster", "-n", NAMESPACE, "--kubeconfig", &place.kubeconfig, "-o", "d.yaml"];
    program.run(&draft).expect(0, &["d.yaml is written"]);
    let text = program.read("d.yaml");
    for part in [
        "rollout: { deployment: api }",
        "rollout: { statefulset: store }",
        "endpoints: { service: api, ready: 2 }",
        "pdb: { name: api }",
        "http: { get: /ready }",
        "pod_kill: { pods: app=api, count: 1, leave: 1 }",
        "db_outage: { service: store }",
        "error_rate < 1% before kill-one-of-api",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    program.run(&["check", "d.yaml"]).expect(0, &[]);
    // What its comment says of the guard is so.
    assert!(!program.run(&["rbac", "d.yaml"]).out.contains("name: shakedown-guard"), "{text}");
    program.write("guarded.yaml", text.replace("    guard: off\n", ""));
    assert!(program.run(&["rbac", "guarded.yaml"]).out.contains("name: shakedown-guard"), "{text}");
    let ended = undisturbed(|| program.run(&["run", "d.yaml"]));
    assert_eq!(ended.code, Some(0), "{text}\n{ended}");
}
