//! The smoke checks, and all that helps with those that do not hold.

use super::super::failure;
use super::super::numbers;
use super::super::page::Page;
use super::super::plain::{harmless, head, middle};
use super::super::style::paint;
use super::table::Table;
use crate::event::Phase;
use crate::run::Run;
use std::io::{self, Write};

/// More failures than these are left to the other reports.
const TOLD: usize = 20;

pub(super) fn write(run: &Run, page: Page, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::new("checks", &["", "check", "when", "took", "seen"], 3..4);
    for check in &run.checks {
        let when = match check.end.phase {
            Phase::Before => "before",
            Phase::After => "after",
            Phase::Watch => "watch",
        };
        let cells = vec![
            middle(&harmless(&check.end.name), 40),
            when.to_owned(),
            numbers::micros(check.end.took_us as f64),
            harmless(&check.end.reason),
        ];
        table.worded(check.verdict, check.word(), cells);
    }
    table.fit(page, "seen", 30, head);
    table.write(page, out)?;
    let told = run.checks.iter().filter(|check| failure::is_told(check));
    for check in told.clone().take(TOLD) {
        let lines = failure::lines(run, check);
        let Some((first, rest)) = lines.split_first() else { continue };
        // Whole lines, as in the report for CI servers, whatever the width: they are copied and looked for.
        let word = paint(page.style.verdict(check.verdict), check.word());
        writeln!(out, "\n{word} {}", paint(page.style.bold(), first))?;
        rest.iter().try_for_each(|line| writeln!(out, "{}", line.trim_end()))?;
    }
    match told.count().checked_sub(TOLD) {
        None | Some(0) => Ok(()),
        Some(more) => writeln!(out, "\nand {more} more in the json and junit reports"),
    }
}
