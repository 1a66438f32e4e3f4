//! What is said over a connection, and what must come back.

use crate::check::Found;
use crate::journey::{BodyExpect, CompileContext, Encode, Scope, Template, TextRule, Values};
use crate::source::{Located, Problem};
use std::fmt;

/// The text that is to be said: a template, as in the steps of journeys.
pub fn text(written: &Located<String>, cx: &CompileContext<'_>, problems: &mut Vec<Problem>) -> Template {
    Template::parse(written, &Scope::new(cx.vars, &[]), Encode::Plain, problems)
}

/// What must come back.
#[derive(Debug, Clone)]
pub struct Wanted(TextRule);

impl Wanted {
    /// Reads the conditions.
    pub fn compile(
        written: &Located<BodyExpect>,
        cx: &CompileContext<'_>,
        problems: &mut Vec<Problem>,
    ) -> Wanted {
        Wanted(TextRule::of_body(written, &Scope::new(cx.vars, &[]), problems))
    }

    /// Whether a text is what must come back.
    ///
    /// # Errors
    /// The finding, with the place of the condition.
    pub fn judge(&self, what: &dyn fmt::Display, text: &str, seed: u64) -> Result<(), Found> {
        let mut values = Values::new(0, seed, &[], 0);
        self.0.judge(what, Some(text), &mut values).map_err(|mismatch| {
            let found = Found::fail(mismatch.text);
            match mismatch.differs {
                Some(differs) => found.expected(differs.expected, differs.actual).at(differs.mark),
                None => found,
            }
        })
    }
}
