//! What counts as recovered.

use crate::history::RecoveryPlan;
use crate::scenario::ScenarioFile;
use crate::source::{Located, Mark, Problem};
use crate::units::{Ratio, Span};
use std::time::Duration;

/// For how long it has to be good again, at least and at most.
const STABLE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(5));

/// What counts as recovered, with what is usual where the scenario does not say.
pub(in crate::scenario) fn recovery(file: &ScenarioFile, problems: &mut Vec<Problem>) -> RecoveryPlan {
    let usual = RecoveryPlan::default();
    let Some(spec) = &file.recovery else { return usual };
    // Broken faults were left out; with other problems it is not known that there are none.
    if problems.is_empty() && file.faults.is_empty() {
        problems.push(
            Problem::at(spec.mark, "there is no fault that anything could recover from")
                .help("add `faults`, or remove it"),
        );
    }
    let spec = &spec.value;
    problems.extend(spec.stable_for.as_ref().and_then(stable_for));
    problems.extend(spec.good.as_ref().and_then(good));
    problems.extend(spec.within.as_ref().and_then(within));
    let span = |written: &Option<Located<Span>>, usual| written.as_ref().map_or(usual, |span| span.value);
    let ratio = |written: &Option<Located<Ratio>>, usual| written.as_ref().map_or(usual, |ratio| ratio.value);
    RecoveryPlan {
        stable_for: span(&spec.stable_for, usual.stable_for),
        good: ratio(&spec.good, usual.good),
        within: span(&spec.within, usual.within),
        steady: ratio(&spec.steady, usual.steady),
    }
}

fn problem(mark: Mark, message: String, help: &str) -> Problem {
    Problem::at(mark, message).help(help)
}

fn stable_for(written: &Located<Span>) -> Option<Problem> {
    let (least, most) = (Span::new(STABLE.0), Span::new(STABLE.1));
    let message = match written.value {
        short if short < least => format!("good for {short} proves no recovery; it takes at least {least}"),
        long if long > most => format!("{long} is longer than anything is watched for; at most {most}"),
        _ => return None,
    };
    Some(problem(written.mark, message, "write for example `stable_for: 5s`"))
}

fn good(written: &Located<Ratio>) -> Option<Problem> {
    let nothing = "with no request good everything would be recovered at once".to_owned();
    (written.value.get() <= 0.0).then(|| problem(written.mark, nothing, "write for example `good: 99%`"))
}

fn within(written: &Located<Span>) -> Option<Problem> {
    let nothing = "no answer comes within no time, so nothing would ever be good".to_owned();
    written.value.get().is_zero().then(|| problem(written.mark, nothing, "write for example `within: 1s`"))
}
