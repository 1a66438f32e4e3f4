//! How the cluster and the programs in it know each other: by the authority whose certificate the API server shows,
//! and by tokens.

mod tokens;

pub use tokens::{Account, Bearer, Bound, Tokens};

use serde_json::{Value, json};
use std::sync::Arc;

/// The `ConfigMap` of every namespace that holds the authority's certificate.
pub const ROOT_CERTIFICATE: &str = "kube-root-ca.crt";

/// What a cluster with an API server gives its Pods to reach it.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The certificate of the authority that signed the server's.
    pub authority_pem: String,
    /// The tokens that the server takes.
    pub tokens: Arc<Tokens>,
}

/// That `ConfigMap`, as it is to be.
pub(crate) fn certificate(identity: &Identity) -> Value {
    json!({"metadata": {"name": ROOT_CERTIFICATE}, "data": {"ca.crt": identity.authority_pem}})
}
