//! Bodies that kubectl sends in Kubernetes' binary form, read into JSON. Answers are JSON, but for what
//! `crate::api::openapi` writes.
//!
//! The form is `k8s\0` and then a message `Unknown` (k8s.io/apimachinery/pkg/runtime/generated.proto) with the
//! type and the object's own message in it, whose fields are those of `crate::schema`.

mod decode;
mod scalar;
mod wire;
mod writer;

pub(super) use decode::{Malformed, decode};
#[cfg(test)]
pub(super) use scalar::part;
pub(super) use writer::Writer;
