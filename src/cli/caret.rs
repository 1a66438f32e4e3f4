//! What is wrong with a text of the command line, and a caret under the part that is wrong.

use crate::gate::GateError;
use crate::source::Problem;
use std::ops::Range;

/// What is wrong with a text that was given.
pub(super) struct Wrong<'w> {
    message: &'w str,
    label: &'w str,
    help: &'w str,
    /// The bytes that are wrong.
    place: Range<usize>,
}

impl<'w> Wrong<'w> {
    /// A gate that cannot be read.
    pub(super) fn gate(error: &'w GateError) -> Wrong<'w> {
        Wrong { message: &error.message, label: "", help: &error.help, place: error.start..error.end }
    }

    /// A problem of a scenario that was made from a command line, at this place of the text that was given.
    pub(super) fn problem(problem: &'w Problem, place: Range<usize>) -> Wrong<'w> {
        Wrong { message: &problem.message, label: &problem.label, help: &problem.help, place }
    }

    /// The message, the text, carets and the next move, each on a line.
    pub(super) fn under(&self, text: &str) -> String {
        let at = |byte: usize| text.get(..byte.min(text.len())).unwrap_or(text).chars().count();
        let (start, end) = (at(self.place.start), at(self.place.end));
        let carets = format!("{}{} {}", " ".repeat(start), "^".repeat((end - start).max(1)), self.label);
        format!("{}\n  {text}\n  {}{}", self.message, carets.trim_end(), self.next_move())
    }

    /// The message and the next move alone.
    pub(super) fn alone(&self) -> String {
        format!("{}{}", self.message, self.next_move())
    }

    fn next_move(&self) -> String {
        if self.help.is_empty() { String::new() } else { format!("\n  help: {}", self.help) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::Gate;

    #[test]
    fn carets_stand_under_what_is_wrong() {
        let text = "p99(\"GET /ü\") <= 250";
        let error = Gate::parse(text).unwrap_err();
        let expected = "\
`250` has no unit
  p99(\"GET /ü\") <= 250
                   ^^^
  help: write `250s` or `250ms`";
        assert_eq!(Wrong::gate(&error).under(text), expected);
    }
}
