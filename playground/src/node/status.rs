//! The status of a Pod, from what its containers do. The order of fields and conditions is a real kubelet's.

use crate::node::board::{Board, End, Report, State};
use crate::object;
use serde_json::{Value, json};
use std::net::Ipv4Addr;

/// There is a change of resources that a container is not yet held to.
const RESIZING: &str = "PodResizeInProgress";

/// The phase, as a real kubelet finds it.
pub(super) fn phase(board: &Board) -> &'static str {
    let over = !board.main.is_empty() && board.main.iter().all(|report| report.over);
    let init_failed = board.init.iter().any(|report| report.over && !report.is_completed())
        && !board.main.iter().any(Report::has_run);
    if over || init_failed {
        let well = board.main.iter().all(Report::is_completed);
        return if well { "Succeeded" } else { "Failed" };
    }
    if !board.main.is_empty() && board.main.iter().all(Report::has_run) { "Running" } else { "Pending" }
}

/// The whole status. `address` is shown from the first run of a container on.
pub(super) fn render(pod: &Value, board: &Board, host: &str, address: Ipv4Addr) -> Value {
    let old = &pod["status"];
    let phase = phase(board);
    let mut status = json!({"observedGeneration": object::generation(pod), "phase": phase});
    status["conditions"] = conditions(pod, board, phase);
    status["hostIP"] = json!(host);
    status["hostIPs"] = json!([{"ip": host}]);
    if board.init.iter().chain(&board.main).any(Report::has_run) {
        status["podIP"] = json!(address.to_string());
        status["podIPs"] = json!([{"ip": address.to_string()}]);
    }
    status["startTime"] = old.get("startTime").cloned().unwrap_or_else(|| json!(object::now()));
    for (list, key, reports) in [
        ("initContainers", "initContainerStatuses", &board.init),
        ("containers", "containerStatuses", &board.main),
        ("ephemeralContainers", "ephemeralContainerStatuses", &board.ephemeral),
    ] {
        if !reports.is_empty() {
            let specs = pod["spec"][list].as_array().into_iter().flatten();
            status[key] = specs.zip(reports).map(|(spec, report)| container(spec, report, list)).collect();
        }
    }
    for key in ["qosClass", "reason", "message", "nominatedNodeName"] {
        if let Some(value) = old.get(key) {
            status[key] = value.clone();
        }
    }
    status
}

fn container(spec: &Value, report: &Report, list: &str) -> Value {
    let state = match &report.state {
        State::Waiting { reason, message } if message.is_empty() => json!({"waiting": {"reason": reason}}),
        State::Waiting { reason, message } => json!({"waiting": {"reason": reason, "message": message}}),
        State::Running { since } => json!({"running": {"startedAt": object::time(*since)}}),
        State::Terminated(end) => ended(end),
    };
    // A finished init container is ready, an ephemeral one never.
    let ready = match list {
        "initContainers" => report.ready || report.is_completed(),
        "containers" => report.ready,
        _ => false,
    };
    let mut status = json!({
        "name": spec["name"], "state": state, "lastState": report.last.as_ref().map_or_else(|| json!({}), ended),
        "ready": ready, "restartCount": report.restarts, "image": spec["image"], "imageID": "",
    });
    if !report.id.is_empty() {
        status["containerID"] = json!(report.id);
    }
    if list != "ephemeralContainers" {
        status["started"] = json!(report.started);
    }
    if let Some(resources) =
        spec.get("resources").filter(|one| one.as_object().is_some_and(|map| !map.is_empty()))
    {
        if let Some(requests) = resources.get("requests") {
            status["allocatedResources"] = requests.clone();
        }
        // A running container shows what it is held to, which may not yet be what is wished for.
        status["resources"] =
            if resizes(spec, report) { report.resources.clone() } else { resources.clone() };
    }
    status
}

/// Whether a running container is not yet held to the `resources` that its Pod's spec has now.
fn resizes(spec: &Value, report: &Report) -> bool {
    let running = matches!(report.state, State::Running { .. });
    running && !report.resources.is_null() && report.resources != spec["resources"]
}

fn ended(end: &End) -> Value {
    let mut state = json!({"exitCode": end.code, "reason": end.reason});
    if !end.message.is_empty() {
        state["message"] = json!(end.message);
    }
    state["startedAt"] = end.started.map_or(Value::Null, |at| json!(object::time(at)));
    state["finishedAt"] = json!(object::time(end.finished));
    if !end.id.is_empty() {
        state["containerID"] = json!(end.id);
    }
    json!({"terminated": state})
}

fn conditions(pod: &Value, board: &Board, phase: &str) -> Value {
    let old = pod["status"]["conditions"].as_array().map(Vec::as_slice).unwrap_or_default();
    let generation = object::generation(pod);
    let over = matches!(phase, "Succeeded" | "Failed");
    let make = |kind: &str, status: bool, reason: &str, message: &str| {
        let status = if status { "True" } else { "False" };
        let before = old.iter().find(|one| one["type"] == kind && one["status"] == status);
        let since = before.map_or_else(|| json!(object::now()), |one| one["lastTransitionTime"].clone());
        let mut condition = json!({
            "type": kind, "observedGeneration": generation, "status": status, "lastProbeTime": null,
            "lastTransitionTime": since,
        });
        if !reason.is_empty() {
            condition["reason"] = json!(reason);
        }
        if !message.is_empty() {
            condition["message"] = json!(message);
        }
        condition
    };
    let names = |list: &str, reports: &[Report], fine: fn(&Report) -> bool| -> Vec<String> {
        let specs = pod["spec"][list].as_array().into_iter().flatten().zip(reports);
        specs
            .filter(|(_, report)| !fine(report))
            .map(|(spec, _)| object::text(spec, "/name").to_owned())
            .collect()
    };
    let incomplete = names("initContainers", &board.init, |report| report.is_completed() || report.started);
    let unready = names("containers", &board.main, |report| report.ready);
    let (initialized, why) = match (phase, incomplete.is_empty()) {
        ("Succeeded", _) => (true, ("PodCompleted", String::new())),
        // Sidecars that have ended with their Pod do not undo its start.
        (_, true) => (true, ("", String::new())),
        _ if board.main.iter().any(Report::has_run) => (true, ("", String::new())),
        _ => (false, ("ContainersNotInitialized", listed("containers with incomplete status", &incomplete))),
    };
    let (ready, because) = match (phase, unready.is_empty()) {
        ("Succeeded", _) => (false, ("PodCompleted", String::new())),
        ("Failed", _) => (false, ("PodFailed", String::new())),
        (_, true) => (true, ("", String::new())),
        _ => (false, ("ContainersNotReady", listed("containers with unready status", &unready))),
    };
    let open = open_gate(pod, old);
    let pod_ready = match (ready, open) {
        (true, Some(gate)) => make(
            "Ready",
            false,
            "ReadinessGatesNotReady",
            &format!(
                "corresponding condition of pod readiness gate \"{gate}\" does not exist or is not \"True\"."
            ),
        ),
        _ => make("Ready", ready, because.0, &because.1),
    };
    let mut list: Vec<Value> = vec![
        make("PodReadyToStartContainers", board.sandbox && !over, "", ""),
        make("Initialized", initialized, why.0, &why.1),
        pod_ready,
        make("ContainersReady", ready, because.0, &because.1),
        make("PodScheduled", true, "", ""),
    ];
    let own: Vec<Value> = list.iter().map(|one| one["type"].clone()).collect();
    list.extend(old.iter().filter(|one| one["type"] != RESIZING && !own.contains(&one["type"])).cloned());
    let mut containers = pod["spec"]["containers"].as_array().into_iter().flatten().zip(&board.main);
    if containers.any(|(spec, report)| resizes(spec, report)) {
        let mut resizing = make(RESIZING, true, "", "");
        resizing["lastProbeTime"] = resizing["lastTransitionTime"].clone();
        list.insert(0, resizing);
    }
    Value::Array(list)
}

fn listed(what: &str, names: &[String]) -> String {
    format!("{what}: [{}]", names.join(" "))
}

/// The first readiness gate whose condition is not true.
fn open_gate<'a>(pod: &'a Value, conditions: &[Value]) -> Option<&'a str> {
    let gates = pod["spec"]["readinessGates"].as_array()?;
    gates
        .iter()
        .filter_map(|gate| gate["conditionType"].as_str())
        .find(|gate| !conditions.iter().any(|one| one["type"] == *gate && one["status"] == "True"))
}
