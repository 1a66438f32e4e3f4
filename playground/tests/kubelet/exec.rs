//! `pods/exec` with kube.

use crate::stage::{Stage, exit_code, outcome, rest, run};
use crate::story::{BINARY, PATIENCE, eventually, is_ready, lives, pid, server};
use kube::api::AttachParams;
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::time::timeout;

#[tokio::test]
async fn a_command_runs_as_the_container_does_and_its_exit_code_comes_back() {
    let stage = Stage::new().await;
    stage.story.pod("p", {
        let mut spec = crate::story::shell("touch here; exec sleep 1000", "Always");
        spec["containers"][0]["env"] = json!([{"name": "COLOUR", "value": "red"}]);
        spec
    });
    stage.story.until("p", is_ready).await;
    let pods = stage.pods().await;
    eventually("the container is in its folder", async || {
        exit_code(&run(&pods, "p", &["test", "-f", "here"]).await.2) == 0
    })
    .await;
    let script = "echo $COLOUR $HOSTNAME; echo no >&2; exit 7";
    let (out, err, status) = run(&pods, "p", &["sh", "-c", script]).await;
    assert_eq!((out.as_str(), err.as_str(), exit_code(&status)), ("red p\n", "no\n", 7));
    let message = status.message.unwrap();
    assert!(message.starts_with("command terminated with non-zero exit code: "), "{message}");
    assert_eq!(exit_code(&run(&pods, "p", &["sh", "-c", "kill -9 $$"]).await.2), 137);
    let (_, _, status) = run(&pods, "p", &["/no/such/program"]).await;
    assert_eq!((status.reason.as_deref(), status.code), (Some("InternalError"), Some(500)));
    assert!(status.message.unwrap().contains("exec: \"/no/such/program\""));
}

#[tokio::test]
async fn a_path_of_a_volume_leads_to_it_as_in_the_manifest() {
    let stage = Stage::new().await;
    stage.story.pod("p", {
        let mut spec = crate::story::shell("", "Always");
        spec["containers"][0]["args"] = json!(["-c", "touch \"$0\"; exec sleep 1000", "/data/here"]);
        spec["containers"][0]["volumeMounts"] = json!([{"name": "v", "mountPath": "/data"}]);
        spec["volumes"] = json!([{"name": "v", "emptyDir": {}}]);
        spec
    });
    stage.story.until("p", is_ready).await;
    let pods = stage.pods().await;
    eventually("the file is there", async || {
        exit_code(&run(&pods, "p", &["test", "-f", "/data/here"]).await.2) == 0
    })
    .await;
    assert_eq!(exit_code(&run(&pods, "p", &["test", "-f", "/data/nowhere"]).await.2), 1);
}

#[tokio::test]
async fn the_input_goes_in_and_ends() {
    let stage = Stage::new().await;
    stage.running("p", "exec sleep 1000").await;
    let pods = stage.pods().await;
    let with_input = AttachParams::default().stdin(true);
    let mut command = pods.exec("p", ["sha256sum"], &with_input).await.unwrap();
    let mut stdin = command.stdin().unwrap();
    let feed = async move {
        for _ in 0..64 {
            stdin.write_all(&[b'x'; 16 * 1024]).await.unwrap();
        }
        stdin.shutdown().await.unwrap();
    };
    let ((), (out, _, status)) = tokio::join!(feed, outcome(command));
    // A megabyte of x.
    let expected =
        run(&pods, "p", &["sh", "-c", "head -c 1048576 /dev/zero | tr '\\0' x | sha256sum"]).await.0;
    assert_eq!((out, exit_code(&status)), (expected, 0));
    // Without an input, it is at its end at once.
    assert_eq!(run(&pods, "p", &["cat"]).await.0, "");
    // A command may leave its input unread.
    let mut command = pods.exec("p", ["sh", "-c", "exec <&-; echo done; exit 3"], &with_input).await.unwrap();
    let mut stdin = command.stdin().unwrap();
    let flood = tokio::spawn(async move { while stdin.write_all(&[0; 16 * 1024]).await.is_ok() {} });
    let (out, _, status) = outcome(command).await;
    assert_eq!((out.as_str(), exit_code(&status)), ("done\n", 3));
    flood.abort();
}

#[tokio::test]
async fn much_output_arrives_whole() {
    let stage = Stage::new().await;
    stage.running("p", "exec sleep 1000").await;
    let pods = stage.pods().await;
    let (out, err, status) = run(&pods, "p", &["sh", "-c", "seq 1 200000; seq 1 100000 >&2"]).await;
    assert_eq!(exit_code(&status), 0);
    assert_eq!((out.lines().count(), err.lines().count()), (200_000, 100_000));
    assert!(out.ends_with("200000\n") && err.ends_with("100000\n"));
}

/// Starts a command that prints its process id and that of its child and stays, deaf to SIGTERM.
async fn lasting(api: &kube::Api<k8s_openapi::api::core::v1::Pod>) -> (kube::api::AttachedProcess, Vec<u32>) {
    let script = "trap '' TERM HUP; setsid sleep 1000 & echo $$ $!; wait; sleep 1000";
    let mut command = api.exec("p", ["sh", "-c", script], &AttachParams::default()).await.unwrap();
    let mut lines = BufReader::new(command.stdout().unwrap()).lines();
    let line = timeout(PATIENCE, lines.next_line()).await.unwrap().unwrap().unwrap();
    let pids: Vec<u32> = line.split(' ').map(|pid| pid.parse().unwrap()).collect();
    assert!(pids.iter().all(|pid| lives(*pid)), "{pids:?}");
    (command, pids)
}

#[tokio::test]
async fn a_command_ends_when_its_client_goes_away() {
    let stage = Stage::new().await;
    stage.running("p", "exec sleep 1000").await;
    let (command, pids) = lasting(&stage.pods().await).await;
    command.abort();
    drop(command);
    eventually("the command is gone", async || !pids.iter().any(|pid| lives(*pid))).await;
}

#[tokio::test]
async fn a_command_ends_with_its_container() {
    let stage = Stage::new().await;
    let pod = stage.running("p", "exec sleep 1000").await;
    let (mut command, pids) = lasting(&stage.pods().await).await;
    let status = command.take_status().unwrap();
    let main = rustix::process::Pid::from_raw(i32::try_from(pid(&pod)).unwrap()).unwrap();
    rustix::process::kill_process(main, rustix::process::Signal::KILL).unwrap();
    let status = timeout(PATIENCE, status).await.unwrap().unwrap();
    assert_eq!(exit_code(&status), 137);
    eventually("the command is gone", async || !pids.iter().any(|pid| lives(*pid))).await;
}

#[tokio::test]
async fn a_command_ends_with_the_server() {
    let stage = Stage::new().await;
    stage.running("p", "exec sleep 1000").await;
    let (mut command, pids) = lasting(&stage.pods().await).await;
    let stdin = command.stdin();
    stage.server.stop().await;
    eventually("the command is gone", async || !pids.iter().any(|pid| lives(*pid))).await;
    drop(stdin);
}

#[tokio::test]
async fn a_command_beside_a_server_shares_its_files() {
    let stage = Stage::new().await;
    stage.story.pod(
        "p",
        server(json!({"readinessProbe": {"httpGet": {"path": "/ready", "port": 8080}, "periodSeconds": 1}})),
    );
    stage.story.until("p", is_ready).await;
    let pods = stage.pods().await;
    assert_eq!(exit_code(&run(&pods, "p", &["touch", "ready"]).await.2), 0);
    stage.story.until("p", |pod| !is_ready(pod)).await;
    let mut command = pods.exec("p", [BINARY, "bad"], &AttachParams::default()).await.unwrap();
    let mut err = String::new();
    timeout(PATIENCE, command.stderr().unwrap().read_to_string(&mut err)).await.unwrap().unwrap();
    assert!(err.starts_with("playground: use"), "{err}");
    assert_eq!(rest(command.stdout()).await, "");
}
