//! Nodes belong to no namespace. What was done to one, by whom, and whose it is to take back stays known all the same.

use crate::stage::{SHOP, Stage, wait_for};
use k8s_openapi::api::core::v1::{ConfigMap, Event, Node};
use kube::api::{DeleteParams, ListParams, Patch, PatchParams};
use serde_json::json;

const OTHER: &str = "other";

fn recover<'a>(namespace: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["recover", "--context", "playground", "-n", namespace], more].concat()
}

fn node(stage: &Stage) -> Node {
    let nodes = stage.block_on(stage.cluster.api_all::<Node>().list(&ListParams::default())).unwrap();
    nodes.items.into_iter().next().expect("a node")
}

fn is_closed(stage: &Stage) -> bool {
    node(stage).spec.and_then(|spec| spec.unschedulable) == Some(true)
}

#[test]
fn a_node_is_left_to_the_namespace_whose_run_has_changed_it() {
    let stage = Stage::new();
    let before = stage.state();
    stage.block_on(stage.cluster.with_namespace(OTHER).ensure_namespace(&[])).unwrap();
    let name = node(&stage).metadata.name.unwrap();
    let faults =
        format!("faults: [{{ name: closed, at: 1s, for: 10m, cordon: {{ nodes: {{ names: [{name}] }} }} }}]");
    let running = stage.program.start_scenario(&stage.scenario(600, &faults));
    running.says("fault closed: proven");

    for more in [&["--dry-run"][..], &[]] {
        let ended = stage.program.run(&recover(OTHER, more));
        ended.expect(0, &[]);
        let told = format!("of namespace {SHOP} has changed Node/{name} (fault closed): not touched");
        assert!(ended.out.contains(&told), "{ended}");
        assert!(is_closed(&stage), "{ended}");
    }
    let said = || {
        let events = stage.block_on(stage.cluster.api::<Event>().list(&ListParams::default())).unwrap().items;
        events.into_iter().any(|event| {
            let about = (event.involved_object.kind.as_deref(), event.involved_object.name);
            about == (Some("Node"), Some(name.clone()))
                && event.message.is_some_and(|text| text.contains("cordon injected (fault closed)"))
        })
    };
    wait_for(said, || format!("nobody has left a note at {name}"));

    running.kill();
    assert_eq!(running.end().code, None);
    let journals = ListParams::default().labels(shakedown::cluster::RUN_LABEL);
    let maps = stage.cluster.api::<ConfigMap>();
    stage.block_on(maps.delete_collection(&DeleteParams::default(), &journals)).unwrap();
    let recovered = stage.until(0, &recover(SHOP, &[]));
    assert!(
        recovered.out.contains(&format!("restore /spec/unschedulable of Node/{name}: done")),
        "{recovered}"
    );
    assert!(!is_closed(&stage));
    stage.is_as_before(&before);
}

#[test]
fn what_a_namespace_that_is_gone_has_left_is_taken_back_from_any() {
    let stage = Stage::new();
    let before = stage.state();
    let name = node(&stage).metadata.name.unwrap();
    let note = json!({"run": "dead", "fault": "closed", "namespace": "gone",
        "fields": [{"path": "/spec/unschedulable", "before": null, "after": true}]});
    let left = json!({"metadata": {"annotations": {"shakedown.dev/undo-1": note.to_string()}},
        "spec": {"unschedulable": true}});
    let nodes = stage.cluster.api_all::<Node>();
    stage.block_on(nodes.patch(&name, &PatchParams::default(), &Patch::Merge(left))).unwrap();
    let recovered = stage.program.run(&recover(SHOP, &[]));
    recovered.expect(0, &[]);
    let told = format!("run dead: restore /spec/unschedulable of Node/{name}: done");
    assert!(recovered.out.contains(&told), "{recovered}");
    assert!(!is_closed(&stage));
    stage.is_as_before(&before);
}
