//! The parts of one attempt: each gets what time is left, and how long it took is told.

use crate::check::Found;
use crate::units::Span;
use std::time::{Duration, Instant};

/// The parts of one attempt.
#[derive(Debug)]
pub struct Timed {
    parts: Vec<(&'static str, Duration)>,
    began: Instant,
    limit: Duration,
}

/// The attempt's time was over in the middle of a part.
#[derive(Debug, Clone, Copy)]
pub struct Late(Duration);

impl Late {
    /// How long the whole attempt was allowed to take.
    pub fn limit(self) -> Span {
        // What is left of a longer limit is no round number.
        Span::new(Duration::from_millis(self.0.as_nanos().div_ceil(1_000_000) as u64))
    }
}

impl Timed {
    /// An attempt that begins now.
    pub fn new(limit: Duration) -> Timed {
        Timed { parts: Vec::new(), began: Instant::now(), limit }
    }

    /// Does one part, in the time that is left.
    ///
    /// # Errors
    /// The time was over before it was done.
    pub async fn part<F: Future>(&mut self, name: &'static str, part: F) -> Result<F::Output, Late> {
        let began = Instant::now();
        let done = tokio::time::timeout(self.left(), part).await;
        self.parts.push((name, began.elapsed()));
        done.map_err(|_| Late(self.limit))
    }

    /// How much time is left.
    pub fn left(&self) -> Duration {
        self.limit.saturating_sub(self.began.elapsed())
    }

    /// How long it took so far, in milliseconds, as in `connected in 0.4 ms`.
    pub fn so_far(&self) -> String {
        format!("{:.1} ms", self.began.elapsed().as_secs_f64() * 1_000.0)
    }

    /// The finding with its parts.
    pub fn on(self, found: Found) -> Found {
        self.parts.into_iter().fold(found, |found, (name, took)| found.phase(name, took))
    }
}
