//! What users felt of each fault: one line a fault, and below it what the figures stand on.

use super::super::felt;
use super::super::numbers;
use super::super::plain::{harmless, lines, middle};
use super::super::style::Style;
use super::table::{PAGE, Table};
use crate::run::{Bounds, FaultResult, Run};
use std::io::{self, Write};

const HEADER: [&str; 7] = ["fault", "failover", "RTO", "downtime", "longest gap", "not good", "RPO"];

pub(super) fn write(run: &Run, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let felt = || run.summary.faults.iter().filter(|fault| fault.recovery.is_some() || fault.data.is_some());
    let mut table = Table::new("recovery", &HEADER, 1..7);
    for fault in felt() {
        table.row(cells(fault));
    }
    table.fit(0, 8, middle);
    table.write(style, out)?;
    felt().try_for_each(|fault| notes(fault, out))
}

fn cells(fault: &FaultResult) -> Vec<String> {
    let shown = |figure: Option<Bounds>| figure.map_or_else(|| "–".to_owned(), numbers::bounds);
    let all = fault.recovery.as_ref().filter(|recovery| recovery.doubt.is_none()).map(|felt| &felt.overall);
    vec![
        harmless(&fault.plan.name),
        shown(all.and_then(|all| all.failover)),
        shown(all.and_then(|all| all.rto)),
        shown(all.and_then(|all| all.downtime)),
        shown(all.and_then(|all| all.longest_gap)),
        all.map_or_else(|| "–".to_owned(), |all| numbers::short(all.lost_requests)),
        shown(fault.data.as_ref().and_then(|data| data.rpo)),
    ]
}

fn notes(fault: &FaultResult, out: &mut dyn Write) -> io::Result<()> {
    let text = harmless(&format!("{}: {}", fault.plan.name, felt::notes(fault).join("; ")));
    lines(&text, PAGE - 4).iter().enumerate().try_for_each(|(n, line)| {
        let indent = if n == 0 { 2 } else { 4 };
        writeln!(out, "{:indent$}{line}", "")
    })
}
