//! The reason for a verdict, in one sentence.

use crate::verdict::{Finding, Subject, Verdict};

/// Why the verdict is what it is: the worst finding and how many more of its kind there are, or what held.
pub(super) fn reason(findings: &[Finding], gates: usize, checks: usize) -> String {
    match findings.first() {
        Some(worst) if worst.verdict != Verdict::Pass => {
            let equals = findings.iter().filter(|finding| finding.verdict == worst.verdict).count() - 1;
            let more = if equals > 0 { format!(" (and {equals} more)") } else { String::new() };
            match worst.subject {
                Subject::Gate => format!("{}: {}{more}", worst.name, worst.reason),
                Subject::Check => format!("check {}: {}{more}", worst.name, worst.reason),
                Subject::Fault => format!("fault {}: {}{more}", worst.name, worst.reason),
                Subject::Generator | Subject::Run => format!("{}{more}", worst.reason),
            }
        }
        Some(only) => match checks {
            0 => only.reason.clone(),
            _ => format!("{}; {}", held(0, checks), only.reason),
        },
        None => held(gates, checks),
    }
}

fn held(gates: usize, checks: usize) -> String {
    let count = |n: usize, one: &str, verb: &str| match n {
        1 => format!("the {one} {verb}s"),
        2 => format!("both {one}s {verb}"),
        n => format!("all {n} {one}s {verb}"),
    };
    match (gates, checks) {
        (0, checks) => count(checks, "check", "hold"),
        (gates, 0) => count(gates, "gate", "hold"),
        (gates, checks) => format!("{} and {}", count(gates, "gate", "hold"), count(checks, "check", "hold")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(subject: Subject, verdict: Verdict) -> Finding {
        Finding { subject, name: "p99 <= 1ms".into(), verdict, reason: "why".into() }
    }

    #[test]
    fn the_worst_speaks_and_the_others_are_counted() {
        use Verdict::{Fail, Inconclusive, Pass};
        for (findings, gates, checks, words) in [
            (
                vec![finding(Subject::Gate, Fail), finding(Subject::Run, Inconclusive)],
                1,
                0,
                "p99 <= 1ms: why",
            ),
            (vec![finding(Subject::Run, Fail), finding(Subject::Gate, Fail)], 1, 0, "why (and 1 more)"),
            (vec![finding(Subject::Check, Fail)], 0, 1, "check p99 <= 1ms: why"),
            (vec![finding(Subject::Fault, Inconclusive)], 1, 0, "fault p99 <= 1ms: why"),
            (vec![finding(Subject::Run, Pass)], 0, 0, "why"),
            (vec![finding(Subject::Run, Pass)], 0, 2, "both checks hold; why"),
            (vec![], 3, 0, "all 3 gates hold"),
            (vec![], 1, 2, "the gate holds and both checks hold"),
        ] {
            assert_eq!(reason(&findings, gates, checks), words);
        }
    }
}
