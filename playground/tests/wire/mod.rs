//! Talking to the playground with kube's client, and comparing its answers with recorded ones.

use http::{Method, Request};
use http_body_util::BodyExt as _;
use kube::client::Body;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use playground::{Options, Playground, Upkeep};
use serde_json::Value;

/// A client with the administrator's kubeconfig.
pub async fn client(playground: &Playground) -> Client {
    client_with(playground, None).await
}

/// A client with another token.
pub async fn client_with(playground: &Playground, token: Option<&str>) -> Client {
    let mut kubeconfig = Kubeconfig::from_yaml(playground.kubeconfig()).unwrap();
    if let Some(token) = token {
        let auth = kubeconfig.auth_infos[0].auth_info.as_mut().unwrap();
        auth.token = Some(token.to_owned().into());
    }
    let mut config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await.unwrap();
    // kube repeats a request that got 429, for minutes; here the 429 of a budget is the answer that is looked at.
    config.default_retry = false;
    Client::try_from(config).unwrap()
}

/// A playground.
pub async fn playground() -> Playground {
    Playground::start(Options { upkeep: Upkeep::Nobody, ..Options::default() }).await.unwrap()
}

/// Sends a request as it is; returns the status and the body, as JSON if it is.
#[allow(dead_code, reason = "not every test crate sends requests by hand")]
pub async fn send(
    client: &Client,
    method: &str,
    path: &str,
    content_type: Option<&str>,
    body: Option<&Value>,
) -> (u16, Value) {
    let mut request = Request::builder().method(Method::from_bytes(method.as_bytes()).unwrap()).uri(path);
    if let Some(content_type) = content_type {
        request = request.header("content-type", content_type);
    }
    let body = body.map_or_else(Vec::new, |body| body.to_string().into_bytes());
    let response = client.send(request.body(Body::from(body)).unwrap()).await.unwrap();
    let status = response.status().as_u16();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}
