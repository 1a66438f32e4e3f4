//! The faults: when each was active, whom it hit, what was seen of it.

use super::super::page::Page;
use super::super::plain::{harmless, middle};
use super::table::Table;
use crate::run::{FaultResult, Run};
use std::io::{self, Write};

const HEADER: [&str; 6] = ["", "fault", "kind", "when", "status", "victims"];

pub(super) fn write(run: &Run, page: Page, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::new("faults", &HEADER, 0..0);
    for fault in &run.summary.faults {
        table.judged(fault.verdict, cells(fault));
    }
    table.spare(&["kind", "when"]);
    table.fit(page, "victims", 16, middle);
    table.fit(page, "fault", 16, middle);
    table.fit(page, "kind", 16, middle);
    table.write(page, out)?;
    run.summary.faults.iter().try_for_each(|fault| seen(fault, page, out))
}

/// What was seen of a fault, or why nothing was, in full below the table.
fn seen(fault: &FaultResult, page: Page, out: &mut dyn Write) -> io::Result<()> {
    let Some(seen) = fault.seen() else { return Ok(()) };
    page.paragraph(&format!("{}: {seen}", fault.plan.name), out)
}

fn cells(fault: &FaultResult) -> Vec<String> {
    let status = fault.status.words();
    vec![
        harmless(&fault.plan.name),
        harmless(&fault.plan.kind),
        when(fault),
        if fault.count > 1 { format!("{status} ×{}", fault.count) } else { status.to_owned() },
        harmless(&victims(fault)),
    ]
}

/// From when to when it was active.
fn when(fault: &FaultResult) -> String {
    match (fault.injected(), fault.ended()) {
        (None, _) => "never".to_owned(),
        (Some(from), None) => format!("from {:.1} s", from.secs_f64()),
        (Some(from), Some(to)) => format!("{:.1} – {:.1} s", from.secs_f64(), to.secs_f64()),
    }
}

/// The first victim, and how many more there are.
fn victims(fault: &FaultResult) -> String {
    match fault.victims().as_slice() {
        [] => "–".to_owned(),
        [only] => (*only).to_owned(),
        [first, more @ ..] => format!("{first} and {} more", more.len()),
    }
}
