//! What people read at a terminal: the statement first, then the runs that it stands on.

use super::super::numbers;
use super::super::page::Page;
use super::super::plain::{harmless, head, lines};
use super::super::style::paint;
use super::super::terminal::table::Table;
use super::SearchKind;
use super::statement::{against, errors, p99, rate, statement};
use crate::search::{Attempt, Outcome, Purpose, Record};
use crate::verdict::Verdict;
use std::io::{self, Write};

/// Its entry in the list of reports.
pub(super) const KIND: SearchKind = SearchKind { name: "terminal", write };

fn write(record: &Record, page: Page, out: &mut dyn Write) -> io::Result<()> {
    headline(record, page, out)?;
    let mut table =
        Table::new("runs", &["", "rate", "hold", "p99", "errors", "for", "what speaks against it"], 1..5);
    for attempt in &record.attempts {
        table.worded(colour(attempt.outcome), attempt.outcome.word(), cells(attempt));
    }
    table.fit(page, "what speaks against it", 30, head);
    table.write(page, out)?;
    list("left out", &record.left_out, page, out)?;
    list("next", &next(record), page, out)
}

fn headline(record: &Record, page: Page, out: &mut dyn Write) -> io::Result<()> {
    page.headline(record.verdict(), &statement(record), out)?;
    let runs = if record.attempts.len() == 1 { "run" } else { "runs" };
    let said = [
        harmless(&record.scenario),
        format!("{} {runs}", record.attempts.len()),
        harmless(&record.target),
        harmless(&record.started),
    ];
    for line in lines(&said.join(" · "), page.width) {
        writeln!(out, "{}", paint(page.style.faint(), &line))?;
    }
    Ok(())
}

fn cells(attempt: &Attempt) -> Vec<String> {
    let purpose = match attempt.purpose {
        Purpose::Look => "look",
        Purpose::Confirm => "confirm",
    };
    vec![
        rate(attempt),
        attempt.hold.to_string(),
        p99(attempt),
        errors(attempt),
        purpose.to_owned(),
        against(attempt),
    ]
}

fn colour(outcome: Outcome) -> Verdict {
    match outcome {
        Outcome::Held => Verdict::Pass,
        Outcome::Broke => Verdict::Fail,
        Outcome::Undecided | Outcome::Generator => Verdict::Inconclusive,
    }
}

/// What to do with the answer.
pub(super) fn next(record: &Record) -> Vec<String> {
    let base = record.base().map(|base| {
        format!(
            "`base: {}` in a profile is 70 % of what held for {}; a soak shows whether it holds for longer",
            base, record.asked.confirm
        )
    });
    let gap = record.found.passed.zip(record.found.failed).map(|(passed, failed)| {
        let gap = failed.rate.as_per_second() / passed.rate.as_per_second() - 1.0;
        format!("between the two lies {} of the lower rate; --precision asks for less", numbers::percent(gap))
    });
    base.into_iter().chain(gap).collect()
}

fn list(title: &str, items: &[String], page: Page, out: &mut dyn Write) -> io::Result<()> {
    if items.is_empty() {
        return Ok(());
    }
    page.title(title, out)?;
    for line in items.iter().flat_map(|item| lines(&harmless(item), page.width - 2)) {
        writeln!(out, "  {line}")?;
    }
    Ok(())
}
