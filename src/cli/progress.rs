//! What people see on stderr while a run goes on: one line that renews itself at a terminal, a line every few seconds
//! elsewhere.

use crate::event::{Event, EventKind, Phase};
use crate::history::Meta;
use crate::stats::Tally;
use crate::units::{Rate, Span};
use crate::verdict::Verdict;
use std::io::{IsTerminal, Write};
use std::time::Duration;

/// Where nobody watches, a line every so many seconds.
const EVERY: u64 = 5;

/// Follows a run's events and tells people.
pub(super) struct Progress {
    meta: Meta,
    look: Look,
    /// The second that is coming in, and the part since the last line.
    second: Tally,
    failed: u64,
    stage: Option<usize>,
    line_is_open: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    /// One line that renews itself.
    Live,
    /// Lines.
    Plain,
}

impl Progress {
    /// Progress of the run that `meta` plans.
    pub(super) fn new(meta: &Meta) -> Progress {
        let look = if std::io::stderr().is_terminal() { Look::Live } else { Look::Plain };
        Progress {
            meta: meta.clone(),
            look,
            second: Tally::default(),
            failed: 0,
            stage: None,
            line_is_open: false,
        }
    }

    /// Takes in an event.
    pub(super) fn see(&mut self, event: &Event) {
        match &event.kind {
            EventKind::Window(delta) => {
                self.second.merge(&delta.tally);
                self.failed += delta.tally.counts.failed;
            }
            EventKind::Generator(second) => {
                let due = self.look == Look::Live || (second.second + 1).is_multiple_of(EVERY);
                if due {
                    let line = self.line(second.second + 1, second.in_flight);
                    self.show(&line);
                }
                self.second = Tally::default();
            }
            EventKind::StageStarted { stage } => {
                self.stage = Some(usize::from(*stage));
                if self.look == Look::Plain {
                    self.say(&self.stage_line());
                }
            }
            EventKind::Check(end) => {
                let when = if end.phase == Phase::Before { "check" } else { "check after load" };
                let word = if end.verdict == Verdict::Pass { "ok" } else { "FAILED" };
                self.say(&format!("{when} {}: {word}, {}", end.name, end.reason));
            }
            EventKind::Broke { stage, gate, reason } => {
                let name = self.meta.stages.get(usize::from(*stage)).map_or("?", |stage| stage.name.as_str());
                self.say(&format!("stage {name} broke `{gate}`: {reason}; the load stops here"));
            }
            EventKind::Trouble { text } => self.say(&format!("trouble: {text}")),
            EventKind::Example { .. } | EventKind::LoadEnded | EventKind::Ended(_) => {}
        }
    }

    /// Leaves the line, so that what follows starts on its own.
    pub(super) fn end(&mut self) {
        if std::mem::take(&mut self.line_is_open) {
            anstream::eprintln!();
        }
    }

    fn stage_line(&self) -> String {
        match self.stage.and_then(|stage| self.meta.stages.get(stage)) {
            Some(stage) if stage.from == stage.to => {
                format!("stage {}: {} for {}", stage.name, stage.to, stage.length())
            }
            Some(stage) => {
                format!("stage {}: {} to {} in {}", stage.name, stage.from, stage.to, stage.length())
            }
            None => String::new(),
        }
    }

    fn line(&self, elapsed: u64, in_flight: u64) -> String {
        let total = self.meta.stages.last().map_or(0, |stage| stage.end.micros().div_ceil(1_000_000));
        let stage =
            self.stage.and_then(|stage| self.meta.stages.get(stage)).map_or("load", |stage| &stage.name);
        let counts = &self.second.counts;
        let quantile = |q| match self.second.response.quantile_us(q) {
            Some(micros) => Span::new(Duration::from_micros(round(micros))).to_string(),
            None => "-".to_owned(),
        };
        let mut line = format!(
            "{stage}: {} asked, {} done, p50 {}, p99 {}, {in_flight} in flight, {} left",
            Rate::per_second(counts.planned as f64),
            Rate::per_second(counts.done as f64),
            quantile(0.5),
            quantile(0.99),
            Span::new(Duration::from_secs(total.saturating_sub(elapsed))),
        );
        for (count, word) in [(self.failed, "failed so far"), (counts.dropped, "dropped")] {
            if count > 0 {
                line = format!("{line}, {count} {word}");
            }
        }
        line
    }

    fn show(&mut self, line: &str) {
        if self.look == Look::Plain {
            return anstream::eprintln!("{line}");
        }
        // Back to the start, the line, and away with the rest of the last one.
        anstream::eprint!("\r{line}\x1b[K");
        // A terminal that is gone needs no progress.
        let _ = std::io::stderr().flush();
        self.line_is_open = true;
    }

    fn say(&mut self, line: &str) {
        self.end();
        anstream::eprintln!("{line}");
    }
}

/// Three digits are enough to watch.
fn round(micros: u64) -> u64 {
    match micros {
        0..1_000 => micros,
        1_000..100_000 => micros / 10 * 10,
        _ => micros / 1_000 * 1_000,
    }
}
