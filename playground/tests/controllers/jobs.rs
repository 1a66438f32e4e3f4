//! Jobs: done, and given up.

use crate::stage::{Stage, condition};
use playground::object;
use serde_json::{Value, json};

fn job(mode: &str, limit: i64) -> Value {
    json!({
        "metadata": {"name": "workers"},
        "spec": {
            "completionMode": mode, "completions": 2, "parallelism": 2, "backoffLimit": limit,
            "template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "w", "image": "shakedown"}]}},
        },
    })
}

#[tokio::test]
async fn an_indexed_job_runs_to_completion() {
    let stage = Stage::new();
    stage.create("Job", job("Indexed", 0));
    let mut pods = stage.pods(2).await;
    pods.sort_by_key(|pod| object::name(pod).to_owned());
    assert!(object::name(&pods[0]).starts_with("workers-0-"));
    assert_eq!(pods[1]["metadata"]["annotations"]["batch.kubernetes.io/job-completion-index"], "1");
    assert_eq!(pods[1]["spec"]["containers"][0]["env"][0]["name"], "JOB_COMPLETION_INDEX");
    let active = || (stage.get("Job", "workers")?["status"]["active"] == 2).then_some(());
    stage.until("Job", "two active pods", active).await;
    for pod in &pods {
        stage.ready(pod);
        stage.end(pod, "Succeeded");
    }
    let complete = || {
        let job = stage.get("Job", "workers")?;
        (condition(&job, "Complete")["status"] == "True").then_some(job)
    };
    let done = stage.until("Job", "completion", complete).await;
    // 12-nodes-and-discovery, the last MODIFIED of the Job.
    assert_eq!(condition(&done, "SuccessCriteriaMet")["reason"], "CompletionsReached");
    assert_eq!(condition(&done, "Complete")["message"], "Reached expected number of succeeded pods");
    let status = &done["status"];
    assert_eq!((&status["succeeded"], &status["completedIndexes"]), (&json!(2), &json!("0,1")));
    assert!(status["completionTime"].is_string() && status.get("active").is_none());
    assert!(stage.list("Pod").iter().all(|pod| !object::has_finalizers(pod)), "the pods stay, free to go");
    assert_eq!(stage.list("Pod").len(), 2);
}

#[tokio::test]
async fn one_failure_too_many_ends_the_job_and_its_other_pods() {
    let stage = Stage::new();
    stage.create("Job", job("NonIndexed", 0));
    let pods = stage.pods(2).await;
    stage.ready(&pods[0]);
    stage.ready(&pods[1]);
    stage.end(&pods[0], "Failed");
    let failed = || {
        let job = stage.get("Job", "workers")?;
        (condition(&job, "Failed")["status"] == "True").then_some(job)
    };
    let job = stage.play("the failure", |_| false, failed).await;
    assert_eq!(condition(&job, "Failed")["reason"], "BackoffLimitExceeded");
    assert_eq!(condition(&job, "FailureTarget")["reason"], "BackoffLimitExceeded");
    assert_eq!(stage.list("Pod").len(), 1, "the failed one stays to be looked at");
}

#[tokio::test]
async fn a_deleted_job_takes_its_pods_with_it() {
    let stage = Stage::new();
    stage.create("Job", job("NonIndexed", 3));
    for pod in stage.pods(2).await {
        stage.ready(&pod);
    }
    stage.delete("Job", "workers", playground::cluster::Propagation::Background);
    stage.play("the cascade", |_| false, || stage.list("Pod").is_empty().then_some(())).await;
}
