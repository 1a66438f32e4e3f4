//! Runs that are ended early, by people, by what they see, or by the loss of the API server.

use crate::stage::Stage;
use k8s_openapi::api::coordination::v1::Lease;
use kube::api::DeleteParams;
use std::time::Duration;
use support::Program;

const FEWER: &str = "faults: [{ name: fewer, at: 1s, for: 10m, scale: { deployment: api, replicas: 1 } }]";

#[test]
fn ctrl_c_takes_the_fault_back() {
    let stage = Stage::new();
    let before = stage.state();
    for end in [support::Running::interrupt, support::Running::terminate] {
        let running = stage.program.start_scenario(&stage.scenario(600, FEWER));
        running.says("fault fewer: injected");
        end(&running);
        let ended = running.end();
        ended.expect(130, &["the faults are taken back", "fault fewer: undone"]);
        assert_eq!(ended.report().text("/run/ending"), "interrupted");
        stage.is_as_before(&before);
    }
}

#[test]
fn a_closed_terminal_takes_the_fault_back_though_nobody_reads_any_more() {
    let stage = Stage::new();
    let before = stage.state();
    // The disk of the log is full, and standard output is a pipe that nobody reads.
    let shell =
        r#"mkfifo gone; exec 3<>gone 4>gone 3<&-; exec env --default-signal=HUP "$@" >&4 4>&- 2>/dev/full"#;
    let program = Program::at(env!("CARGO_BIN_EXE_shakedown")).with("KUBECONFIG", &stage.kubeconfig);
    let program = program.through(["sh", "-c", shell, "sh"]);
    program.write("s.yaml", stage.scenario(600, FEWER));
    let running = program.start(&["run", "s.yaml", "--out", "runs"]);
    stage.replicas_become(1);
    running.hang_up();
    let ended = running.end();
    assert_eq!(ended.code, Some(130), "{ended}");
    stage.is_as_before(&before);
}

#[test]
fn a_history_that_cannot_be_written_any_more_ends_the_run_and_its_faults() {
    let stage = Stage::new();
    let before = stage.state();
    // No file may grow beyond 32 KiB.
    let shell = r#"trap '' XFSZ; ulimit -f 64; exec "$@""#;
    let program = Program::at(env!("CARGO_BIN_EXE_shakedown")).with("KUBECONFIG", &stage.kubeconfig);
    let program = program.through(["sh", "-c", shell, "sh"]);
    let ended = program.scenario(&stage.scenario(600, FEWER));
    ended.expect(
        3,
        &[
            "fault fewer: injected",
            "the run stops here, and the faults are taken back",
            "fault fewer: undone",
        ],
    );
    stage.is_as_before(&before);
}

#[test]
fn ctrl_c_before_the_load_gives_back_what_is_held() {
    let stage = Stage::new();
    let before = stage.state();
    // An account without rights: the run waits for a guard that cannot read the journal.
    stage.apply("{apiVersion: v1, kind: ServiceAccount, metadata: {name: shakedown-guard}}");
    let scenario = stage.scenario_of(600, "context: playground, namespace: shop", FEWER);
    for end in [support::Running::interrupt, support::Running::terminate] {
        let running = stage.program.start_scenario(&scenario);
        running.waits_for("a guard", || stage.traces().iter().any(|name| name.ends_with("-guard")));
        end(&running);
        running.end().expect(
            130,
            &["stopping: before the load begins", "interrupted before the load began; nothing was"],
        );
        assert_eq!(stage.program.saved(), [""; 0], "no run was begun");
        stage.is_as_before(&before);
    }
    // While it only looks, nothing is held.
    stage.playground.stop();
    let running = stage.program.start_scenario(&scenario);
    running.says("faults go to namespace shop");
    running.interrupt();
    running.end().expect(130, &["interrupted before the load began"]);
    stage.playground.go_on();
    stage.is_as_before(&before);
}

#[test]
fn a_deleted_lease_ends_the_run_and_its_faults() {
    let stage = Stage::new();
    let before = stage.state();
    let running = stage.program.start_scenario(&stage.scenario(600, FEWER));
    running.says("fault fewer: injected");
    let leases = stage.cluster.api::<Lease>();
    stage.block_on(leases.delete("shakedown", &DeleteParams::default())).unwrap();
    let ended = running.end();
    ended.expect(130, &["fault fewer: undone", "the lease was deleted"]);
    assert_eq!(ended.report().text("/run/ending"), "aborted");
    stage.is_as_before(&before);
}

#[test]
fn a_condition_ends_the_run_and_its_faults() {
    let stage = Stage::new();
    let before = stage.state();
    let faults = "faults: [{ name: gone, at: 2s, for: 10m, service_blackhole: { service: api } }]\nabort_when: \
                  error_rate > 50% last 4s";
    let ended = stage.program.scenario(&stage.scenario(600, faults));
    ended.expect(130, &["fault gone: undone", "`abort_when: error_rate > 50% last 4s` came about"]);
    stage.is_as_before(&before);
}

#[test]
fn an_api_server_that_is_away_is_waited_for() {
    let stage = Stage::new();
    let before = stage.state();
    let running = stage.program.start_scenario(&stage.scenario(600, FEWER));
    running.says("fault fewer: injected");
    stage.playground.stop();
    running.interrupt();
    running.says("fault fewer: being undone");
    // Longer than one request may take, so that it fails at least once.
    std::thread::sleep(Duration::from_secs(17));
    stage.playground.go_on();
    running.end().expect(130, &["fault fewer: undone"]);
    stage.is_as_before(&before);
}

#[test]
fn who_leaves_at_once_is_told_what_is_left_and_recovers_it() {
    let stage = Stage::new();
    let before = stage.state();
    let running = stage.program.start_scenario(&stage.scenario(600, FEWER));
    running.says("fault fewer: injected");
    stage.playground.stop();
    running.interrupt();
    running.says("once more to leave at once");
    running.interrupt();
    let ended = running.end();
    stage.playground.go_on();
    ended.expect(
        5,
        &[
            "fewer: restore /spec/replicas of Deployment/api",
            "shakedown recover --context playground -n shop",
        ],
    );
    let recovered = stage.program.run(&["recover", "--context", "playground", "-n", "shop", "--force"]);
    assert_eq!(recovered.code, Some(0), "{recovered}");
    // The lease of who left runs out by itself; recovering without force takes it over.
    stage.until(0, &["recover", "--context", "playground", "-n", "shop"]);
    stage.is_as_before(&before);
}
