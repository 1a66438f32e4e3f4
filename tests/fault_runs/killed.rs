//! Runs that are killed and can do nothing about it any more.

use crate::stage::Stage;
use support::undisturbed;

const FAULTS: &str = "faults:\n  - { name: fewer, at: 1s, for: 10m, scale: { deployment: api, replicas: 1 } }\n  - { \
                      name: gone, at: 2s, for: 10m, service_blackhole: { service: api } }\n";

#[test]
fn what_a_killed_run_left_is_recovered_by_hand() {
    let stage = Stage::new();
    let before = stage.state();
    let running = stage.program.start_scenario(&stage.scenario(600, FAULTS));
    running.says("fault gone: injected");
    running.kill();
    assert_eq!(running.end().code, None);
    // As long as its lease lives the run might as well.
    let scenario = stage.scenario(3, "faults: [{ at: 1s, pod_kill: { pods: app=api, count: 1 } }]");
    stage.program.scenario(&scenario).expect(3, &["is at work in namespace shop"]);
    stage.program.write("s.yaml", &scenario);
    let dirty = stage.until(5, &["run", "s.yaml", "--out", "runs"]);
    dirty.expect(5, &["shakedown recover --context playground -n shop", "nothing was changed"]);
    // Not that there is one replica already: that is the dead run's doing.
    stage.program.write("s.yaml", stage.scenario(3, FAULTS));
    for command in [&["run", "s.yaml", "--out", "runs"][..], &["plan", "s.yaml"]] {
        stage.program.run(command).expect(5, &["died in namespace shop", "nothing was changed"]);
    }
    stage.replicas_become(1);

    let here = ["recover", "--context", "playground", "-n", "shop"];
    let foreseen = stage.program.run(&[&here[..], &["--dry-run"]].concat());
    foreseen.expect(0, &[]);
    assert!(
        foreseen.out.contains("would restore /spec/replicas of Deployment/api (fault fewer)"),
        "{foreseen}"
    );
    stage.replicas_become(1);
    let recovered = stage.program.run(&here);
    recovered.expect(0, &[]);
    assert!(recovered.out.contains("restore /spec/selector of Service/api: done"), "{recovered}");
    stage.is_as_before(&before);
    let again = stage.program.run(&here);
    again.expect(0, &[]);
    let next = stage.scenario(8, "faults: [{ at: 1s, pod_kill: { pods: app=api, count: 1 } }]");
    undisturbed(|| stage.program.scenario(&next)).expect(0, &[]);
}

#[test]
fn what_a_killed_run_left_is_taken_back_by_its_guard() {
    let stage = Stage::new();
    let before = stage.state();
    let guarded = stage.scenario_of(600, "context: playground, namespace: shop", FAULTS);
    stage.program.write("s.yaml", &guarded);
    let printed = stage.program.run(&["rbac", "s.yaml"]);
    stage.apply(&printed.out);
    let running = stage.program.start_scenario(&guarded);
    running.says("fault gone: injected");
    assert!(stage.traces().iter().any(|name| name.ends_with("-guard")), "{:?}", stage.traces());
    running.kill();
    assert_eq!(running.end().code, None);
    stage.is_as_before(&before);
}

#[test]
fn a_command_of_this_machine_is_left_by_the_guard_for_recover() {
    let stage = Stage::new();
    let before = stage.state();
    let undone = stage.program.folder().join("undone");
    let faults = format!(
        "faults:\n  - {{ name: here, at: 500ms, for: 10m, command: {{ run: ['true'], undo: [touch, '{}'] }} }}\n  - {{ \
         name: fewer, at: 1s, for: 10m, scale: {{ deployment: api, replicas: 1 }} }}\n",
        undone.display()
    );
    let guarded = stage.scenario_of(600, "context: playground, namespace: shop", &faults);
    stage.program.write("s.yaml", &guarded);
    stage.apply(&stage.program.run(&["rbac", "s.yaml"]).out);
    let warning = "the guard cannot run its undo `touch ";
    let planned = stage.program.run(&["plan", "s.yaml"]);
    assert!(planned.out.contains(warning), "{planned}");
    let running = stage.program.start_scenario(&guarded);
    assert!(running.says("fault fewer: injected").contains(warning));
    running.kill();
    assert_eq!(running.end().code, None);
    stage.replicas_become(3);
    let here = ["recover", "--context", "playground", "-n", "shop"];
    let foreseen = stage.program.run(&[&here[..], &["--dry-run"]].concat());
    assert!(
        foreseen.out.contains("would run touch"),
        "what the guard cannot do stays written down: {foreseen}"
    );
    assert!(!undone.exists(), "the guard has not run it");
    stage.until(0, &here);
    assert!(undone.exists());
    stage.is_as_before(&before);
}

#[test]
fn a_note_on_an_object_is_enough_when_the_journal_is_gone() {
    use k8s_openapi::api::core::v1::ConfigMap;
    use kube::api::{DeleteParams, ListParams};
    let stage = Stage::new();
    let before = stage.state();
    let running = stage.program.start_scenario(&stage.scenario(600, FAULTS));
    running.says("fault gone: injected");
    running.kill();
    assert_eq!(running.end().code, None);
    let journals = ListParams::default().labels(shakedown::cluster::RUN_LABEL);
    let maps = stage.cluster.api::<ConfigMap>();
    stage.block_on(maps.delete_collection(&DeleteParams::default(), &journals)).unwrap();
    let recovered = stage.until(0, &["recover", "--context", "playground", "-n", "shop"]);
    assert!(recovered.out.contains("restore /spec/selector of Service/api: done"), "{recovered}");
    stage.is_as_before(&before);
}
