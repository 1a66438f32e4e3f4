//! The same with kubectl, where it is installed.

use crate::stage::Stage;
use crate::story::{PATIENCE, eventually};
use std::io::Write as _;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::Command;
use tokio::time::timeout;

/// `kubectl`, or nothing, said aloud, where there is none.
fn kubectl(stage: &Stage, args: &[&str]) -> Option<Command> {
    let found = std::process::Command::new("kubectl").args(["version", "--client"]).output();
    if !found.is_ok_and(|output| output.status.success()) {
        let _ = writeln!(std::io::stderr(), "SKIPPED: there is no kubectl on this machine");
        return None;
    }
    let mut command = Command::new("kubectl");
    command.arg("--kubeconfig").arg(&stage.kubeconfig).args(args).kill_on_drop(true);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Some(command)
}

/// Runs it with an input; the exit code and both outputs.
async fn finish(mut command: Command, input: &str) -> (Option<i32>, String, String) {
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).await.unwrap();
    drop(stdin);
    let output = timeout(PATIENCE, child.wait_with_output()).await.unwrap().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[tokio::test]
async fn kubectl_runs_commands() {
    let stage = Stage::new().await;
    stage.running("p", "exec sleep 1000").await;
    for (args, input, code, out, err) in [
        (&["exec", "p", "--", "echo", "hello"][..], "", 0, "hello\n", ""),
        (&["exec", "p", "--", "sh", "-c", "echo no >&2; exit 7"], "", 7, "", "no\n"),
        (&["exec", "-i", "p", "--", "cat"], "through\n", 0, "through\n", ""),
        (&["exec", "-i", "p", "-c", "sh", "--", "wc", "-c"], "12345", 0, "5\n", ""),
        (&["exec", "p", "--", "no-such"], "", 1, "", "executable file not found"),
        (&["exec", "p", "-c", "x", "--", "true"], "", 1, "", "container x is not valid for pod p"),
    ] {
        let Some(command) = kubectl(&stage, args) else { return };
        let (found, stdout, stderr) = finish(command, input).await;
        assert_eq!((found, stdout.as_str()), (Some(code), out), "{args:?}: {stderr}");
        assert!(stderr.contains(err), "{args:?}: {stderr}");
    }
}

#[tokio::test]
async fn kubectl_follows_a_log() {
    let stage = Stage::new().await;
    stage.running("p", "i=0; while true; do echo line $i; i=$((i+1)); sleep 0.05; done").await;
    let Some(mut command) = kubectl(&stage, &["logs", "-f", "p"]) else { return };
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for index in 0..20 {
        let line = timeout(PATIENCE, lines.next_line()).await.unwrap().unwrap().unwrap();
        assert_eq!(line, format!("line {index}"));
    }
    child.kill().await.unwrap();
    for (args, lines) in
        [(&["logs", "p", "--tail=3"][..], 3), (&["logs", "p", "--timestamps", "--tail=1"], 1)]
    {
        eventually("the last lines", async || {
            let (code, out, _) = finish(kubectl(&stage, args).unwrap(), "").await;
            code == Some(0) && out.lines().count() == lines
        })
        .await;
    }
}
