//! The report that programs read. `docs/reports.md` describes every field; those of schema 1 keep their names.

mod check;
mod document;
mod endpoint;
mod fault;
mod generator;
mod ledger;
mod meta;
mod recovery;

pub use document::Json;

/// Its entry in the list of reports.
pub(super) const KIND: super::Kind =
    super::Kind { name: "json", about: "everything, for programs", make: |_| Box::new(Json) };
