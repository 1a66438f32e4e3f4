//! The endpoints: how many of what, and how fast.

use super::super::numbers;
use super::super::page::Page;
use super::super::plain::{harmless, middle};
use super::table::Table;
use crate::history::Model;
use crate::run::{Latencies, Run};
use crate::stats::Counts;
use std::io::{self, Write};

const HEADER: [&str; 11] =
    ["endpoint", "planned", "done", "failed", "dropped", "good", "p50", "p90", "p95", "p99", "max"];

pub(super) fn write(run: &Run, page: Page, out: &mut dyn Write) -> io::Result<()> {
    if run.summary.planned() == 0 {
        return Ok(());
    }
    let title = match run.meta.model {
        Model::Open => "endpoints (response time from the planned instant, of good answers)",
        Model::Closed => "endpoints (response time from the instant of sending, of good answers)",
    };
    let mut table = Table::new(title, &HEADER, 1..11);
    for endpoint in &run.summary.endpoints {
        table.row(cells(&endpoint.name, &endpoint.counts, endpoint.rate, endpoint.response.as_ref()));
    }
    if run.summary.endpoints.len() > 1 {
        let totals = &run.summary.totals;
        table.row(cells("all", &totals.counts, totals.rate, totals.response.as_ref()));
    }
    // Dropped arrivals are the last that may go unseen.
    table.spare(match run.summary.totals.counts.dropped {
        0 => &["p90", "done", "p95", "dropped", "good", "p50"],
        _ => &["p90", "done", "p95", "good", "p50", "dropped"],
    });
    table.fit(page, "endpoint", 20, middle);
    table.write(page, out)?;
    streams(run, page, out)
}

/// The endpoints whose answers come piece by piece.
fn streams(run: &Run, page: Page, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::new(
        "streams (first event from the instant of sending; gaps from event to event)",
        &[
            "endpoint",
            "streams",
            "first p50",
            "first p99",
            "first max",
            "gaps",
            "gap p50",
            "gap p99",
            "gap max",
        ],
        1..9,
    );
    let mut any = false;
    for endpoint in &run.summary.endpoints {
        let Some(first) = &endpoint.first_event else { continue };
        any = true;
        let mut row = vec![harmless(&endpoint.name)];
        for part in [Some(first), endpoint.gap.as_ref()] {
            row.push(numbers::short(part.map_or(0, |part| part.n)));
            row.extend(match part {
                Some(part) => [part.p50, part.p99, part.max].map(|us| numbers::micros(us as f64)),
                None => [const { String::new() }; 3].map(|_| "–".to_owned()),
            });
        }
        table.row(row);
    }
    if !any {
        return Ok(());
    }
    table.spare(&["gaps", "first max", "gap max"]);
    table.fit(page, "endpoint", 20, middle);
    table.write(page, out)
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
