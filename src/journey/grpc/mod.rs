//! Calls of gRPC methods with one request and one answer, over the same connections as every other request.
//!
//! ```text
//! types (a descriptor set, or what reflection says) ─┐
//! compile ── Call (method, metadata, draft) ────────┴─ bind ── render ── frame ──► Request
//!                                                              answer ◄── frame ◄── Answer
//! ```

mod answer;
mod call;
mod compile;
mod draft;
mod encode;
mod frame;
mod name;
mod reflection;
mod status;
mod types;

pub use call::Call;
pub use compile::Calls;
pub(super) use compile::compile;
pub use reflection::{ReflectionError, discover};
pub use status::GrpcStatus;
pub use types::{Types, TypesError};
