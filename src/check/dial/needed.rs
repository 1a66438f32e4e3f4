//! The URL of a kind that has nowhere to go without one.

use crate::source::{Located, Mark, Problem};

/// The URL as it is written. Where there is none, `problems` say so of `what` would be there, and `example` is what can
/// be written.
pub fn needed_url<'a>(
    url: Option<&'a Located<String>>,
    check: Mark,
    (what, example): (&str, &str),
    problems: &mut Vec<Problem>,
) -> Option<&'a Located<String>> {
    if url.is_none() {
        let problem = Problem::at(check, format!("the check does not say where the {what} is"));
        problems.push(problem.help(format!("add `url: {example}`")));
    }
    url
}
