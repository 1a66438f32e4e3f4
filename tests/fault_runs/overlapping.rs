//! Faults on one object at overlapping times.

use crate::stage::{Stage, wait_for};
use k8s_openapi::api::apps::v1::Deployment;
use kube::api::{DeleteParams, ListParams};
use serde_json::Value;
use shakedown::cluster::UNDO_PREFIX;
use support::Running;

/// Two faults on different fields of one Deployment; `fewer` and `worse` begin and end when it is said.
fn both((fewer, lasts): (&str, &str), (worse, goes_on): (&str, &str)) -> String {
    format!(
        "faults:\n  - {{ name: fewer, at: {fewer}, for: {lasts}, scale: {{ deployment: api, replicas: 2 }} }}\n  - {{ \
         name: worse, at: {worse}, for: {goes_on}, bad_rollout: {{ deployment: api, image: no.such/image:1 }} }}\n"
    )
}

/// The faults whose notes the Deployment carries.
fn noted(stage: &Stage) -> Vec<String> {
    let deployment = stage.block_on(stage.cluster.api::<Deployment>().get("api")).unwrap();
    let notes = deployment.metadata.annotations.unwrap_or_default().into_iter();
    let fault =
        |text: String| serde_json::from_str::<Value>(&text).unwrap()["fault"].as_str().unwrap().to_owned();
    let mut faults: Vec<String> =
        notes.filter(|(key, _)| key.starts_with(UNDO_PREFIX)).map(|(_, text)| fault(text)).collect();
    faults.sort();
    faults
}

fn carries(stage: &Stage, faults: &[&str]) {
    wait_for(|| noted(stage) == faults, || format!("{:?}, not {faults:?}", noted(stage)));
}

#[test]
fn two_faults_on_one_object_are_taken_back_in_either_order() {
    let stage = Stage::new();
    let before = stage.state();
    for (fewer, worse, first) in
        [(("1s", "9s"), ("3s", "3s"), "worse"), (("1s", "5s"), ("3s", "7s"), "fewer")]
    {
        let running = stage.program.start_scenario(&stage.scenario(12, &both(fewer, worse)));
        carries(&stage, &["fewer", "worse"]);
        running.says(&format!("fault {first}: undone"));
        carries(&stage, if first == "worse" { &["fewer"] } else { &["worse"] });
        let ended = running.end();
        for fault in 0..2 {
            assert_eq!(
                stage.phases(fault),
                ["planned", "injected", "proven", "undoing", "undone"],
                "{ended}"
            );
        }
        stage.is_as_before(&before);
    }
}

/// A run that was killed when both faults stood.
fn killed(stage: &Stage) {
    let running: Running =
        stage.program.start_scenario(&stage.scenario(600, &both(("1s", "1h"), ("2s", "1h"))));
    carries(stage, &["fewer", "worse"]);
    running.kill();
    assert_eq!(running.end().code, None);
}

#[test]
fn each_of_the_two_is_recovered_also_from_its_note_alone() {
    let stage = Stage::new();
    let before = stage.state();
    killed(&stage);
    stage.until(0, &["recover", "--context", "playground", "-n", "shop"]);
    stage.is_as_before(&before);

    killed(&stage);
    let maps = stage.cluster.api::<k8s_openapi::api::core::v1::ConfigMap>();
    let journals = ListParams::default().labels("shakedown.dev/journal");
    stage.block_on(maps.delete_collection(&DeleteParams::default(), &journals)).unwrap();
    let recovered = stage.until(0, &["recover", "--context", "playground", "-n", "shop"]);
    assert!(recovered.out.contains("restore /spec/replicas of Deployment/api: done"), "{recovered}");
    stage.is_as_before(&before);
}

#[test]
fn one_field_is_for_one_fault_at_a_time() {
    let stage = Stage::new();
    let before = stage.state();
    let gone = "{ name: gone, at: 1s, for: 2s, service_blackhole: { service: api } }";
    for (second, code) in [("3s", 2), ("5s", 0)] {
        let slow =
            format!("{{ name: slow, at: {second}, for: 1s, network: {{ service: api, latency: 20ms }} }}");
        let scenario = stage.scenario(9, &format!("faults:\n  - {gone}\n  - {slow}\n"));
        let ended = stage.program.scenario(&scenario);
        if code == 0 {
            assert_eq!(stage.phases(1).last().map(String::as_str), Some("undone"), "{ended}");
        } else {
            ended.expect(
                2,
                &[
                    "faults gone and slow would both change /spec/selector of Service/api",
                    "let one of them end",
                ],
            );
            stage.program.write("s.yaml", &scenario);
            stage.program.run(&["plan", "s.yaml"]).expect(2, &["would both change /spec/selector"]);
        }
        stage.is_as_before(&before);
    }
}
