//! Colours. Escape sequences only where they were asked for.

use super::plain::lines;
use crate::verdict::Verdict;
use anstyle::{AnsiColor, Effects};
use std::io::{self, Write};

/// Whether a report may use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Style {
    /// Text only.
    #[default]
    Plain,
    /// With escape sequences; write it through a stream that drops them where nobody wants them.
    Coloured,
}

impl Style {
    /// The colour of a verdict.
    pub(super) fn verdict(self, verdict: Verdict) -> anstyle::Style {
        let colour = match verdict {
            Verdict::Pass => AnsiColor::Green,
            Verdict::Warn => AnsiColor::Yellow,
            Verdict::Inconclusive => AnsiColor::Magenta,
            Verdict::Fail => AnsiColor::Red,
        };
        self.only(colour.on_default())
    }

    /// What stands out.
    pub(super) fn bold(self) -> anstyle::Style {
        self.only(Effects::BOLD.into())
    }

    /// What stands back.
    pub(super) fn faint(self) -> anstyle::Style {
        self.only(Effects::DIMMED.into())
    }

    fn only(self, style: anstyle::Style) -> anstyle::Style {
        match self {
            Style::Plain => anstyle::Style::new(),
            Style::Coloured => style,
        }
    }
}

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

    /// Writes a title, after an empty line.
    pub(super) fn title(self, text: &str, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out)?;
        lines(text, self.width)
            .iter()
            .try_for_each(|line| writeln!(out, "{}", paint(self.style.bold(), line)))
    }
}

/// `text` in `style`; the text itself where the style is empty.
pub(super) fn paint(style: anstyle::Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}
