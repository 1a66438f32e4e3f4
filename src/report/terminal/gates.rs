//! The gates: value, interval, number of samples, verdict.

use super::super::numbers;
use super::super::page::Page;
use super::super::plain::{harmless, middle};
use super::table::Table;
use crate::run::{GateResult, Run};
use std::io::{self, Write};

pub(super) fn write(run: &Run, page: Page, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::new("gates", &["", "gate", "value", "95 % interval", "n"], 2..5);
    for gate in &run.gates {
        table.judged(gate.verdict, cells(gate));
    }
    table.spare(&["n"]);
    table.fit(page, "gate", 12, middle);
    table.write(page, out)
}

fn cells(gate: &GateResult) -> Vec<String> {
    let decision = &gate.decision;
    let shown = |value: Option<f64>| value.map(|value| numbers::value(value, decision.unit));
    let interval = match (shown(decision.low), shown(decision.high)) {
        (Some(low), Some(high)) => format!("{low} – {high}"),
        (Some(low), None) => format!("≥ {low}"),
        (None, Some(high)) => format!("≤ {high}"),
        (None, None) => "–".to_owned(),
    };
    vec![
        harmless(&gate.gate),
        shown(decision.value).unwrap_or_else(|| "–".to_owned()),
        interval,
        numbers::short(decision.n),
    ]
}
