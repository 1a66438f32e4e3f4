//! What a search found, in one sentence; and what one of its runs showed, in one line.

use super::super::numbers;
use super::super::plain::harmless;
use crate::search::{Attempt, Broken, Confidence, Outcome, Record, Why};

/// What the search found, with the confidence of both ends.
pub fn statement(record: &Record) -> String {
    let found = &record.found;
    let why = found.why.as_ref().map(|why| format!(": {}", self::why(why))).unwrap_or_default();
    let known = match (found.passed, found.failed) {
        (Some(passed), Some(failed)) => {
            Some(format!("holds {}, breaks at {}{why}", end(passed), end(failed)))
        }
        (Some(passed), None) if passed.rate >= record.asked.limit => {
            Some(format!("holds {}, which is the limit of the search; nothing broke", end(passed)))
        }
        (Some(passed), None) => Some(format!("holds {}; where it breaks is not known", end(passed))),
        (None, Some(failed)) => {
            Some(format!("breaks at {}, and held at no rate that was tried{why}", end(failed)))
        }
        (None, None) => None,
    };
    let cut = found.cut_short.as_ref().map(|short| harmless(&short.text));
    match (known, cut) {
        (Some(known), Some(cut)) => format!("{known}. The search ended early: {cut}"),
        (Some(known), None) => known,
        (None, Some(cut)) => cut,
        (None, None) => "nothing was tried".to_owned(),
    }
}

fn end(end: Confidence) -> String {
    let runs = if end.of == 1 { "run" } else { "runs" };
    format!("{} ({} of {} {runs})", numbers::rate(end.rate.as_per_second()), end.agree, end.of)
}

fn why(why: &Why) -> String {
    why.gate.as_ref().and_then(was).unwrap_or_else(|| harmless(&why.reason))
}

/// The gate and what was measured, where that is a number.
fn was(broken: &Broken) -> Option<String> {
    let value = broken.value?;
    Some(format!("{} was {}", harmless(&broken.gate), numbers::value(value, &broken.unit)))
}

/// What speaks against the run; nothing where its rate held.
pub(super) fn against(attempt: &Attempt) -> String {
    match attempt.outcome {
        Outcome::Held => String::new(),
        Outcome::Broke => attempt.broke.as_ref().and_then(was).unwrap_or_else(|| harmless(&attempt.reason)),
        Outcome::Undecided | Outcome::Generator => harmless(&attempt.reason),
    }
}

/// The 99th percentile, or a dash.
pub(super) fn p99(attempt: &Attempt) -> String {
    attempt.seen.p99_us.map_or_else(|| "–".to_owned(), |us| numbers::micros(us as f64))
}

/// The error rate, or a dash.
pub(super) fn errors(attempt: &Attempt) -> String {
    attempt.seen.error_rate().map_or_else(|| "–".to_owned(), numbers::percent)
}

/// The rate.
pub(super) fn rate(attempt: &Attempt) -> String {
    numbers::rate(attempt.rate.as_per_second())
}

/// One run in one line: `   800/s  breaks     p99  134 ms  errors 2.1 %  p99(order) <= 100ms was 134 ms`.
pub fn attempt_line(attempt: &Attempt) -> String {
    let (rate, word, p99) = (rate(attempt), attempt.outcome.word(), p99(attempt));
    let line =
        format!("{rate:>9}  {word:<9}  p99 {p99:>7}  errors {:>7}  {}", errors(attempt), against(attempt));
    line.trim_end().to_owned()
}
