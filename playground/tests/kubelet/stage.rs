//! Nodes with an API server before them, and clients.

use crate::story::{PATIENCE, Story, is_ready, shell};
use base64::Engine as _;
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Status;
use kube::api::{Api, AttachParams, AttachedProcess};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config, Error};
use playground::api::{Authority, Server};
use playground::identity::Tokens;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::time::timeout;

pub struct Stage {
    pub story: Story,
    pub kubeconfig: PathBuf,
    pub tokens: Arc<Tokens>,
    authority: Authority,
    pub server: Server,
    _folder: TempDir,
}

impl Stage {
    pub async fn new() -> Stage {
        let story = Story::new();
        let tokens = Arc::new(Tokens::new());
        let cluster = story.cluster.clone();
        let authority = Authority::new().unwrap();
        let agent = story.nodes.agent();
        let server = Server::start(cluster, Arc::clone(&tokens), &authority, agent).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let kubeconfig = folder.path().join("kubeconfig");
        let config = config(&server, authority.certificate_pem(), tokens.admin());
        std::fs::write(&kubeconfig, config.to_string()).unwrap();
        Stage { story, kubeconfig, tokens, authority, server, _folder: folder }
    }

    pub async fn pods(&self) -> Api<Pod> {
        self.pods_as(self.tokens.admin()).await
    }

    pub async fn pods_as(&self, token: &str) -> Api<Pod> {
        let config = config(&self.server, self.authority.certificate_pem(), token).to_string();
        let kubeconfig = Kubeconfig::from_yaml(&config).unwrap();
        let mut config =
            Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await.unwrap();
        config.default_retry = false;
        Api::namespaced(Client::try_from(config).unwrap(), "n")
    }

    /// A Pod that runs a script, once it does.
    pub async fn running(&self, name: &str, script: &str) -> Arc<Value> {
        self.story.pod(name, shell(script, "Always"));
        self.story.until(name, is_ready).await.pop().unwrap()
    }

    /// A Pod whose script has ended.
    pub async fn ended(&self, name: &str, script: &str) -> Arc<Value> {
        self.story.pod(name, shell(script, "Never"));
        let over = |pod: &Value| pod["status"]["phase"] == "Succeeded" || pod["status"]["phase"] == "Failed";
        self.story.until(name, over).await.pop().unwrap()
    }
}

fn config(server: &Server, authority_pem: &str, token: &str) -> Value {
    let authority = base64::engine::general_purpose::STANDARD.encode(authority_pem);
    let url = format!("https://{}", server.address());
    json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "c",
        "clusters": [{"name": "c", "cluster": {"server": url, "certificate-authority-data": authority}}],
        "users": [{"name": "u", "user": {"token": token}}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u", "namespace": "n"}}],
    })
}

/// What is left of a stream.
pub async fn rest(stream: Option<impl AsyncRead + Unpin>) -> String {
    let mut text = Vec::new();
    if let Some(mut stream) = stream {
        timeout(PATIENCE, stream.read_to_end(&mut text)).await.unwrap().unwrap();
    }
    String::from_utf8(text).unwrap()
}

/// What a command prints to both outputs, and its `Status`.
pub async fn outcome(mut command: AttachedProcess) -> (String, String, Status) {
    let (out, err, status) = (command.stdout(), command.stderr(), command.take_status().unwrap());
    let (out, err, status) = tokio::join!(rest(out), rest(err), timeout(PATIENCE, status));
    (out, err, status.unwrap().unwrap())
}

/// Runs a command with both outputs.
pub async fn run(pods: &Api<Pod>, pod: &str, command: &[&str]) -> (String, String, Status) {
    outcome(pods.exec(pod, command.to_vec(), &AttachParams::default()).await.unwrap()).await
}

/// The exit code that a `Status` tells of.
pub fn exit_code(status: &Status) -> i32 {
    if status.status.as_deref() == Some("Success") {
        return 0;
    }
    assert_eq!(status.reason.as_deref(), Some("NonZeroExitCode"), "{status:?}");
    let causes = status.details.clone().unwrap().causes.unwrap();
    assert_eq!(causes[0].reason.as_deref(), Some("ExitCode"));
    causes[0].message.as_ref().unwrap().parse().unwrap()
}

/// The code and the message of a refusal.
pub fn refusal<T>(result: Result<T, Error>) -> (u16, String) {
    match result {
        Err(Error::Api(status)) => (status.code, status.message.clone()),
        Err(other) => panic!("not refused by the server: {other:?}"),
        Ok(_) => panic!("not refused"),
    }
}
