//! From the tree of a YAML file to our own types, by serde, with the place of every mistake.
//!
//! `deserializer` walks the tree, `access` and `enums` are its parts for maps, lists and kinds, `error` keeps what
//! serde says in a form that can be put into words, and `retry` finds all mistakes of a tree at once.

mod access;
mod deserializer;
mod enums;
mod error;
mod retry;

pub use retry::decode;
