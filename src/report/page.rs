//! What a report for people is written on, and the pieces of text that all of its parts share.

use super::plain::{harmless, lines};
use super::style::{Style, paint};
use crate::verdict::Verdict;
use anstyle::Effects;
use std::io::{self, Write};

/// What a report for people is written on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Whether with colours.
    pub style: Style,
    /// No line is wider, in columns.
    pub width: usize,
}

/// What people read well; a wider terminal gets no wider page.
const WIDEST: usize = 110;
/// A narrower terminal breaks lines itself.
const NARROWEST: usize = 60;

impl Page {
    /// Text only, as wide as pages are: for files, and for readers that are no terminal.
    pub const PLAIN: Page = Page { style: Style::Plain, width: WIDEST };

    /// A terminal of so many columns, or of an unknown number.
    pub fn terminal(columns: Option<usize>) -> Page {
        let width = columns.map_or(WIDEST, |columns| columns.clamp(NARROWEST, WIDEST));
        Page { style: Style::Coloured, width }
    }

    /// The verdict and why, in bold.
    pub(super) fn headline(self, verdict: Verdict, why: &str, out: &mut dyn Write) -> io::Result<()> {
        let word = verdict.word().to_uppercase();
        let colour = match self.style {
            Style::Plain => anstyle::Style::new(),
            Style::Coloured => self.style.verdict(verdict) | Effects::BOLD,
        };
        self.beside((&word, colour), word.len() + 2, (why, self.style.bold()), out)
    }

    /// A title, after an empty line.
    pub(super) fn title(self, text: &str, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out)?;
        lines(text, self.width)
            .iter()
            .try_for_each(|line| writeln!(out, "{}", paint(self.style.bold(), line)))
    }

    /// A paragraph below a title; all lines after its first stand further in.
    pub(super) fn paragraph(self, text: &str, out: &mut dyn Write) -> io::Result<()> {
        lines(&harmless(text), self.width - 4).iter().enumerate().try_for_each(|(n, line)| {
            let indent = if n == 0 { 2 } else { 4 };
            writeln!(out, "{:indent$}{line}", "")
        })
    }

    /// A word in a column of its own, so wide, and text beside it.
    pub(super) fn beside(
        self,
        (word, colour): (&str, anstyle::Style),
        column: usize,
        (text, style): (&str, anstyle::Style),
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let word = paint(colour, &format!("{word:<column$}"));
        lines(&harmless(text), self.width - column).iter().enumerate().try_for_each(|(n, line)| {
            let line = paint(style, line);
            match n {
                0 => writeln!(out, "{word}{line}"),
                _ => writeln!(out, "{:column$}{line}", ""),
            }
        })
    }
}
