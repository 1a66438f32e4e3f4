//! A scenario that cannot run, and why.

use crate::source::{Files, Look, Problem, Secrets, in_order, render};
use std::fmt;

/// The longest text of a problem, in characters.
const LONGEST: usize = 1_000;

/// All that is wrong with a scenario.
#[derive(Debug)]
pub struct Rejected {
    problems: Vec<Problem>,
    files: Files,
}

impl Rejected {
    /// The rejection of what was read from `files`. Values from outside are masked in every message.
    pub(super) fn new(problems: Vec<Problem>, files: Files, secrets: &Secrets) -> Rejected {
        let clean = |problem: Problem| Problem {
            mark: problem.mark,
            message: shortened(secrets.redact(&problem.message)),
            label: shortened(secrets.redact(&problem.label)),
            help: shortened(secrets.redact(&problem.help)),
        };
        Rejected { problems: problems.into_iter().map(clean).collect(), files }
    }

    /// The problems, by file and place, each once.
    pub fn problems(&self) -> Vec<&Problem> {
        in_order(&self.problems)
    }

    /// All problems with their source lines.
    pub fn render(&self, look: Look) -> String {
        render(&self.problems, &self.files, look)
    }
}

/// A text that nobody would read to its end. Cut only after masking: a part of a secret could not be recognised.
fn shortened(text: String) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.render(Look::Plain).trim_end())
    }
}

impl std::error::Error for Rejected {}
