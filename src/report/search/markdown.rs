//! A page for a pull request or a wiki.

use super::SearchKind;
use super::page::next;
use super::statement::{against, errors, p99, rate, statement};
use crate::report::{Page, harmless};
use crate::search::Record;
use std::io::{self, Write};

/// Its entry in the list of reports.
pub(super) const KIND: SearchKind = SearchKind { name: "markdown", write };

fn write(record: &Record, _: Page, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "## Breaking point: {}\n", cell(&record.scenario))?;
    writeln!(out, "**{}**: {}\n", record.verdict().word().to_uppercase(), cell(&statement(record)))?;
    writeln!(out, "{} · {}\n", cell(&record.target), cell(&record.started))?;
    writeln!(out, "| rate | hold | | p99 | errors | what speaks against it |")?;
    writeln!(out, "| ---: | ---: | --- | ---: | ---: | --- |")?;
    for attempt in &record.attempts {
        let (rate, hold, word) = (rate(attempt), attempt.hold, attempt.outcome.word());
        let (p99, errors, against) = (p99(attempt), errors(attempt), cell(&against(attempt)));
        writeln!(out, "| {rate} | {hold} | {word} | {p99} | {errors} | {against} |")?;
    }
    for (title, items) in [("Left out", &record.left_out), ("Next", &next(record))] {
        if !items.is_empty() {
            writeln!(out, "\n### {title}\n")?;
        }
        for item in items {
            writeln!(out, "- {}", cell(item))?;
        }
    }
    Ok(())
}

/// Text that stays in its cell and means nothing to Markdown.
fn cell(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in harmless(text).chars() {
        if matches!(c, '|' | '\\' | '*' | '_' | '<' | '>' | '[' | ']' | '#') {
            shown.push('\\');
        }
        shown.push(c);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_outside_stays_text() {
        assert_eq!(cell("p99(a|b) <= 1s\n# *x*"), r"p99(a\|b) \<= 1s\\n\# \*x\*");
    }
}
