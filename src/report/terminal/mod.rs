//! The report that people read at a terminal: the verdict first, then what it stands on.

mod cells;
mod checks;
mod endpoints;
mod errors;
mod faults;
mod gates;
mod generator;
mod ledger;
mod page;
mod recovery;
pub(super) mod table;
mod timeline;

pub use page::Terminal;

/// Its entry in the list of reports.
pub(super) const KIND: super::Kind =
    super::Kind { name: "terminal", about: "text for people", make: |page| Box::new(Terminal::new(page)) };
