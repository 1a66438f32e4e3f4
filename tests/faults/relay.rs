//! A server between us and the API server that passes everything on and remembers what was asked.

use crate::stage::Stage;
use http_body_util::BodyExt as _;
use kube::client::Body;
use serde_json::json;
use support::{Answer, Scripted, Seen};
use tempfile::NamedTempFile;
use tokio::runtime::Handle;

/// The relay. It speaks plain HTTP and asks as whoever the stage's kubeconfig names; watches do not pass it.
pub struct Relay {
    server: Scripted,
    /// By which it is reached.
    pub kubeconfig: NamedTempFile,
}

impl Relay {
    pub fn start(stage: &Stage) -> Relay {
        let (client, runtime) = (stage.client.clone(), Handle::current());
        let server = Scripted::answering(move |seen| {
            let (client, seen, runtime) = (client.clone(), seen.clone(), runtime.clone());
            // The server's own thread must not wait inside of its runtime.
            std::thread::spawn(move || runtime.block_on(passed_on(&client, &seen))).join().unwrap()
        });
        let text = json!({"apiVersion": "v1", "kind": "Config", "current-context": "relay",
            "clusters": [{"name": "relay", "cluster": {"server": server.url()}}],
            "users": [{"name": "relay", "user": {}}],
            "contexts": [{"name": "relay", "context": {"cluster": "relay", "user": "relay"}}]});
        let kubeconfig = NamedTempFile::new().unwrap();
        std::fs::write(kubeconfig.path(), text.to_string()).unwrap();
        Relay { server, kubeconfig }
    }

    /// The requests so far, as "POST /api/v1/…".
    pub fn asked(&self) -> Vec<String> {
        let line = |seen: &Seen| format!("{} {}", seen.method, seen.path);
        self.server.seen().iter().map(line).collect()
    }
}

async fn passed_on(client: &kube::Client, seen: &Seen) -> Answer {
    let mut request = http::Request::builder().method(seen.method.clone()).uri(&seen.path);
    for name in ["accept", "content-type"] {
        if let Some(value) = seen.headers.get(name) {
            request = request.header(name, value);
        }
    }
    let answer = client.send(request.body(Body::from(seen.body.to_vec())).unwrap()).await.unwrap();
    let (head, body) = answer.into_parts();
    let mut passed = Answer::status(head.status.as_u16()).body(body.collect().await.unwrap().to_bytes());
    for name in ["content-type", "retry-after"] {
        if let Some(value) = head.headers.get(name) {
            passed = passed.header(name, value.to_str().unwrap());
        }
    }
    passed
}
