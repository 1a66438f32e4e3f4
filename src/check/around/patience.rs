//! How often a check is asked, and what is said of it in the end.

use crate::check::{Found, Outlook};
use crate::units::Span;
use crate::verdict::Verdict;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// How often a check is asked before its failure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Patience {
    /// Once.
    #[default]
    Once,
    /// Again after a failure.
    Retry {
        /// How often again.
        times: u32,
        /// The pause before each.
        every: Duration,
    },
    /// Again until it holds.
    Eventually {
        /// For how long; an attempt that began in time may end later.
        within: Duration,
        /// From the beginning of one attempt to that of the next.
        every: Duration,
    },
}

/// What came of asking.
#[derive(Debug)]
pub struct Answered {
    /// What was found the last time.
    pub found: Found,
    /// How often it was asked.
    pub times: u32,
}

impl Patience {
    /// Asks until it holds, until patience ends, or until it cannot recover.
    pub async fn ask(self, mut attempt: impl AsyncFnMut() -> Found) -> Answered {
        let begun = Instant::now();
        let mut times = 0;
        loop {
            let found = attempt().await;
            times += 1;
            let hopeful = found.verdict == Verdict::Fail && found.outlook == Outlook::Open;
            match self.next(begun, times).filter(|_| hopeful) {
                Some(at) => sleep_until(at).await,
                None => return Answered { found: self.told(found, times, begun.elapsed()), times },
            }
        }
    }

    /// When it is asked again.
    fn next(self, begun: Instant, times: u32) -> Option<Instant> {
        let now = Instant::now();
        match self {
            Patience::Once => None,
            Patience::Retry { times: again, every } => (times <= again).then(|| now + every),
            Patience::Eventually { within, every } => {
                let every = every.max(Duration::from_millis(1));
                let passed = (now - begun).as_nanos() / every.as_nanos();
                let ticks = u32::try_from(passed + 1).ok()?;
                Some(begun + every.checked_mul(ticks)?).filter(|next| *next <= begun + within)
            }
        }
    }

    /// The finding, with how long it took to come to it.
    fn told(self, found: Found, times: u32, took: Duration) -> Found {
        let took = Span::new(Duration::from_millis((took.as_millis() as u64).div_ceil(100) * 100));
        let asked = if times == 1 { "asked once".to_owned() } else { format!("asked {times} times") };
        let reason = match (found.verdict, found.outlook, self) {
            (_, _, Patience::Once) => return found,
            (Verdict::Fail, Outlook::Final, _) if times == 1 => {
                format!("{}; it cannot recover by itself, so it was not asked again", found.reason)
            }
            (Verdict::Fail, Outlook::Final, _) => {
                format!("cannot recover by itself, given up after {took}, {asked}: {}", found.reason)
            }
            (Verdict::Fail, Outlook::Open, Patience::Retry { .. }) => {
                format!("failed all {times} times: {}", found.reason)
            }
            (Verdict::Fail, Outlook::Open, Patience::Eventually { .. }) => {
                format!("still failing after {took}, {asked}: {}", found.reason)
            }
            _ if times == 1 => return found,
            _ => format!("{} ({asked} in {took})", found.reason),
        };
        Found { reason, ..found }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::sleep;

    /// Patience, how long an attempt takes, what it finds in turn; how often it is asked, what is said, in what time.
    type Row<'a> = (Patience, Duration, &'a [&'a Found], u32, &'a str, u64);

    const SECOND: Duration = Duration::from_secs(1);

    /// Asks something that takes `takes` each time and is found so in turn, the last over and over.
    async fn asked(patience: Patience, takes: Duration, turns: &[Found]) -> (u32, String, Duration) {
        let begun = Instant::now();
        let mut turn = 0;
        let answered = patience
            .ask(async || {
                sleep(takes).await;
                turn += 1;
                turns[(turn - 1).min(turns.len() - 1)].clone()
            })
            .await;
        (answered.times, answered.found.reason, begun.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn how_often_and_for_how_long() {
        let (bad, good) = (Found::fail("down"), Found::pass("200"));
        let dead = Found::fail("no such image").for_good();
        let retry = Patience::Retry { times: 3, every: SECOND };
        let wait = Patience::Eventually { within: 60 * SECOND, every: 2 * SECOND };
        let rows: [Row<'_>; 10] = [
            (Patience::Once, SECOND, &[&bad, &good], 1, "down", 1),
            (retry, SECOND, &[&good], 1, "200", 1),
            (retry, SECOND, &[&bad, &bad, &good], 3, "200 (asked 3 times in 5s)", 5),
            (retry, SECOND, &[&bad], 4, "failed all 4 times: down", 7),
            (wait, Duration::ZERO, &[&bad], 31, "still failing after 1m, asked 31 times: down", 60),
            (wait, 10 * SECOND, &[&bad], 6, "still failing after 1m10s, asked 6 times: down", 70),
            (wait, 90 * SECOND, &[&bad], 1, "still failing after 1m30s, asked once: down", 90),
            (wait, SECOND, &[&bad, &bad, &bad, &good], 4, "200 (asked 4 times in 7s)", 7),
            (
                wait,
                SECOND,
                &[&bad, &dead],
                2,
                "cannot recover by itself, given up after 3s, asked 2 times: no such image",
                3,
            ),
            (
                wait,
                SECOND,
                &[&dead],
                1,
                "no such image; it cannot recover by itself, so it was not asked again",
                1,
            ),
        ];
        for (patience, takes, turns, times, reason, seconds) in rows {
            let turns: Vec<Found> = turns.iter().map(|found| (*found).clone()).collect();
            let (asked, said, took) = asked(patience, takes, &turns).await;
            assert_eq!((asked, said.as_str(), took.as_secs()), (times, reason, seconds), "{patience:?}");
        }
    }
}
