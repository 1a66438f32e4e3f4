//! The smoke checks.

use super::super::numbers;
use super::super::plain::{harmless, head, middle};
use super::super::style::Style;
use super::table::Table;
use crate::event::Phase;
use crate::run::Run;
use std::io::{self, Write};

pub(super) fn write(run: &Run, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::new("checks", &["", "check", "when", "took", "seen"], 3..4);
    for check in &run.checks {
        let when = match check.end.phase {
            Phase::Before => "before",
            Phase::After => "after",
        };
        table.judged(
            check.verdict,
            vec![
                middle(&harmless(&check.end.name), 40),
                when.to_owned(),
                numbers::micros(check.end.took_us as f64),
                harmless(&check.end.reason),
            ],
        );
    }
    table.fit(4, 30, head);
    table.write(style, out)
}
