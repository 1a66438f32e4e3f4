//! Work that ends.

use crate::stage::*;
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::Pod;
use kube::api::ListParams;
use serde_json::json;
use std::collections::BTreeSet;

#[tokio::test(flavor = "multi_thread")]
async fn an_indexed_job_completes_every_index() {
    let stage = Stage::new("job").await;
    let container =
        json!({"name": "one", "image": image(), "imagePullPolicy": "IfNotPresent", "args": ["--version"]});
    let template = json!({"spec": {"restartPolicy": "Never", "containers": [container]}});
    let spec = json!({"completions": 3, "parallelism": 2, "completionMode": "Indexed", "template": template});
    stage.create::<Job>(&json!({"metadata": {"name": "work"}, "spec": spec})).await;
    let status = stage
        .until("the job is complete", async || {
            let status = stage.api::<Job>().get("work").await.unwrap().status?;
            let complete =
                status.conditions.iter().flatten().any(|one| one.type_ == "Complete" && one.status == "True");
            complete.then_some(status)
        })
        .await;
    assert_eq!((status.succeeded, status.completed_indexes.as_deref()), (Some(3), Some("0-2")));
    let pods = stage.api::<Pod>().list(&ListParams::default().labels("job-name=work")).await.unwrap();
    let index = |pod: &Pod| {
        pod.metadata.annotations.clone().unwrap_or_default()["batch.kubernetes.io/job-completion-index"]
            .clone()
    };
    let indexes: BTreeSet<String> = pods.items.iter().map(index).collect();
    assert_eq!(indexes.into_iter().collect::<Vec<_>>(), ["0", "1", "2"]);
    stage.end().await;
}
