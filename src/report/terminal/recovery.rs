//! What users felt of each fault: one line a fault, and below it what the figures stand on.

use super::super::felt;
use super::super::numbers;
use super::super::page::Page;
use super::super::plain::{harmless, middle};
use super::table::Table;
use crate::run::{Bounds, FaultResult, Run};
use std::io::{self, Write};

/// A figure that there is not.
const NONE: &str = "–";
const HEADER: [&str; 7] = ["fault", "failover", "RTO", "downtime", "longest gap", "not good", "RPO"];

pub(super) fn write(run: &Run, page: Page, out: &mut dyn Write) -> io::Result<()> {
    let felt = || run.summary.faults.iter().filter(|fault| fault.recovery.is_some() || fault.data.is_some());
    if felt().next().is_none() {
        return Ok(());
    }
    let mut table = Table::new("recovery", &HEADER, 1..7);
    for fault in felt() {
        table.row(cells(fault));
    }
    table.fit(page, "fault", 8, middle);
    if table.fits(page) {
        table.write(page, out)?;
        return felt().try_for_each(|fault| notes(fault, page, out));
    }
    page.title("recovery", out)?;
    felt().try_for_each(|fault| told(fault, page, out))
}

fn cells(fault: &FaultResult) -> Vec<String> {
    let shown = |figure: Option<Bounds>| figure.map_or_else(|| NONE.to_owned(), numbers::bounds);
    let all = fault.recovery.as_ref().filter(|recovery| recovery.doubt.is_none()).map(|felt| &felt.overall);
    vec![
        harmless(&fault.plan.name),
        shown(all.and_then(|all| all.failover)),
        shown(all.and_then(|all| all.rto)),
        shown(all.and_then(|all| all.downtime)),
        shown(all.and_then(|all| all.longest_gap)),
        all.map_or_else(|| NONE.to_owned(), |all| numbers::short(all.lost_requests)),
        shown(fault.data.as_ref().and_then(|data| data.rpo)),
    ]
}

fn notes(fault: &FaultResult, page: Page, out: &mut dyn Write) -> io::Result<()> {
    paragraph(&felt::notes(fault).join("; "), fault, page, out)
}

/// A fault where there is no room for the table.
fn told(fault: &FaultResult, page: Page, out: &mut dyn Write) -> io::Result<()> {
    let named = HEADER.iter().zip(cells(fault)).skip(1).filter(|(_, figure)| figure != NONE);
    let figures: Vec<String> = named.map(|(name, figure)| format!("{name} {figure}")).collect();
    let notes = felt::notes(fault);
    let said: Vec<String> =
        std::iter::once(figures.join(", ")).chain(notes).filter(|text| !text.is_empty()).collect();
    paragraph(&said.join("; "), fault, page, out)
}

fn paragraph(text: &str, fault: &FaultResult, page: Page, out: &mut dyn Write) -> io::Result<()> {
    page.paragraph(&format!("{}: {text}", fault.plan.name), out)
}
