//! The endpoints: how many of what, and how fast.

use super::super::numbers;
use super::super::plain::{harmless, middle};
use super::super::style::Style;
use super::table::Table;
use crate::run::{Latencies, Run};
use crate::stats::Counts;
use std::io::{self, Write};

const HEADER: [&str; 11] =
    ["endpoint", "planned", "done", "failed", "dropped", "good", "p50", "p90", "p95", "p99", "max"];

pub(super) fn write(run: &Run, style: Style, out: &mut dyn Write) -> io::Result<()> {
    if run.summary.planned() == 0 {
        return Ok(());
    }
    let mut table =
        Table::new("endpoints (response time from the planned instant, of good answers)", &HEADER, 1..11);
    for endpoint in &run.summary.endpoints {
        table.row(cells(&endpoint.name, &endpoint.counts, endpoint.rate, endpoint.response.as_ref()));
    }
    if run.summary.endpoints.len() > 1 {
        let totals = &run.summary.totals;
        table.row(cells("all", &totals.counts, totals.rate, totals.response.as_ref()));
    }
    table.fit(0, 20, middle);
    table.write(style, out)
}

fn cells(name: &str, counts: &Counts, rate: f64, response: Option<&Latencies>) -> Vec<String> {
    let numbers = [counts.planned, counts.done, counts.failed, counts.dropped];
    let percentiles = match response {
        Some(r) => [r.p50, r.p90, r.p95, r.p99, r.max].map(|us| numbers::micros(us as f64)),
        None => [const { String::new() }; 5].map(|_| "–".to_owned()),
    };
    let mut cells = vec![harmless(name)];
    cells.extend(numbers.map(numbers::short));
    cells.push(numbers::rate(rate));
    cells.extend(percentiles);
    cells
}
