//! Colours. Escape sequences only where they were asked for.

use crate::verdict::Verdict;
use anstyle::{AnsiColor, Effects};

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

/// `text` in `style`; the text itself where the style is empty.
pub(super) fn paint(style: anstyle::Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}
