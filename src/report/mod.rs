//! A judged run as bytes, one file or folder per format. No clock, no counting, no exit codes: all of it is in
//! [`crate::run::Run`], so every report says the same.
//!
//! A new format is a module and one entry in the list below.

mod failure;
mod felt;
mod json;
mod junit;
mod kind;
mod numbers;
mod page;
mod plain;
mod search;
mod style;
mod terminal;

pub use felt::line as felt;
pub use json::Json;
pub use junit::Junit;
pub use kind::{Destination, Format, Kind, Report, Request, RequestError, list, parse};
pub use page::Page;
pub use plain::{harmless, head, middle};
pub use search::{SearchKind, attempt_line, statement};
pub use style::Style;
pub use terminal::Terminal;

/// The formats, in the order of help texts.
const KINDS: &[Kind] = &[terminal::KIND, json::KIND, junit::KIND];
