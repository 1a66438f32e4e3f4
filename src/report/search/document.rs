//! The document for programs: the saved search, and what it comes to.

use super::SearchKind;
use super::statement::statement;
use crate::report::Page;
use crate::search::Record;
use crate::units::Rate;
use crate::verdict::Verdict;
use serde::Serialize;
use std::io::{self, Write};

/// Its entry in the list of reports.
pub(super) const KIND: SearchKind = SearchKind { name: "json", write };

#[derive(Serialize)]
struct Document<'a> {
    kind: &'static str,
    verdict: Verdict,
    exit_code: u8,
    statement: String,
    /// A careful `base` for profiles.
    base_per_s: Option<f64>,
    #[serde(flatten)]
    record: &'a Record,
}

fn write(record: &Record, _: Page, out: &mut dyn Write) -> io::Result<()> {
    let document = Document {
        kind: "search",
        verdict: record.verdict(),
        exit_code: record.exit().code(),
        statement: statement(record),
        base_per_s: record.base().map(Rate::as_per_second),
        record,
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}
