//! The files of a scenario: where something stands in them, and what is wrong there.
//!
//! `reader` reads a scenario with its includes into one tree (`node`), `decode` turns the tree into our types, and
//! `render` shows what is wrong. Nothing here knows what a scenario means.

mod decode;
mod environment;
mod files;
mod include;
mod located;
mod node;
mod outside;
mod place;
mod plain;
mod problem;
mod reader;
mod render;
mod secrets;
mod suggest;
mod syntax;
mod telling;
mod tree;

pub use decode::decode;
pub use environment::Environment;
pub use files::{Files, ReadError, SourceFile, read_bytes, read_text};
pub use located::{LOCATED, LOCATED_FIELDS, Located, Mark};
pub use node::{Node, NodeId, NodeKind, Scalar, Style};
pub use place::{Place, without_passwords};
pub use plain::Plain;
pub use problem::{MAX_PROBLEMS, Problem};
pub use reader::Sources;
pub use render::{Look, in_order, render};
pub use secrets::Secrets;

pub use suggest::{nearest, suggest};
pub use telling::{is_telling, told_values, without_told_values};
pub use tree::{Budget, parse};

use reader::Reader;
