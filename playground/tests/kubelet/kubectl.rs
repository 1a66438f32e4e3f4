//! The same with every kubectl that there is: new ones speak over a WebSocket, old ones over SPDY.

use crate::stage::Stage;
use crate::story::{PATIENCE, eventually, lives};
use std::process::Stdio;
use support::{Kubectl, kubectls};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::Command;
use tokio::time::timeout;

fn command(kubectl: &Kubectl, stage: &Stage, args: &[&str]) -> Command {
    let mut command = Command::new(&kubectl.program);
    command.arg("--kubeconfig").arg(&stage.kubeconfig).args(args).kill_on_drop(true);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs it with an input; the exit code and both outputs.
async fn finish(mut command: Command, input: &str) -> (Option<i32>, String, String) {
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let write = async move { stdin.write_all(input.as_bytes()).await.unwrap() };
    let ended = async { tokio::join!(write, child.wait_with_output()).1 };
    let output = timeout(PATIENCE, ended).await.unwrap().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[tokio::test]
async fn kubectl_runs_commands() {
    let stage = Stage::new().await;
    stage.running("p", "exec sleep 1000").await;
    let large = "x".repeat(1 << 20);
    for kubectl in kubectls() {
        for (args, input, code, out, err) in [
            (&["exec", "p", "--", "echo", "hello"][..], "", 0, "hello\n", ""),
            (&["exec", "p", "--", "sh", "-c", "echo no >&2; exit 7"], "", 7, "", "no\n"),
            (&["exec", "-i", "p", "--", "cat"], "through\n", 0, "through\n", ""),
            (&["exec", "-i", "p", "-c", "sh", "--", "wc", "-c"], &large, 0, "1048576\n", ""),
            (&["exec", "-i", "p", "--", "cat"], &large, 0, &large, ""),
            (&["exec", "p", "--", "no-such"], "", 1, "", "executable file not found"),
            (&["exec", "p", "-c", "x", "--", "true"], "", 1, "", "container x is not valid for pod p"),
            (&["exec", "other", "--", "true"], "", 1, "", "pods \"other\" not found"),
        ] {
            let (found, stdout, stderr) = finish(command(&kubectl, &stage, args), input).await;
            assert_eq!(found, Some(code), "{args:?}: {stderr}");
            assert!(stdout == out, "{args:?}: {} bytes, not {}", stdout.len(), out.len());
            assert!(stderr.contains(err), "{args:?}: {stderr}");
        }
    }
}

#[tokio::test]
async fn a_command_ends_with_its_kubectl() {
    let stage = Stage::new().await;
    stage.running("p", "exec sleep 1000").await;
    for kubectl in kubectls() {
        let script = "echo $$; exec sleep 1000";
        let mut child = command(&kubectl, &stage, &["exec", "p", "--", "sh", "-c", script]).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let pid = timeout(PATIENCE, lines.next_line()).await.unwrap().unwrap().unwrap().parse().unwrap();
        assert!(lives(pid));
        child.kill().await.unwrap();
        eventually("the command is gone", async || !lives(pid)).await;
    }
}

#[tokio::test]
async fn kubectl_follows_a_log() {
    let stage = Stage::new().await;
    stage.running("p", "i=0; while true; do echo line $i; i=$((i+1)); sleep 0.05; done").await;
    for kubectl in kubectls() {
        let mut child = command(&kubectl, &stage, &["logs", "-f", "p"]).spawn().unwrap();
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
                let (code, out, _) = finish(command(&kubectl, &stage, args), "").await;
                code == Some(0) && out.lines().count() == lines
            })
            .await;
        }
    }
}
