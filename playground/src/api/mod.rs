//! The API server: Kubernetes' HTTP interface over the cluster.

mod access;
mod agent;
mod answer;
mod body;
mod deletion;
mod discovery;
mod handle;
mod metrics;
mod negotiate;
mod openapi;
mod patching;
mod pod;
mod protobuf;
mod query;
mod rbac;
mod read;
mod request;
mod review;
mod route;
mod server;
mod subresource;
mod table;
mod tls;
mod user;
mod validation;
mod watching;
mod write;

pub use agent::{AgentFuture, ExecRequest, Execution, LogRequest, LogStream, NoAgent, NodeAgent, Start};
pub use server::{Server, ServerError};
pub use tls::Authority;
pub use user::User;
