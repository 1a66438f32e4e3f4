//! Pods as people meet them, with real processes.

mod story;

use futures_util::StreamExt as _;
use playground::api::LogRequest;
use playground::store::Write;
use serde_json::{Value, json};
use std::sync::Arc;
use story::*;

#[tokio::test]
async fn a_pod_comes_up_in_the_order_of_the_recordings() {
    let story = Story::new();
    story.pod(
        "web",
        server(json!({"readinessProbe": {"httpGet": {"path": "/ready", "port": 8080}, "periodSeconds": 1}})),
    );
    let seen = story.until("web", is_ready).await;
    let mut order: Vec<String> = seen
        .iter()
        .filter(|pod| !pod["status"]["observedGeneration"].is_null())
        .map(|pod| {
            let (phase, start) = (&pod["status"]["phase"], condition(pod, "PodReadyToStartContainers"));
            format!("{phase} {start} {} {}", is_ready(pod), !pod["status"]["podIP"].is_null())
        })
        .collect();
    order.dedup();
    // Recording 01.
    let expected = [
        "\"Pending\" False false false",
        "\"Pending\" True false false",
        "\"Running\" True false true",
        "\"Running\" True true true",
    ];
    assert_eq!(order, expected);
    let pod = seen.last().unwrap();
    assert_eq!(get(address(pod, 8080), "/").await.unwrap(), (200, "web".to_owned()));
    assert!(lives(pid(pod)));
    assert_eq!(story.events("web").iter().filter(|reason| *reason == "Scheduled").count(), 1);
}

#[tokio::test]
async fn the_environment_and_the_volumes_reach_the_program() {
    let story = Story::new();
    story.create(
        "v1",
        "ConfigMap",
        json!({"metadata": {"name": "c"}, "data": {"COLOUR": "red", "f": "content"}}),
    );
    story.create("v1", "Secret", json!({"metadata": {"name": "s"}, "data": {"key": "aHVzaA=="}}));
    let mut spec = shell(
        "echo $COLOUR $HUSH $NODE $BOTH $(cat $FILE) $POD_IP > $HOME/out; cat $HOME/out; exec sleep 1000",
        "Always",
    );
    spec["volumes"] = json!([{"name": "conf", "configMap": {"name": "c"}}]);
    let container = &mut spec["containers"][0];
    container["volumeMounts"] = json!([{"name": "conf", "mountPath": "/etc/conf"}]);
    container["envFrom"] = json!([{"configMapRef": {"name": "c"}}]);
    container["env"] = json!([
        {"name": "HUSH", "valueFrom": {"secretKeyRef": {"name": "s", "key": "key"}}},
        {"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
        {"name": "BOTH", "value": "$(COLOUR)-$(HUSH)"},
        {"name": "FILE", "value": "/etc/conf/f"},
    ]);
    story.pod("p", spec);
    let pod = story.until("p", is_ready).await.pop().unwrap();
    let cwd = std::fs::read_link(format!("/proc/{}/cwd", pid(&pod))).unwrap();
    let mut text = String::new();
    eventually("the program wrote", async || {
        text = std::fs::read_to_string(cwd.join("out")).unwrap_or_default();
        text.ends_with('\n')
    })
    .await;
    let (node, ip) = (pod["spec"]["nodeName"].as_str().unwrap(), pod["status"]["podIP"].as_str().unwrap());
    assert_eq!(text, format!("red hush {node} red-hush content {ip}\n"));
    let request = LogRequest { container: "sh".to_owned(), ..LogRequest::default() };
    eventually("it is in the log", async || {
        let log = story.nodes.agent().logs(Arc::clone(&pod), request.clone()).await.unwrap();
        log.collect::<Vec<_>>().await.concat() == text.as_bytes()
    })
    .await;
}

#[tokio::test]
async fn a_crash_is_started_again_with_back_off_and_remembered() {
    let story = Story::new();
    story.pod("crash", shell("exit 3", "Always"));
    let back_off = |pod: &Value| state(pod)["waiting"]["reason"] == "CrashLoopBackOff";
    let pod = story
        .until("crash", |pod| back_off(pod) && pod["status"]["containerStatuses"][0]["restartCount"] == 2)
        .await
        .pop()
        .unwrap();
    let status = &pod["status"]["containerStatuses"][0];
    assert_eq!(status["lastState"]["terminated"]["exitCode"], 3);
    assert_eq!(status["lastState"]["terminated"]["reason"], "Error");
    assert_eq!((&pod["status"]["phase"], is_ready(&pod)), (&json!("Running"), false));
    assert!(story.events("crash").contains(&"BackOff".to_owned()));
}

#[tokio::test]
async fn a_killed_process_shows_its_signal_and_comes_back() {
    let story = Story::new();
    story.pod("web", server(json!({})));
    let pod = story.until("web", is_ready).await.pop().unwrap();
    let before = pid(&pod);
    rustix::process::kill_process(
        rustix::process::Pid::from_raw(i32::try_from(before).unwrap()).unwrap(),
        rustix::process::Signal::KILL,
    )
    .unwrap();
    let again = |pod: &Value| is_ready(pod) && pod["status"]["containerStatuses"][0]["restartCount"] == 1;
    let pod = story.until("web", again).await.pop().unwrap();
    assert_eq!(pod["status"]["containerStatuses"][0]["lastState"]["terminated"]["exitCode"], 137);
    assert!(!lives(before) && lives(pid(&pod)));
}

#[tokio::test]
async fn a_pod_that_ends_is_over_with_its_exit_code() {
    let story = Story::new();
    story.pod("good", shell("exit 0", "Never"));
    story.pod("bad", shell("exit 5", "Never"));
    for (name, phase, reason) in [("good", "Succeeded", "PodCompleted"), ("bad", "Failed", "PodFailed")] {
        let pod = story.until(name, |pod| pod["status"]["phase"] == phase).await.pop().unwrap();
        let conditions = pod["status"]["conditions"].as_array().unwrap();
        let ready = conditions.iter().find(|one| one["type"] == "Ready").unwrap();
        assert_eq!(ready["reason"], reason);
    }
}

#[tokio::test]
async fn init_containers_run_one_after_the_other_before_the_rest() {
    let story = Story::new();
    let mut spec = shell("test \"$(cat $HOME/log)\" = 12 && exec sleep 1000", "Never");
    let step = |name: &str, number: u8| json!({"name": name, "image": "process:/bin/sh", "args": ["-c", format!("printf {number} >> $HOME/log")]});
    spec["initContainers"] = json!([step("first", 1), step("second", 2)]);
    story.pod("p", spec);
    let pod = story.until("p", is_ready).await.pop().unwrap();
    let ends = pod["status"]["initContainerStatuses"].as_array().unwrap();
    assert!(ends.iter().all(|one| one["state"]["terminated"]["reason"] == "Completed"), "{ends:?}");
}

#[tokio::test]
async fn a_stuck_program_is_killed_by_its_liveness_probe() {
    let story = Story::new();
    let probe =
        json!({"httpGet": {"path": "/live", "port": 8080}, "periodSeconds": 1, "failureThreshold": 1});
    story.pod("web", server(json!({"livenessProbe": probe, "startupProbe": {"tcpSocket": {"port": 8080}, "periodSeconds": 1}})));
    let pod = story.until("web", is_ready).await.pop().unwrap();
    let before = pid(&pod);
    // A probe that comes at once may end the program before it has answered.
    let _ = get(address(&pod, 8080), "/set/live").await;
    story.until("web", |pod| pod["status"]["containerStatuses"][0]["restartCount"] == 1).await;
    assert!(!lives(before));
    assert!(story.events("web").contains(&"Unhealthy".to_owned()));
}

#[tokio::test]
async fn a_graceful_end_waits_for_the_grace_and_follows_the_recording() {
    let story = Story::new();
    story.pod("deaf", shell_ready_when_up("trap '' TERM; touch up; while true; do sleep 0.1; done"));
    let pod = story.until("deaf", is_ready).await.pop().unwrap();
    story.delete("deaf", 1);
    let seen = story.until_gone("deaf").await;
    let last = seen.last().unwrap();
    assert_eq!(last["status"]["phase"], "Failed");
    assert_eq!(state(last)["terminated"]["exitCode"], 137);
    // Recording 03: ready until the process has ended; marked with grace 0 before it goes.
    let terminating: Vec<_> =
        seen.iter().filter(|pod| !pod["metadata"]["deletionTimestamp"].is_null()).collect();
    assert!(terminating.iter().any(|pod| is_ready(pod) && pod["status"]["observedGeneration"] == 2));
    assert_eq!(last["metadata"]["deletionGracePeriodSeconds"], 0);
    assert!(!lives(pid(&pod)));
}

#[tokio::test]
async fn a_polite_program_ends_at_sigterm() {
    let story = Story::new();
    story.pod("polite", shell_ready_when_up("trap 'exit 0' TERM; touch up; while true; do sleep 0.1; done"));
    story.until("polite", is_ready).await;
    story.delete("polite", 25);
    let seen = story.until_gone("polite").await;
    assert_eq!(seen.last().unwrap()["status"]["phase"], "Succeeded");
}

#[tokio::test]
async fn deleting_now_kills_at_once_with_all_descendants() {
    let story = Story::new();
    // `$$` is written twice: Kubernetes takes one of each two for itself.
    story.pod(
        "p",
        shell(
            "setsid sh -c 'echo $$$$ > $HOME/child; exec sleep 1000' & trap '' TERM; wait; sleep 1000",
            "Always",
        ),
    );
    let pod = story.until("p", is_ready).await.pop().unwrap();
    let main = pid(&pod);
    let file = std::fs::read_link(format!("/proc/{main}/cwd")).unwrap().join("child");
    let mut child = None;
    eventually("the child started", async || {
        child = std::fs::read_to_string(&file).ok().and_then(|text| text.trim().parse::<u32>().ok());
        child.is_some()
    })
    .await;
    let child = child.unwrap();
    assert!(lives(child));
    story.delete("p", 0);
    story.until_gone("p").await;
    eventually("both are gone", async || !lives(main) && !lives(child)).await;
}

#[tokio::test]
async fn an_unknown_image_waits_with_a_reason() {
    let story = Story::new();
    story.pod("p", json!({"containers": [{"name": "c", "image": "nowhere:0"}]}));
    let seen = story.until("p", |pod| state(pod)["waiting"]["reason"] == "ImagePullBackOff").await;
    let first = seen.iter().find(|pod| state(pod)["waiting"]["reason"] == "ErrImagePull").unwrap();
    assert!(state(first)["waiting"]["message"].as_str().unwrap().contains("does not know this image"));
    assert_eq!(first["status"]["phase"], "Pending");
    story.delete("p", 30);
    story.until_gone("p").await;
}

#[tokio::test]
async fn a_volume_outlives_its_pods_and_goes_with_its_claim() {
    let story = Story::new();
    let _controllers = playground::controllers::start(&story.cluster);
    let claims = playground::resource::by_kind("v1", "PersistentVolumeClaim").unwrap();
    let storage = json!({"requests": {"storage": "1Gi"}});
    let spec = json!({"accessModes": ["ReadWriteOnce"], "resources": storage});
    let claim =
        story.create("v1", "PersistentVolumeClaim", json!({"metadata": {"name": "data"}, "spec": spec}));
    let folder = |pod: &Value| {
        let cwd = std::fs::read_link(format!("/proc/{}/cwd", pid(pod))).unwrap();
        cwd.ancestors().nth(2).unwrap().join("claims").join(claim["metadata"]["uid"].as_str().unwrap())
    };
    let with_volume = |script: &str| {
        let mut spec = shell(script, "Always");
        spec["volumes"] = json!([{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}]);
        spec["containers"][0]["volumeMounts"] = json!([{"name": "v", "mountPath": "/data"}]);
        spec["containers"][0]["env"] = json!([{"name": "FILE", "value": "/data/file"}]);
        spec
    };
    story.pod("first", with_volume("echo kept > $FILE; exec sleep 1000"));
    story.until("first", is_ready).await;
    story.delete("first", 0);
    story.until_gone("first").await;
    story.pod("second", with_volume("exec sleep 1000"));
    let second = story.until("second", is_ready).await.pop().unwrap();
    let folder = folder(&second);
    eventually("the file is there", async || {
        std::fs::read_to_string(folder.join("file")).is_ok_and(|text| text == "kept\n")
    })
    .await;
    let delete = || {
        story.cluster.delete(
            claims,
            ("n", "data"),
            &playground::cluster::DeleteOptions::default(),
            Write::Commit,
        )
    };
    delete().unwrap();
    let claim = story.cluster.get(claims, "n", "data").unwrap();
    assert!(!claim["metadata"]["deletionTimestamp"].is_null() && folder.exists(), "it is still used");
    story.delete("second", 0);
    story.until_gone("second").await;
    eventually("claim and folder are gone", async || {
        story.cluster.get(claims, "n", "data").is_err() && !folder.exists()
    })
    .await;
}
