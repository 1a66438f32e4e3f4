//! What the served kinds are made of: every field with its type, from the `generated.proto` and the Go types of
//! k8s.io/api and k8s.io/apimachinery v0.36. It is data and knows nothing of requests: protobuf bodies, checks of
//! unknown fields, `kubectl explain` and the ownership of fields are read from it.

mod message;
mod parse;
mod prune;
mod table;

pub use message::{Field, Holds, Keys, Message, Type};
pub use prune::prune;
pub use table::{message, message_of, messages};
