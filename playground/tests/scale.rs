//! Many pods at once.

mod story;

use story::*;

#[tokio::test]
async fn two_hundred_pods_become_ready_and_go() {
    let story = Story::new();
    let names: Vec<String> = (0..200).map(|index| format!("p{index}")).collect();
    for name in &names {
        story.pod(name, shell("exec sleep 1000", "Always"));
    }
    let mut pids = Vec::new();
    for name in &names {
        pids.push(pid(&story.until(name, is_ready).await.pop().unwrap()));
    }
    for name in &names {
        story.delete(name, 0);
    }
    for name in &names {
        story.until_gone(name).await;
    }
    eventually("no process is left", async || !pids.iter().any(|pid| lives(*pid))).await;
}
