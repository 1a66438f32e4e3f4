//! `pods/log` with kube.

use crate::stage::Stage;
use crate::story::{PATIENCE, eventually, shell, state};
use futures_util::{AsyncBufReadExt as _, TryStreamExt as _};
use jiff::Timestamp;
use kube::api::LogParams;
use serde_json::json;
use tokio::time::timeout;

#[tokio::test]
async fn a_log_is_cut_as_the_request_says() {
    let stage = Stage::new().await;
    stage.ended("p", "echo one; echo two; echo three; printf end").await;
    stage.ended("err", "echo no >&2").await;
    let pods = stage.pods().await;
    let all = LogParams::default();
    let ahead = Timestamp::now().as_second() + 60;
    assert_eq!(pods.logs("err", &all).await.unwrap(), "no\n");
    for (request, expected) in [
        (LogParams { tail_lines: Some(2), ..all.clone() }, "three\nend"),
        (LogParams { tail_lines: Some(0), ..all.clone() }, ""),
        (LogParams { tail_lines: Some(99), ..all.clone() }, "one\ntwo\nthree\nend"),
        (LogParams { limit_bytes: Some(6), ..all.clone() }, "one\ntw"),
        (LogParams { since_seconds: Some(3600), ..all.clone() }, "one\ntwo\nthree\nend"),
        (LogParams { since_time: Timestamp::from_second(ahead).ok(), ..all.clone() }, ""),
        (LogParams { follow: true, ..all.clone() }, "one\ntwo\nthree\nend"),
    ] {
        let text = pods.logs("p", &request).await.unwrap();
        assert_eq!(text, expected, "{request:?}");
    }
}

#[tokio::test]
async fn lines_have_the_times_at_which_they_were_printed() {
    let stage = Stage::new().await;
    let before = Timestamp::now();
    // The second line is printed once the test has seen the first.
    stage.running("p", "echo one; while ! test -f go; do sleep 0.05; done; echo two; exec sleep 1000").await;
    let pods = stage.pods().await;
    let request = LogParams { follow: true, timestamps: true, ..LogParams::default() };
    let mut lines = pods.log_stream("p", &request).await.unwrap().lines();
    let first = timeout(PATIENCE, lines.try_next()).await.unwrap().unwrap().unwrap();
    let between = Timestamp::now();
    crate::stage::run(&pods, "p", &["touch", "go"]).await;
    let second = timeout(PATIENCE, lines.try_next()).await.unwrap().unwrap().unwrap();
    let read = |line: &str| {
        let (time, text) = line.split_once(' ').unwrap();
        (time.parse::<Timestamp>().unwrap(), text.to_owned())
    };
    let ((one_at, one), (two_at, two)) = (read(&first), read(&second));
    assert_eq!((one.as_str(), two.as_str()), ("one", "two"));
    assert!(
        before <= one_at && one_at <= between && between <= two_at,
        "{before} {first} {between} {second}"
    );
}

#[tokio::test]
async fn following_ends_with_the_container_and_loses_nothing() {
    let stage = Stage::new().await;
    let script = "i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done; kill -9 $$$$";
    stage.story.pod("p", shell(script, "Never"));
    stage
        .story
        .until("p", |pod| state(pod)["running"].is_object() || state(pod)["terminated"].is_object())
        .await;
    let request = LogParams { follow: true, ..LogParams::default() };
    let lines = stage.pods().await.log_stream("p", &request).await.unwrap().lines();
    let lines: Vec<String> = timeout(PATIENCE, lines.try_collect()).await.unwrap().unwrap();
    let expected: Vec<String> = (0..2000).map(|index| format!("line {index}")).collect();
    assert!(lines == expected, "{} lines, the last {:?}", lines.len(), lines.last());
}

#[tokio::test]
async fn the_previous_run_has_its_own_log_and_older_ones_go() {
    let stage = Stage::new().await;
    // The script prints which run it is, and which logs there are.
    let script = "n=$(cat n | wc -c); echo $n $(ls logs/sh); printf x >> n; exit 1";
    stage.story.pod("p", shell(script, "Always"));
    stage.story.until("p", |pod| pod["status"]["containerStatuses"][0]["restartCount"] == 3).await;
    let pods = stage.pods().await;
    for previous in [false, true] {
        // A run that has only just begun is followed to its end.
        let request = LogParams { previous, follow: !previous, ..LogParams::default() };
        let text = pods.logs("p", &request).await.unwrap();
        let (run, logs) = text.trim().split_once(' ').unwrap();
        let run: u32 = run.parse().unwrap();
        // It goes on meanwhile.
        assert!(run >= 2, "{text}");
        assert_eq!(logs, format!("{}.log {run}.log", run - 1));
    }
}

#[tokio::test]
async fn init_and_ephemeral_containers_have_logs() {
    let stage = Stage::new().await;
    let mut spec = shell("exec sleep 1000", "Always");
    spec["initContainers"] = json!([{"name": "i", "image": "process:/bin/sh", "args": ["-c", "echo first"]}]);
    stage.story.pod("p", spec);
    stage.story.until("p", crate::story::is_ready).await;
    let pods = stage.pods().await;
    let of = |container: &str| LogParams { container: Some(container.to_owned()), ..LogParams::default() };
    assert_eq!(pods.logs("p", &of("i")).await.unwrap(), "first\n");
    let ephemeral = json!({"spec": {"ephemeralContainers": [
        {"name": "e", "image": "process:/bin/sh", "args": ["-c", "echo beside; exec sleep 1000"]},
    ]}});
    let patch = kube::api::Patch::Strategic(ephemeral);
    pods.patch_ephemeral_containers("p", &kube::api::PatchParams::default(), &patch).await.unwrap();
    eventually("the ephemeral container prints", async || {
        pods.logs("p", &of("e")).await.is_ok_and(|text| text == "beside\n")
    })
    .await;
    let inside = kube::api::AttachParams::default().container("e");
    let command = pods.exec("p", ["echo", "in it"], &inside).await.unwrap();
    assert_eq!(crate::stage::outcome(command).await.0, "in it\n");
}

#[tokio::test]
async fn a_large_log_keeps_its_end_and_is_bounded() {
    let stage = Stage::new().await;
    stage.ended("p", "seq 1 2000000").await;
    let pods = stage.pods().await;
    let text = pods.logs("p", &LogParams::default()).await.unwrap();
    let numbers: Vec<u32> = text.lines().map(|line| line.parse().unwrap()).collect();
    assert_eq!(numbers.last(), Some(&2_000_000));
    assert!(numbers.windows(2).all(|pair| pair[0] + 1 == pair[1]), "what is kept has no holes");
    assert!(numbers[0] > 1, "two million lines with their times are more than two full files");
    let most = numbers.len() - 1;
    let tail = LogParams { tail_lines: i64::try_from(most).ok(), ..LogParams::default() };
    assert_eq!(pods.logs("p", &tail).await.unwrap().lines().count(), most);
}
