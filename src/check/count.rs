//! How many of something there must be at least.

use crate::source::{Located, Problem};

/// Refuses a demand for none: it holds always, so it would pass without evidence.
pub fn more_than_none(wanted: Option<&Located<u32>>, problems: &mut Vec<Problem>) {
    if let Some(zero) = wanted.filter(|wanted| wanted.value == 0) {
        let problem = Problem::at(zero.mark, "zero of them are always there: this checks nothing");
        problems.push(problem.help("ask for 1 or more"));
    }
}
