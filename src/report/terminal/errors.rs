//! Failed requests by endpoint and class, each with one example.

use super::super::numbers;
use super::super::page::Page;
use super::super::plain::{harmless, head, middle};
use super::table::Table;
use crate::run::{EndpointSummary, Run};
use crate::sample::ErrorClass;
use std::io::{self, Write};

/// More rows are left to the json report.
const ROWS: usize = 20;

pub(super) fn write(run: &Run, page: Page, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::new("errors", &["endpoint", "class", "count", "one example"], 2..3);
    let failed =
        run.summary.endpoints.iter().flat_map(|endpoint| {
            endpoint.counts.by_class().map(move |(class, count)| (endpoint, class, count))
        });
    let mut all: Vec<_> = failed.collect();
    all.sort_by_key(|(_, _, count)| std::cmp::Reverse(*count));
    for (endpoint, class, count) in all.iter().take(ROWS) {
        table.row(vec![
            middle(&harmless(&endpoint.name), 30),
            class.word().to_owned(),
            numbers::short(*count),
            harmless(example(endpoint, *class)),
        ]);
    }
    table.fit(page, "one example", 30, head);
    table.write(page, out)?;
    match all.len().checked_sub(ROWS) {
        None | Some(0) => Ok(()),
        Some(more) => writeln!(out, "  and {more} more in the json report"),
    }
}

fn example(endpoint: &EndpointSummary, class: ErrorClass) -> &str {
    endpoint.examples.iter().find(|example| example.class == class).map_or("–", |example| &example.text)
}
