//! Containers that do not come up, and what they said last.

use super::pods::name_of;
use crate::cluster::{Cluster, Right, rights};
use k8s_openapi::api::core::v1::{ContainerStatus, Pod};
use kube::api::LogParams;

/// So many lines of a log are shown.
const LINES: i64 = 5;
/// A line of a log is cut after so many characters.
const LONGEST: usize = 200;

/// Reasons to wait that do not pass by themselves.
const FINAL: [&str; 4] = ["CrashLoopBackOff", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName"];

/// A container that waits for something that does not come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Its Pod.
    pub pod: String,
    /// Its name.
    pub container: String,
    /// Why it waits, in one word of Kubernetes.
    pub reason: String,
    /// The same in more words.
    pub message: String,
    /// How it ended last: reason and exit code.
    pub last: Option<String>,
    /// How often it was started again.
    pub restarts: i32,
}

impl Trouble {
    /// Whether its program runs and ends, again and again.
    pub fn crashes(&self) -> bool {
        self.reason == "CrashLoopBackOff"
    }
}

/// The containers of a Pod that do not come up by themselves.
pub fn troubles(pod: &Pod) -> Vec<Trouble> {
    let Some(status) = &pod.status else { return Vec::new() };
    let all = status.init_container_statuses.iter().chain(&status.container_statuses).flatten();
    all.filter_map(|container| trouble(name_of(pod), container)).collect()
}

fn trouble(pod: &str, status: &ContainerStatus) -> Option<Trouble> {
    let waiting = status.state.as_ref()?.waiting.as_ref()?;
    let reason = waiting.reason.clone().filter(|reason| FINAL.contains(&reason.as_str()))?;
    Some(Trouble {
        pod: pod.to_owned(),
        container: status.name.clone(),
        reason,
        message: waiting.message.clone().unwrap_or_default(),
        last: last_end(status),
        restarts: status.restart_count,
    })
}

/// "Error, exit code 1": how a container ended last, or has ended now.
fn last_end(status: &ContainerStatus) -> Option<String> {
    let ended = |state: &Option<k8s_openapi::api::core::v1::ContainerState>| state.clone()?.terminated;
    let end = ended(&status.last_state).or_else(|| ended(&status.state))?;
    let signal = end.signal.map(|signal| format!(", signal {signal}")).unwrap_or_default();
    Some(format!("{}, exit code {}{signal}", end.reason.as_deref().unwrap_or("ended"), end.exit_code))
}

/// The rights that finding Pods and their last words needs.
pub fn word_rights(namespace: &str) -> Vec<Right> {
    let mut all = rights(namespace, "", "pods", &["list"]);
    all.extend(rights(namespace, "", "pods/log", &["get"]));
    all
}

/// How the containers of a Pod ended last and what they wrote then, as evidence.
pub async fn last_words(cluster: &Cluster, pod: &Pod) -> Vec<String> {
    let mut lines = Vec::new();
    let statuses = pod
        .status
        .iter()
        .flat_map(|status| status.init_container_statuses.iter().chain(&status.container_statuses).flatten());
    for status in statuses {
        let Some(last) = last_end(status) else { continue };
        let restarts = if status.restart_count == 1 { "restart" } else { "restarts" };
        lines.push(format!(
            "pod {}, container {}: last state {last}, {} {restarts}",
            name_of(pod),
            status.name,
            status.restart_count
        ));
        lines.extend(log(cluster, name_of(pod), status).await);
    }
    lines
}

/// The last lines of the log of the container that ended.
async fn log(cluster: &Cluster, pod: &str, status: &ContainerStatus) -> Vec<String> {
    let has_gone_on = status.last_state.as_ref().is_some_and(|state| state.terminated.is_some());
    let params = LogParams {
        container: Some(status.name.clone()),
        previous: has_gone_on,
        tail_lines: Some(LINES),
        ..LogParams::default()
    };
    let pods = cluster.api::<Pod>();
    match cluster.call(&format!("read the log of {pod}"), pods.logs(pod, &params)).await {
        Ok(text) if text.trim().is_empty() => vec!["  its log is empty".to_owned()],
        Ok(text) => text.lines().map(|line| format!("  | {}", cut(line))).collect(),
        Err(error) => vec![format!("  {error}")],
    }
}

fn cut(line: &str) -> String {
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn only_what_does_not_pass_by_itself_is_trouble() {
        for (reason, hopeless) in [
            ("CrashLoopBackOff", true),
            ("ImagePullBackOff", true),
            ("ContainerCreating", false),
            ("ErrImagePull", false),
            ("CreateContainerConfigError", false),
        ] {
            let found = troubles(&pod(&json!({"waiting": {"reason": reason}})));
            assert_eq!(!found.is_empty(), hopeless, "{reason}");
        }
        assert_eq!(troubles(&pod(&json!({"running": {}}))), []);
        let found =
            troubles(&pod(&json!({"waiting": {"reason": "CrashLoopBackOff", "message": "back-off"}})));
        assert_eq!(found[0].last.as_deref(), Some("OOMKilled, exit code 137"));
        assert!(found[0].crashes() && found[0].restarts == 3);
    }

    fn pod(state: &Value) -> Pod {
        let status = json!({"name": "api", "image": "x", "imageID": "", "ready": false, "restartCount": 3,
            "state": state, "lastState": {"terminated": {"exitCode": 137, "reason": "OOMKilled"}}});
        serde_json::from_value(json!({"metadata": {"name": "p"}, "status": {"containerStatuses": [status]}}))
            .unwrap()
    }
}
