//! What the API server asks of the node that a Pod runs on.

use crate::status::ApiError;
use bytes::Bytes;
use futures_util::Stream;
use jiff::Timestamp;
use serde_json::Value;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};

/// What an agent promises.
pub type AgentFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, ApiError>> + Send + 'a>>;

/// A container's output, in pieces. Dropping it ends the reading.
pub type LogStream = Pin<Box<dyn Stream<Item = Bytes> + Send>>;

/// Which output is wanted (`pods/log`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogRequest {
    /// The container, one of the Pod's.
    pub container: String,
    /// Stay and send what comes, until the container ends.
    pub follow: bool,
    /// The output of the container's previous run.
    pub previous: bool,
    /// Only the last lines.
    pub tail_lines: Option<u64>,
    /// Of those, only what was printed at this time or later.
    pub since: Option<Timestamp>,
    /// Each line begins with its time.
    pub timestamps: bool,
    /// No more than so many bytes.
    pub limit_bytes: Option<u64>,
}

/// Which command is to be run (`pods/exec`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExecRequest {
    /// The container, one of the Pod's.
    pub container: String,
    /// The program and its arguments.
    pub command: Vec<String>,
    /// It gets an input; without, its input is at its end.
    pub stdin: bool,
}

/// A command that runs in a container. Dropping `exit` kills it with all that it started.
pub struct Execution {
    /// Its input, if it was asked for; dropping it is the end of the input.
    pub stdin: Option<Box<dyn AsyncWrite + Send + Unpin>>,
    /// What it prints. Who does not read stops it.
    pub stdout: Box<dyn AsyncRead + Send + Unpin>,
    /// What it prints as errors.
    pub stderr: Box<dyn AsyncRead + Send + Unpin>,
    /// Its exit code, 128 + n after signal n, once nothing of it is left. Wait for it while reading: it is also
    /// what ends the command with its container.
    pub exit: Pin<Box<dyn Future<Output = i32> + Send>>,
}

/// Starts a command, once; an error, in words, when it cannot be started. Needs a tokio runtime.
pub type Start = Box<dyn FnOnce() -> Result<Execution, String> + Send>;

/// The side of a kubelet that the API server talks to.
pub trait NodeAgent: Send + Sync + 'static {
    /// What a container printed. Refuses when it has printed nothing, because it has not run.
    fn logs(&self, pod: Arc<Value>, request: LogRequest) -> AgentFuture<'_, LogStream>;

    /// Refuses when the container does not run; the command itself starts when the answer is called.
    fn exec(&self, pod: Arc<Value>, request: ExecRequest) -> AgentFuture<'_, Start>;
}

/// For a server without nodes: both answer 501.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoAgent;

impl NodeAgent for NoAgent {
    fn logs(&self, _: Arc<Value>, _: LogRequest) -> AgentFuture<'_, LogStream> {
        Box::pin(async { Err(ApiError::not_implemented("pods/log without a kubelet")) })
    }

    fn exec(&self, _: Arc<Value>, _: ExecRequest) -> AgentFuture<'_, Start> {
        Box::pin(async { Err(ApiError::not_implemented("pods/exec without a kubelet")) })
    }
}
