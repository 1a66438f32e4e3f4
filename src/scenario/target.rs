//! The target: as it is written, and ready to connect to.

use super::KubernetesSpec;
use crate::journey::Pairs;
use crate::source::Located;
use crate::transport::{HttpVersion, Target};
use crate::units::Span;
use schemars::JsonSchema;
use serde::Deserialize;

/// Where requests go, and how.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "Target")]
pub struct TargetSpec {
    /// The URL of the service: `http://127.0.0.1:8080` or `https://shop.example`. A path becomes a prefix of all paths.
    pub http: Option<Located<String>>,
    /// The version of HTTP: `auto` takes what the server chooses over TLS and HTTP/1.1 otherwise; `http2` without TLS
    /// speaks HTTP/2 by prior knowledge.
    pub http_version: HttpVersion,
    /// Whom to trust over TLS and who we are.
    pub tls: Option<Located<TlsSpec>>,
    /// Headers of every request.
    pub headers: Pairs<Located<String>>,
    /// How long connecting may take, name and TLS included; 5s when left out.
    pub connect_timeout: Option<Located<Span>>,
    /// Where the types of gRPC messages come from, for the calls of journeys.
    pub grpc: Option<Located<GrpcSpec>>,
    /// The cluster and the one namespace that faults may touch; nothing else is touched.
    pub kubernetes: Option<Located<KubernetesSpec>>,
}

/// Where the types of gRPC messages come from. Exactly one of the two.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "Grpc")]
pub struct GrpcSpec {
    /// A file with a descriptor set, as `protoc --include_imports --descriptor_set_out=FILE` or `buf build -o FILE` writes
    /// it; its path from this file's folder.
    pub descriptors: Option<Located<String>>,
    /// `true`: from the server, which is asked by gRPC reflection before the load.
    pub reflection: Option<Located<bool>>,
}

/// TLS. Files are PEM; their paths count from this file's folder.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "Tls")]
pub struct TlsSpec {
    /// A file of certificate authorities to trust instead of the system's.
    pub ca: Option<Located<String>>,
    /// A file with our own certificate and its chain.
    pub certificate: Option<Located<String>>,
    /// A file with the key of our certificate.
    pub key: Option<Located<String>>,
    /// Whether the target's certificate is verified. Every report says so when it is not.
    pub verify: bool,
    /// The name to ask for and to verify, when it is not the URL's.
    pub server_name: Option<Located<String>>,
}

impl Default for TlsSpec {
    fn default() -> TlsSpec {
        TlsSpec { ca: None, certificate: None, key: None, verify: true, server_name: None }
    }
}

/// Where requests go, ready to connect.
#[derive(Debug, Clone)]
pub struct TargetPlan {
    /// The URL as written; it may hold values from outside.
    pub url: String,
    /// What to connect to.
    pub target: Target,
}
