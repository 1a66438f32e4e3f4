//! What people see on stderr while a run goes on: one line that renews itself at a terminal, a line every few seconds
//! elsewhere.

use super::active::Active;
use super::line::Line;
use super::rounds::{Rounds, Told};
use super::telling::tell;
use super::waiting::Waiting;
use super::written::{self, Written};
use crate::clock::Offset;
use crate::engine::Control;
use crate::event::{Asked, CheckEnd, Ending, Event, EventKind, GeneratorSecond, Phase};
use crate::history::{Meta, Model, StagePlan, UsersPlan, WriteError};
use crate::report::harmless;
use crate::stats::Tally;
use crate::units::{Rate, Span, grouped};
use crate::verdict::{Severity, Verdict};
use std::time::Duration;

/// Where nobody watches: how many seconds lie between two lines of a young run and of an old one.
const EVERY: (u64, u64) = (5, 60);
/// When a run is old, in seconds.
const OLD: u64 = 300;

/// How much is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Voice {
    /// A whole run.
    Full,
    /// One of many runs: somebody else says how it ended.
    Low,
}

/// Follows a run's events and tells people.
pub(super) struct Progress {
    voice: Voice,
    meta: Meta,
    control: Control,
    /// `None` where nobody watches.
    line: Option<Line>,
    /// What came in since the last line, and up to which second that line told.
    since: Tally,
    told: u64,
    failed: u64,
    dropped: u64,
    active: Active,
    written: Written,
    rounds: Option<Rounds>,
    waiting: Waiting,
}

impl Progress {
    /// Progress of the run that `meta` plans and `control` may stop.
    pub(super) fn new(meta: &Meta, control: Control) -> Progress {
        // The run of a single URL is named by it.
        let named = meta.target.is_empty() || meta.scenario.contains(meta.target.trim_end_matches('/'));
        let target = if named { String::new() } else { format!(", against {}", meta.target) };
        tell(format_args!("{}{}", harmless(&meta.scenario), harmless(&target)));
        Progress::of(meta, control, Voice::Full)
    }

    /// Progress of one of many runs: the line where there is a terminal, and what goes wrong.
    pub(super) fn of_many(meta: &Meta, control: Control) -> Progress {
        Progress::of(meta, control, Voice::Low)
    }

    fn of(meta: &Meta, control: Control, voice: Voice) -> Progress {
        Progress {
            voice,
            meta: meta.clone(),
            control,
            line: Line::of_terminal(),
            since: Tally::default(),
            told: 0,
            failed: 0,
            dropped: 0,
            active: Active::new(&meta.faults),
            written: Written::default(),
            rounds: Rounds::of(meta),
            waiting: Waiting::of(meta),
        }
    }

    /// The run begins; its checks come first.
    pub(super) fn begin(&mut self) {
        self.waiting.begin();
        self.show_what_is_waited_for();
    }

    /// Takes in an event.
    pub(super) fn see(&mut self, event: &Event) {
        match &event.kind {
            EventKind::Window(delta) => {
                self.since.merge(&delta.tally);
                self.failed += delta.tally.counts.failed;
                self.dropped += delta.tally.counts.dropped;
            }
            EventKind::Generator(second) => self.tick(second),
            EventKind::StageStarted { stage: number } => {
                let stage = self.meta.stages.get(usize::from(*number));
                if let (Voice::Full, None, Some(stage)) = (self.voice, &self.line, stage) {
                    let users = self.meta.users.get(usize::from(*number)).copied();
                    let text = stage_line(stage, self.meta.model, users);
                    self.say(&text);
                }
            }
            EventKind::Check(end) => {
                match self.rounds.as_mut().and_then(|rounds| rounds.see(event, check_line)) {
                    Some(told) => self.round(told),
                    None => {
                        self.say(&check_line(end));
                        self.waiting.one_told();
                        self.show_what_is_waited_for();
                    }
                }
            }
            EventKind::Broke { stage, gate, reason } => {
                let name = self.meta.stages.get(usize::from(*stage)).map_or("?", |stage| stage.name.as_str());
                self.say(&format!("stage {name} broke `{gate}`: {reason}; the load stops here"));
            }
            EventKind::Fault(step) => {
                self.active.see(step);
                self.say(&self.active.line(step));
            }
            EventKind::Trouble { text } => self.say(&format!("trouble: {text}")),
            EventKind::LoadEnded => {
                self.end();
                // Nothing else comes between the load and its last checks.
                let directly = self.meta.faults.is_empty() && self.meta.ledger.is_none();
                self.waiting.begin();
                if directly && !self.control.stops() {
                    self.show_what_is_waited_for();
                }
            }
            EventKind::Ended(Ending::WatchFailed { check }) => {
                self.say(&format!("the watch ends early: {check} keeps failing"));
            }
            EventKind::Ended(Ending::Aborted { reason }) => self.say(&format!("ended early: {reason}")),
            EventKind::Writes(writes) => self.written.see(writes),
            EventKind::ReadBack(reading) => self.say(&written::line(reading)),
            EventKind::Example { .. }
            | EventKind::Cluster(_)
            | EventKind::Counted(_)
            | EventKind::Ended(_) => {}
        }
    }

    /// At a terminal alone: where lines stay, one that says nothing yet would only be in the way.
    fn show_what_is_waited_for(&mut self) {
        if let (Voice::Full, Some(line), Some(words)) = (self.voice, &mut self.line, self.waiting.words()) {
            line.show(&words);
        }
    }

    /// Says that what happens from now on cannot be saved, and what comes of that.
    pub(super) fn lost(&mut self, why: &WriteError) {
        let undone = if self.meta.faults.is_empty() { "" } else { ", and the faults are taken back" };
        self.say(&format!("the history is lost: {why}; the run stops here{undone}"));
    }

    /// Takes the line away, so that what follows starts on a clean one.
    pub(super) fn end(&mut self) {
        if let Some(line) = &mut self.line {
            line.clear();
        }
    }

    /// A second is over.
    fn tick(&mut self, second: &GeneratorSecond) {
        let elapsed = second.second + 1;
        let every = if elapsed <= OLD { EVERY.0 } else { EVERY.1 };
        if self.line.is_none() && (self.voice == Voice::Low || !elapsed.is_multiple_of(every)) {
            return;
        }
        let text = self.status(elapsed, second.in_flight);
        match &mut self.line {
            Some(line) => line.show(&text),
            None => tell(harmless(&text)),
        }
        (self.since, self.told) = (Tally::default(), elapsed);
    }

    /// What matters most comes first: the end of a long line is cut off.
    fn status(&self, elapsed: u64, in_flight: u64) -> String {
        // The stage of the second that is over.
        let over = Offset::from_micros(elapsed * 1_000_000);
        let stage = self.meta.stages.iter().rfind(|stage| stage.start < over);
        let total = self.meta.stages.last().map_or(0, |stage| stage.end.micros().div_ceil(1_000_000));
        let left = Span::new(Duration::from_secs(total.saturating_sub(elapsed)));
        let left = if self.control.stops() { "stopping".to_owned() } else { format!("{left} left") };
        let seconds = elapsed.saturating_sub(self.told).max(1);
        let asked = match self.meta.model {
            Model::Open => format!(" {}", asked(&self.meta.stages, elapsed - seconds, elapsed)),
            Model::Closed => String::new(),
        };
        let done = Rate::per_second((self.since.counts.done as f64 / seconds as f64).round());
        let name = stage.map_or("load", |stage| &stage.name);
        let bad = [(self.failed, "failed"), (self.dropped, "dropped")];
        let bad = bad.iter().filter(|(count, _)| *count > 0);
        let times = [(0.5, "p50"), (0.99, "p99")];
        let times =
            times.iter().filter_map(|(share, word)| Some((self.since.response.quantile_us(*share)?, word)));
        let parts = [format!("{name}{asked}, {left}: {done} answered")]
            .into_iter()
            .chain(self.active.words())
            .chain(bad.map(|(count, word)| format!("{} {word}", grouped(*count))))
            .chain(self.written.words())
            .chain(times.map(|(micros, word)| format!("{word} {}", three_digits(micros))))
            .chain([format!("{} in flight", grouped(in_flight))]);
        parts.collect::<Vec<_>>().join(", ")
    }

    /// Something of a watch.
    fn round(&mut self, told: Told) {
        if let Some(change) = told.change {
            self.say(&change);
        }
        match (&mut self.line, told.status) {
            (Some(line), Some(status)) => line.show(&status.text),
            (None, Some(status)) if status.due => tell(harmless(&status.text)),
            (_, Some(_) | None) => {}
        }
    }

    fn say(&mut self, text: &str) {
        self.end();
        tell(harmless(text));
    }
}

fn check_line(end: &CheckEnd) -> String {
    let when = if end.phase == Phase::After { "check after load" } else { "check" };
    let word = match (end.asked, end.verdict, end.severity) {
        (Asked::Blocked | Asked::Excluded | Asked::Unanswered, _, _) => "skipped",
        (_, Verdict::Pass, _) => "ok",
        (_, _, Severity::Warn) => "WARNING",
        (_, _, Severity::Fail) => "FAILED",
    };
    format!("{when} {}: {word}, {}", end.name, end.reason)
}

fn stage_line(stage: &StagePlan, model: Model, users: Option<UsersPlan>) -> String {
    let StagePlan { name, from, to, .. } = stage;
    let length = stage.length();
    if let Some(UsersPlan { from, to }) = users {
        let [from, to] = [from, to].map(|users| grouped(users.into()));
        return if from == to {
            format!("stage {name}: {to} users for {length}")
        } else {
            format!("stage {name}: {from} to {to} users in {length}")
        };
    }
    match model {
        Model::Closed => format!("stage {name}: as fast as it goes for {length}"),
        Model::Open if from == to => format!("stage {name}: {to} for {length}"),
        Model::Open => format!("stage {name}: {from} to {to} in {length}"),
    }
}

/// How many arrivals a second are planned between two seconds of the run, in three digits.
fn asked(stages: &[StagePlan], from: u64, to: u64) -> Rate {
    let (from, to) = (Offset::from_micros(from * 1_000_000), Offset::from_micros(to * 1_000_000));
    let arrivals = stages.iter().map(|stage| {
        let (begin, end) = (from.clamp(stage.start, stage.end), to.clamp(stage.start, stage.end));
        let whole = stage.end.since(stage.start).as_secs_f64().max(1e-6);
        // The rate changes evenly within a stage: its mean is that of its middle.
        let passed = [begin, end].map(|at| at.since(stage.start).as_secs_f64());
        let middle = f64::midpoint(passed[0], passed[1]);
        let (low, high) = (stage.from.as_per_second(), stage.to.as_per_second());
        (low + (high - low) * middle / whole) * end.since(begin).as_secs_f64()
    });
    let rate = arrivals.sum::<f64>() / to.since(from).as_secs_f64().max(1e-6);
    if rate < 10.0 { Rate::per_second(rate) } else { Rate::per_second(rate.round()) }
}

/// Three digits are enough to watch.
fn three_digits(micros: u64) -> Span {
    let mut scale = 1;
    while micros / scale >= 1_000 {
        scale *= 10;
    }
    Span::new(Duration::from_micros((micros + scale / 2) / scale * scale))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stage(start: u64, end: u64, from: f64, to: f64) -> StagePlan {
        let at = |seconds: u64| Offset::from_micros(seconds * 1_000_000);
        let (from, to) = (Rate::per_second(from), Rate::per_second(to));
        StagePlan { name: "up".into(), start: at(start), end: at(end), from, to, warmup: false }
    }

    #[test]
    fn the_rate_asked_is_the_mean_of_the_time_told() {
        let stages = [stage(0, 10, 200.0, 200.0), stage(10, 20, 0.0, 400.0), stage(20, 30, 0.5, 0.5)];
        for (from, to, rate) in [
            (0, 1, "200/s"),
            (10, 11, "20/s"),
            (10, 20, "200/s"),
            (19, 20, "380/s"),
            (5, 15, "150/s"),
            (25, 30, "30/min"),
            (30, 35, "0/s"),
        ] {
            assert_eq!(asked(&stages, from, to).to_string(), rate, "{from} to {to}");
        }
    }

    #[test]
    fn stages_say_what_is_asked() {
        let users = |from, to| Some(UsersPlan { from, to });
        for (rates, model, users, line) in [
            ((0.0, 400.0), Model::Open, None, "stage up: 0/s to 400/s in 10s"),
            ((5.0, 5.0), Model::Open, None, "stage up: 5/s for 10s"),
            ((0.0, 0.0), Model::Closed, None, "stage up: as fast as it goes for 10s"),
            ((0.0, 0.0), Model::Closed, users(0, 2_000), "stage up: 0 to 2,000 users in 10s"),
            ((0.0, 0.0), Model::Closed, users(7, 7), "stage up: 7 users for 10s"),
        ] {
            assert_eq!(stage_line(&stage(0, 10, rates.0, rates.1), model, users), line);
        }
    }

    #[test]
    fn times_have_three_digits() {
        for (micros, text) in [(959, "959us"), (63_580, "63.6ms"), (999_700, "1s"), (12_345_678, "12.3s")] {
            assert_eq!(three_digits(micros).to_string(), text);
        }
    }
}
