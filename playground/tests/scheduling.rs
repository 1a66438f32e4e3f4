//! Nodes come, are cordoned, tainted and go.
#![expect(clippy::unwrap_used, reason = "part of the tests")]

mod story;

use playground::cluster::{DeleteOptions, Part};
use playground::resource::by_kind;
use playground::store::Write;
use serde_json::{Value, json};
use story::*;

fn change_node(story: &Story, name: &str, edit: impl FnOnce(&mut Value)) {
    let kind = by_kind("v1", "Node").unwrap();
    let changed = story.cluster.modify(kind, ("", name), Part::Whole, Write::Commit, |node| {
        edit(node);
        Ok(())
    });
    changed.unwrap();
}

fn sleeper() -> Value {
    shell("exec sleep 1000", "Always")
}

#[tokio::test]
async fn a_cordoned_cluster_takes_no_pods_until_it_is_uncordoned() {
    let story = Story::new();
    let nodes = ["node-a", "node-b", "node-c"];
    for node in nodes {
        change_node(&story, node, |node| node["spec"]["unschedulable"] = json!(true));
    }
    story.pod("p", sleeper());
    let unplaced = |pod: &Value| condition(pod, "PodScheduled") == "False";
    let pod = story.until("p", unplaced).await.pop().unwrap();
    let text = pod["status"]["conditions"][0]["message"].as_str().unwrap();
    assert!(text.starts_with("0/3 nodes are available: 3 node(s) were unschedulable."), "{text}");
    assert!(story.events("p").contains(&"FailedScheduling".to_owned()));
    change_node(&story, "node-b", |node| node["spec"]["unschedulable"] = json!(false));
    let pod = story.until("p", is_ready).await.pop().unwrap();
    assert_eq!(pod["spec"]["nodeName"], "node-b");
}

#[tokio::test]
async fn a_taint_that_a_pod_does_not_bear_drives_it_away() {
    let story = Story::new();
    let on_a = |mut spec: Value| {
        spec["nodeSelector"] = json!({"kubernetes.io/hostname": "node-a"});
        spec["terminationGracePeriodSeconds"] = json!(1);
        spec
    };
    story.pod("plain", on_a(sleeper()));
    let mut bearing = on_a(sleeper());
    bearing["tolerations"] = json!([{"key": "fire", "operator": "Exists"}]);
    story.pod("bearing", bearing);
    story.until("plain", is_ready).await;
    story.until("bearing", is_ready).await;
    change_node(&story, "node-a", |node| {
        node["spec"]["taints"] = json!([{"key": "fire", "effect": "NoExecute"}]);
    });
    let seen = story.until_gone("plain").await;
    let reason = seen.last().map(|pod| condition(pod, "DisruptionTarget"));
    assert!(reason.is_none_or(|status| status == "True"));
    let kind = by_kind("v1", "Pod").unwrap();
    assert!(is_ready(&story.cluster.get(kind, "n", "bearing").unwrap()));
}

#[tokio::test]
async fn the_pods_of_a_deleted_node_go_with_it() {
    let story = Story::new();
    let mut spec = sleeper();
    spec["nodeName"] = json!("node-c");
    story.pod("p", spec);
    let pod = story.until("p", is_ready).await.pop().unwrap();
    let nodes = by_kind("v1", "Node").unwrap();
    story.cluster.delete(nodes, ("", "node-c"), &DeleteOptions::default(), Write::Commit).unwrap();
    story.until_gone("p").await;
    eventually("its process is gone", async || !lives(pid(&pod))).await;
}
