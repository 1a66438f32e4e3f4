//! What containers use, and what they are kept from using.
#![expect(
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    reason = "part of the tests, and brief in them"
)]

mod story;

use playground::cluster::Part;
use playground::resource::by_kind;
use playground::store::{ObjectKey, Write};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use story::*;

const BUSY: &str = "while true; do :; done";

/// CPU time that a process has used, by the kernel's count.
fn cpu(pid: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    Duration::from_millis(ticks * 1000 / rustix::param::clock_ticks_per_second())
}

fn with_limits(script: &str, limits: Value) -> Value {
    let mut spec = shell(script, "Always");
    spec["containers"][0]["resources"] = json!({"limits": limits});
    spec["terminationGracePeriodSeconds"] = json!(20);
    spec
}

fn resize(story: &Story, name: &str, limits: Value) {
    let kind = by_kind("v1", "Pod").unwrap();
    let edit = |pod: &mut Value| {
        pod["spec"]["containers"][0]["resources"]["limits"] = limits;
        Ok(())
    };
    story.cluster.modify(kind, ("n", name), Part::Resize, Write::Commit, edit).unwrap();
}

/// Millicores that the process uses over two seconds.
async fn millicores(pid: u32) -> u128 {
    let (before, start) = (cpu(pid), Instant::now());
    tokio::time::sleep(Duration::from_secs(2)).await;
    cpu(pid).saturating_sub(before).as_micros() * 1000 / start.elapsed().as_micros()
}

#[tokio::test]
async fn a_limit_slows_a_busy_container_and_a_resize_changes_it() {
    let story = Story::new();
    story.pod("busy", with_limits(BUSY, json!({"cpu": "200m"})));
    let pod = story.until("busy", is_ready).await.pop().unwrap();
    // A machine that has too much to do gives less, never more.
    let limited = millicores(pid(&pod)).await;
    assert!((1..500).contains(&limited), "{limited}");
    resize(&story, "busy", json!({"cpu": "50m"}));
    let seen = story
        .until("busy", |pod| pod["status"]["containerStatuses"][0]["resources"]["limits"]["cpu"] == "50m")
        .await;
    // Recording 11: the wish is seen, is being carried out, is carried out.
    let told: Vec<_> = seen
        .iter()
        .filter(|pod| pod["spec"]["containers"][0]["resources"]["limits"]["cpu"] == "50m")
        .map(|pod| {
            let shown = pod["status"]["containerStatuses"][0]["resources"]["limits"]["cpu"].as_str().unwrap();
            (
                pod["status"]["observedGeneration"].as_i64().unwrap(),
                condition(pod, "PodResizeInProgress"),
                shown,
            )
        })
        .collect();
    let expected = [(1, String::new(), "200m"), (2, "True".to_owned(), "200m"), (2, String::new(), "50m")];
    assert!(expected.ends_with(&told), "{told:?}");
    let less = millicores(pid(&pod)).await;
    assert!(less < 200, "{less}");
    resize(&story, "busy", json!({"cpu": "100"}));
    // As much as the machine has to give: more than it was ever allowed before.
    eventually("it runs freely", async || millicores(pid(&pod)).await > 500).await;
}

#[tokio::test]
async fn a_starved_container_hears_sigterm() {
    let story = Story::new();
    let mut spec = with_limits("trap 'exit 0' TERM; while true; do :; done", json!({"cpu": "5m"}));
    spec["terminationGracePeriodSeconds"] = json!(25);
    story.pod("starved", spec);
    let pod = story.until("starved", is_ready).await.pop().unwrap();
    eventually("it is stopped", async || {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid(&pod))).unwrap();
        stat.rsplit_once(')').unwrap().1.trim_start().starts_with('T')
    })
    .await;
    story.delete("starved", 25);
    let seen = story.until_gone("starved").await;
    assert_eq!(seen.last().unwrap()["status"]["phase"], "Succeeded");
}

#[tokio::test]
async fn a_stopped_container_dies_with_its_playground() {
    let story = Story::new();
    story.pod("starved", with_limits(BUSY, json!({"cpu": "5m"})));
    let pod = story.until("starved", is_ready).await.pop().unwrap();
    drop(story);
    eventually("it is gone", async || !lives(pid(&pod))).await;
}

#[tokio::test]
async fn too_much_memory_is_the_end() {
    let story = Story::new();
    let script = "keep=`head -c 100000000 /dev/zero | tr '\\0' x`; sleep 1000";
    story.pod("greedy", with_limits(script, json!({"memory": "64Mi"})));
    story.pod("modest", with_limits("exec sleep 1000", json!({"memory": "64Mi"})));
    let again = story.until("greedy", |pod| pod["status"]["containerStatuses"][0]["restartCount"] == 1).await;
    let last = &again.last().unwrap()["status"]["containerStatuses"][0]["lastState"]["terminated"];
    assert_eq!((&last["reason"], &last["exitCode"]), (&json!("OOMKilled"), &json!(137)));
    let modest = story.until("modest", is_ready).await.pop().unwrap();
    assert_eq!(modest["status"]["containerStatuses"][0]["restartCount"], 0);
}

#[tokio::test]
async fn usage_is_measured_over_all_processes_of_a_container() {
    let story = Story::new();
    story.pod("busy", shell(&format!("({BUSY}) & sleep 1000"), "Always"));
    story.pod("idle", shell("exec sleep 1000", "Always"));
    let usage = |name: &str| {
        let all = story.cluster.measurements().all();
        all.get(&ObjectKey::new("n", name)).map(|pod| pod.containers[0].clone())
    };
    eventually("the busy one is seen", async || usage("busy").is_some_and(|one| one.millicores > 100)).await;
    let idle = usage("idle").unwrap();
    assert!(idle.millicores < 100 && idle.memory > 0, "{idle:?}");
    story.delete("busy", 0);
    eventually("it is forgotten", async || usage("busy").is_none()).await;
}
