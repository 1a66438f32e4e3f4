//! A search for the breaking point as bytes: for people, for programs, for a page. A new format is a module and one
//! entry in the list below.

mod document;
mod kind;
mod markdown;
mod page;
mod statement;

pub use kind::SearchKind;
pub use statement::{attempt_line, statement};

/// The formats, in the order of help texts.
const KINDS: &[SearchKind] = &[page::KIND, document::KIND, markdown::KIND];
