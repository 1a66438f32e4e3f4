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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::{Asked, BreakingPoint, Cut, CutShort, Purpose, SCHEMA, Seen};
    use crate::units::{Rate, Ratio, Span};
    use std::time::Duration;

    fn end(rate: f64, agree: u32, of: u32) -> Confidence {
        Confidence { rate: Rate::per_second(rate), agree, of }
    }

    fn broken(value: Option<f64>) -> Broken {
        Broken { gate: "p99(order) <= 100ms".into(), value, unit: "us".into() }
    }

    fn why(value: Option<f64>) -> Why {
        Why { gate: Some(broken(value)), reason: "p99(order) <= 100ms: 9 of 9 failed".into() }
    }

    fn record(
        passed: Option<Confidence>,
        failed: Option<Confidence>,
        why: Option<Why>,
        cut: Option<&str>,
    ) -> Record {
        let (span, rate) = (Span::new(Duration::from_secs(10)), Rate::per_second);
        let (from, limit) = (rate(50.0), rate(10_000.0));
        let precision = Ratio::new(0.05);
        let asked = Asked {
            from,
            limit,
            precision,
            hold: span,
            confirm: span,
            repeats: 2,
            rest: span,
            recover: span,
        };
        let cut_short = cut.map(|text| CutShort { cut: Cut::Generator, text: text.into() });
        Record {
            schema: SCHEMA,
            version: "0.1.0".into(),
            scenario: "checkout".into(),
            hash: String::new(),
            target: "http://127.0.0.1:1".into(),
            started: "2026-11-21T10:15:00Z".into(),
            seed: 1,
            asked,
            gates: vec![],
            left_out: vec![],
            attempts: vec![],
            found: BreakingPoint { passed, failed, why, cut_short },
        }
    }

    #[test]
    fn what_was_found_in_one_sentence() {
        for (record, words) in [
            (
                record(Some(end(1_180.0, 3, 3)), Some(end(1_240.0, 2, 2)), Some(why(Some(134_000.0))), None),
                "holds 1,180/s (3 of 3 runs), breaks at 1,240/s (2 of 2 runs): p99(order) <= 100ms was 134 ms",
            ),
            (
                record(Some(end(180.0, 3, 4)), Some(end(190.0, 2, 2)), Some(why(None)), None),
                "holds 180/s (3 of 4 runs), breaks at 190/s (2 of 2 runs): p99(order) <= 100ms: 9 of 9 failed",
            ),
            (
                record(Some(end(10_000.0, 3, 3)), None, None, None),
                "holds 10,000/s (3 of 3 runs), which is the limit of the search; nothing broke",
            ),
            (
                record(None, Some(end(50.0, 1, 1)), Some(why(Some(134_000.0))), None),
                "breaks at 50/s (1 of 1 run), and held at no rate that was tried: p99(order) <= 100ms was 134 ms",
            ),
            (
                record(
                    Some(end(400.0, 1, 1)),
                    None,
                    None,
                    Some("800/s is the limit of the generator\u{1b}[2J"),
                ),
                r"holds 400/s (1 of 1 run); where it breaks is not known. The search ended early: 800/s is the limit of the generator\u{1b}[2J",
            ),
            (record(None, None, None, Some("nobody is there")), "nobody is there"),
        ] {
            assert_eq!(statement(&record), words);
        }
    }

    #[test]
    fn a_run_is_one_line() {
        let hold = Span::new(Duration::from_secs(10));
        let attempt = |outcome, broke| Attempt {
            rate: Rate::per_second(800.0),
            purpose: Purpose::Look,
            hold,
            outcome,
            reason: "needs about 180 more requests".into(),
            broke,
            seen: Seen { planned: 1_000, failed: 21, dropped: 0, p99_us: Some(134_000) },
            run: "04-800-per-s".into(),
        };
        for (outcome, broke, line) in [
            (Outcome::Held, None, "    800/s  holds      p99  134 ms  errors   2.1 %"),
            (
                Outcome::Broke,
                Some(broken(Some(134_000.0))),
                "    800/s  breaks     p99  134 ms  errors   2.1 %  p99(order) <= 100ms was 134 ms",
            ),
            (
                Outcome::Undecided,
                None,
                "    800/s  undecided  p99  134 ms  errors   2.1 %  needs about 180 more requests",
            ),
        ] {
            assert_eq!(attempt_line(&attempt(outcome, broke)), line);
        }
    }
}
