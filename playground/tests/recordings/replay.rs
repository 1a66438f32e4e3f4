//! Sending what was recorded, and comparing.

use crate::wire::{client, playground, send};
use kube::Client;
use playground::Playground;
use playground::resource::{Kind, by_kind};
use playground::store::Write;
use serde_json::{Value, json};

/// Fields that differ from run to run or by design; only their presence is compared.
const MASKED: [&str; 13] = [
    // Times, identities and versions are of the moment.
    "uid",
    "resourceVersion",
    "creationTimestamp",
    "deletionTimestamp",
    "lastTransitionTime",
    "continue",
    "token",
    // Addresses lie in 127.0.0.0/8 so that a proxy can listen on them.
    "clusterIP",
    "clusterIPs",
    // The labels by which a Job knows its pods carry its uid.
    "controller-uid",
    "batch.kubernetes.io/controller-uid",
    // The order of a collision-free hash is the storage's own.
    "storageVersionHash",
    "serverAddress",
];

/// Fields that are dropped before comparing: the mounted token of the service account (a process has no mounts).
const DROPPED: [&str; 4] = ["volumes", "volumeMounts", "managedFields", "storageVersionHash"];

fn masked(value: &Value) -> Value {
    match value {
        Value::Object(map) => map
            .iter()
            .filter(|(key, _)| !DROPPED.contains(&key.as_str()))
            .map(|(key, value)| {
                let value = if MASKED.contains(&key.as_str()) { json!("*") } else { masked(value) };
                (key.clone(), value)
            })
            .collect(),
        Value::Array(list) => list.iter().map(masked).collect(),
        other => other.clone(),
    }
}

/// One recorded request and its answer.
pub struct Line {
    pub note: String,
    pub method: String,
    pub path: String,
    pub content_type: Option<String>,
    pub body: Option<Value>,
    pub status: u16,
    pub answer: Value,
}

/// The lines of one recording.
pub fn recording(name: &str) -> Vec<Line> {
    let path = format!("{}/tests/recordings/data/{name}.jsonl", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| read(&serde_json::from_str(line).unwrap())).collect()
}

fn read(line: &Value) -> Line {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let body = &line["request"]["body"];
    Line {
        note: text(&line["note"]).unwrap_or_default(),
        method: text(&line["request"]["method"]).unwrap(),
        path: text(&line["request"]["path"]).unwrap(),
        content_type: text(&line["request"]["content_type"]),
        body: (!body.is_null()).then(|| body.clone()),
        status: u16::try_from(line["response"]["status"].as_u64().unwrap()).unwrap(),
        answer: line["response"]["body"].clone(),
    }
}

/// A playground with the namespace of the recordings, and what recorded identities became in it.
pub struct Replay {
    pub playground: Playground,
    pub client: Client,
    became: Vec<(String, String)>,
}

impl Replay {
    /// With nothing in it.
    pub async fn new() -> Replay {
        Replay::with(playground().await).await
    }

    /// In a playground that was started in another way.
    pub async fn with(playground: Playground) -> Replay {
        let client = client(&playground).await;
        let replay = Replay { playground, client, became: Vec::new() };
        replay.put("v1", "Namespace", &json!({"metadata": {"name": "rec"}}));
        replay
    }

    /// A kind by its names.
    pub fn kind(api_version: &str, kind: &str) -> &'static Kind {
        by_kind(api_version, kind).unwrap()
    }

    /// Puts an object there, as a controller would.
    pub fn put(&self, api_version: &str, kind: &str, object: &Value) -> Value {
        let kind = Self::kind(api_version, kind);
        let namespace = if kind.kind == "Namespace" || kind.kind == "Node" { "" } else { "rec" };
        let stored =
            self.playground.cluster().create(kind, namespace, object.clone(), Write::Commit).unwrap();
        Value::clone(&stored)
    }

    /// Puts an object as it was recorded, with its status.
    pub fn put_recorded(&mut self, object: &Value) {
        let (version, kind) = (object["apiVersion"].as_str().unwrap(), object["kind"].as_str().unwrap());
        let mut given = object.clone();
        given["metadata"]["resourceVersion"] = Value::Null;
        if let Some(spec) = given["spec"].as_object_mut() {
            spec.remove("volumes");
        }
        let containers = given.pointer_mut("/spec/containers").and_then(Value::as_array_mut);
        for container in containers.into_iter().flatten() {
            container.as_object_mut().unwrap().remove("volumeMounts");
        }
        let stored = self.put(version, kind, &given);
        self.remember(object, &stored);
        if object["status"].is_object() {
            let at = (playground::object::namespace(&stored), playground::object::name(&stored));
            self.playground
                .cluster()
                .set_status(Self::kind(version, kind), at, object["status"].clone())
                .unwrap();
        }
    }

    fn remember(&mut self, recorded: &Value, actual: &Value) {
        for key in ["uid", "resourceVersion"] {
            let text = |object: &Value| object["metadata"][key].as_str().map(|text| format!("\"{text}\""));
            if let (Some(recorded), Some(actual)) = (text(recorded), text(actual)) {
                self.became.retain(|(known, _)| *known != recorded);
                self.became.push((recorded.clone(), actual.clone()));
                // In messages an identity stands without quotes.
                if key == "uid" {
                    self.became.push((recorded.replace('"', ""), actual.replace('"', "")));
                }
            }
        }
    }

    fn now(&self, value: &Value) -> Value {
        let mut text = value.to_string();
        for (recorded, actual) in &self.became {
            text = text.replace(recorded, actual);
        }
        serde_json::from_str(&text).unwrap()
    }

    /// Sends the request; returns the recorded and the actual answer, masked, after comparing the codes.
    pub async fn send(&mut self, client: &Client, line: &Line) -> (Value, Value) {
        let body = line.body.as_ref().map(|body| self.now(body));
        let (status, answer) =
            send(client, &line.method, &line.path, line.content_type.as_deref(), body.as_ref()).await;
        let expected = self.now(&line.answer);
        self.remember(&line.answer, &answer);
        assert_eq!(status, line.status, "{} {} ({}): {answer}", line.method, line.path, line.note);
        (masked(&expected), masked(&answer))
    }

    /// Sends the request and compares everything.
    pub async fn check(&mut self, line: &Line) {
        let (expected, actual) = self.send(&self.client.clone(), line).await;
        assert_eq!(expected, actual, "{} {} ({})", line.method, line.path, line.note);
    }
}
