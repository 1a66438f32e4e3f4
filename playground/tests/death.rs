//! Nothing of a playground outlives it.
#![expect(clippy::unwrap_used, reason = "part of the tests")]

mod story;

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use story::*;

/// The supervisor, two shells, two sleeps.
const UP: usize = 5;
/// The same, and the Pod's supervisor and its program.
const EXEC: usize = 7;

/// The processes below `root`, itself not among them.
fn descendants(root: u32) -> BTreeSet<u32> {
    let mut parents = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        let stat = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        let parent =
            stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1)?.parse::<u32>().ok());
        parents.extend(parent.map(|parent| (pid, parent)));
    }
    let mut found = BTreeSet::from([root]);
    while let Some((pid, _)) =
        parents.iter().find(|(pid, parent)| found.contains(parent) && !found.contains(pid))
    {
        found.insert(*pid);
    }
    found.remove(&root);
    found
}

/// A playground that starts a program that is deaf to SIGTERM, as is its child: `up` in a Pod of its own, `exec`
/// in a Pod that does something else. All its processes, when there are `count`.
async fn up(how: &str, count: usize) -> (std::process::Child, BTreeSet<u32>) {
    let script = "trap '' TERM HUP INT; (while true; do sleep 1000; done) & while true; do sleep 1000; done";
    let playground =
        Command::new(BINARY).args([how, "/bin/sh", "-c", script]).stdout(Stdio::null()).spawn().unwrap();
    let mut all = BTreeSet::new();
    eventually("the pod runs", async || {
        all = descendants(playground.id());
        all.len() >= count
    })
    .await;
    (playground, all)
}

#[tokio::test]
async fn a_killed_playground_leaves_no_process() {
    let (mut playground, all) = up("up", UP).await;
    playground.kill().unwrap();
    playground.wait().unwrap();
    eventually("all are gone", async || !all.iter().any(|pid| lives(*pid))).await;
}

#[tokio::test]
async fn a_killed_supervisor_takes_the_first_process_along() {
    let (mut playground, all) = up("up", UP).await;
    let supervisor = *all.first().unwrap();
    let children = descendants(supervisor);
    let main = *children.first().unwrap();
    let pid = rustix::process::Pid::from_raw(i32::try_from(supervisor).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    eventually("the program is gone", async || !lives(main)).await;
    playground.kill().unwrap();
    playground.wait().unwrap();
    // What the supervisor could not clear away any more has lost its parent, but is ours to end.
    for pid in children.into_iter().filter(|pid| lives(*pid)) {
        let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
    }
}

#[tokio::test]
async fn a_dropped_playground_leaves_no_process() {
    let story = Story::new();
    story.pod("p", shell("trap '' TERM; while true; do sleep 1000; done", "Always"));
    let pod = story.until("p", is_ready).await.pop().unwrap();
    drop(story);
    eventually("it is gone", async || !lives(pid(&pod))).await;
}

#[tokio::test]
async fn a_killed_playground_leaves_no_command_that_ran_in_a_container() {
    let (mut playground, all) = up("exec", EXEC).await;
    playground.kill().unwrap();
    playground.wait().unwrap();
    eventually("all are gone", async || !all.iter().any(|pid| lives(*pid))).await;
}

/// A playground with a Pod that serves: its process, its folder, where its Service is and its node port.
fn serving() -> (std::process::Child, PathBuf, SocketAddr, SocketAddr) {
    let mut playground =
        Command::new(BINARY).args(["up", BINARY, "serve", "8080"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(playground.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let words: Vec<&str> = line.split_whitespace().collect();
    let [folder, service, node_port] = words[..] else { panic!("not as expected: {line}") };
    (playground, folder.into(), service.parse().unwrap(), node_port.parse().unwrap())
}

async fn answers(at: SocketAddr) {
    eventually("it answers", async || get(at, "/").await.is_ok_and(|(_, body)| body == "one")).await;
}

#[tokio::test]
async fn a_killed_playground_leaves_no_port_and_the_next_one_removes_its_folder() {
    let (mut first, folder, service, node_port) = serving();
    for at in [service, node_port] {
        answers(at).await;
    }
    assert!(folder.join("kubeconfig").exists() && folder.join("pods").exists());
    let all = descendants(first.id());
    first.kill().unwrap();
    first.wait().unwrap();
    for at in [service, node_port] {
        TcpListener::bind(at).unwrap();
    }
    eventually("no process is left", async || !all.iter().any(|pid| lives(*pid))).await;
    let (mut second, other, service, node_port) = serving();
    for at in [service, node_port] {
        answers(at).await;
    }
    assert!(!folder.exists(), "the second removed what the first left");
    let (mut third, ..) = serving();
    assert!(other.exists(), "and nobody removes the folder of one that lives");
    for playground in [&mut second, &mut third] {
        playground.kill().unwrap();
        playground.wait().unwrap();
    }
}
