//! What the API server asks of the node that a Pod runs on.

use crate::status::ApiError;
use bytes::Bytes;
use serde_json::Value;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use tokio::sync::mpsc;

/// What an agent promises.
pub type AgentFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, ApiError>> + Send + 'a>>;

/// Which output is wanted (`pods/log`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogRequest {
    /// The container; empty for the only one.
    pub container: String,
    /// Stay and send what comes.
    pub follow: bool,
    /// The output of the container's previous run.
    pub previous: bool,
    /// Only the last lines.
    pub tail_lines: Option<u64>,
    /// Each line begins with its time.
    pub timestamps: bool,
}

/// Which command is to be run (`pods/exec`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExecRequest {
    /// The container; empty for the only one.
    pub container: String,
    /// The program and its arguments.
    pub command: Vec<String>,
}

/// The side of a kubelet that the API server talks to.
pub trait NodeAgent: Send + Sync + 'static {
    /// What a container printed, in pieces; the channel closes at the end.
    fn logs(&self, pod: Arc<Value>, request: LogRequest) -> AgentFuture<'_, mpsc::Receiver<Bytes>>;

    /// Runs a command to its end and returns its exit code and what it printed (stdout, stderr).
    fn exec(&self, pod: Arc<Value>, request: ExecRequest) -> AgentFuture<'_, (i32, Bytes, Bytes)>;
}

/// For a server without nodes: both answer 501.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoAgent;

impl NodeAgent for NoAgent {
    fn logs(&self, _: Arc<Value>, _: LogRequest) -> AgentFuture<'_, mpsc::Receiver<Bytes>> {
        Box::pin(async { Err(ApiError::not_implemented("pods/log without a kubelet")) })
    }

    fn exec(&self, _: Arc<Value>, _: ExecRequest) -> AgentFuture<'_, (i32, Bytes, Bytes)> {
        Box::pin(async { Err(ApiError::not_implemented("pods/exec without a kubelet")) })
    }
}
