//! The file by which clients find the server.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::io::Write as _;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// A kubeconfig with one context, as JSON, which is YAML too.
pub(crate) fn kubeconfig(address: SocketAddr, certificate_pem: &str, token: &str) -> Value {
    let server = json!({
        "server": format!("https://{address}"), "certificate-authority-data": STANDARD.encode(certificate_pem),
    });
    let context = json!({"cluster": "playground", "user": "admin", "namespace": "default"});
    json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "playground",
        "clusters": [{"name": "playground", "cluster": server}],
        "users": [{"name": "admin", "user": {"token": token}}],
        "contexts": [{"name": "playground", "context": context}],
    })
}

/// Writes it where only this user can read it: it holds the administrator's token.
pub(crate) fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())
}
