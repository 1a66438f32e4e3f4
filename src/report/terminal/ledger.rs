//! What became of the acknowledged writes.

use super::super::felt;
use super::super::page::Page;
use crate::run::{LedgerResult, Run};
use crate::units::grouped;
use std::io::{self, Write};

/// More lost writes are left to the json report.
const WRITES: usize = 5;

pub(super) fn write(run: &Run, page: Page, out: &mut dyn Write) -> io::Result<()> {
    let Some(ledger) = &run.summary.ledger else { return Ok(()) };
    page.title("ledger", out)?;
    let said = [Some(written(ledger)), Some(kept(ledger)), gone(ledger), odd(ledger)];
    for text in said.into_iter().flatten() {
        page.paragraph(&text, out)?;
    }
    Ok(())
}

/// How the writes ended.
fn written(ledger: &LedgerResult) -> String {
    let recovered = match (ledger.unknown, ledger.recovered) {
        (0, _) => String::new(),
        (_, found) => format!(", {} of them found", grouped(found)),
    };
    let resurrected = match ledger.resurrected {
        0 => String::new(),
        found => format!(", {} of them there all the same", grouped(found)),
    };
    format!(
        "{} acknowledged · {} unknown{recovered} · {} failed{resurrected} · {} dropped",
        grouped(ledger.acknowledged),
        grouped(ledger.unknown),
        grouped(ledger.failed),
        grouped(ledger.dropped)
    )
}

/// What reading them back says.
fn kept(ledger: &LedgerResult) -> String {
    let readings = match ledger.readings {
        1 => "one reading".to_owned(),
        n => format!("{n} readings"),
    };
    match (ledger.read, ledger.agreed, &ledger.doubt) {
        (None, ..) => match &ledger.doubt {
            Some(doubt) => format!("not read back, so nothing is known to be lost or kept: {doubt}"),
            None => "not read back, so nothing is known to be lost or kept".to_owned(),
        },
        (Some(read), _, Some(doubt)) => {
            format!("{} read back by {readings}, but {doubt}", grouped(read))
        }
        (Some(read), false, None) => format!("{} read back by {readings} that do not agree", grouped(read)),
        (Some(read), true, None) => {
            format!(
                "{} read back, the last two of {readings} agree; {}",
                grouped(read),
                felt::cost_of_run(ledger)
            )
        }
    }
}

/// The first of those that are gone.
fn gone(ledger: &LedgerResult) -> Option<String> {
    let first = ledger.lost_writes.iter().take(WRITES);
    let named: Vec<String> = first.map(|(seq, at)| format!("{seq} ({:.3} s)", at.secs_f64())).collect();
    let more = ledger.lost.saturating_sub(named.len() as u64);
    let more =
        if more > 0 { format!(" and {} more in the json report", grouped(more)) } else { String::new() };
    (!named.is_empty()).then(|| format!("lost, and when acknowledged: {}{more}", named.join(", ")))
}

/// What else is not as it should be.
fn odd(ledger: &LedgerResult) -> Option<String> {
    let counts = [
        (ledger.duplicated, "there more than once"),
        (ledger.corrupted, "with another content"),
        (ledger.stale, "missed by an earlier reading"),
        (ledger.unexpected, "that nobody wrote"),
    ];
    let said: Vec<String> = counts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, words)| format!("{} {words}", grouped(count)))
        .collect();
    (!said.is_empty()).then(|| said.join(" · "))
}
