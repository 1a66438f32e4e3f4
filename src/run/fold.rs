//! One pass over the events of a run.

use super::GeneratorSummary;
use super::changes::Noticing;
use super::data;
use super::extent::{Extent, Seen};
use super::fault::Faults;
use super::load::Load;
use super::outcome::CheckResult;
use super::recovery::Recoveries;
use super::seconds::{Part, Seconds};
use super::summary::{Broke, EndpointSummary, Example, Latencies, Summary, Totals, per_second};
use super::watched::WatchedChecks;
use super::whole::{End, Whole, contradiction};
use super::windows::{Held, Windows};
use crate::clock::Offset;
use crate::event::{CheckEnd, Ending, Event, EventKind, FaultStep, GeneratorSecond, Phase};
use crate::gate::Gate;
use crate::history::{Meta, StagePlan};
use crate::ledger::Book;
use crate::sample::{EndpointId, ErrorClass};
use crate::stats::Delta;
use crate::trust::{Limits, Spoilt};
use std::collections::BTreeMap;

/// At most this many troubles are kept; the first ones tell most.
const TROUBLES: usize = 20;
/// An example is kept up to this many characters.
const LONGEST_EXAMPLE: usize = 1_000;

/// What the events have told so far.
#[derive(Debug)]
pub(super) struct Fold<'a> {
    meta: &'a Meta,
    limits: Limits,
    /// Requests planned in these seconds are left out.
    left_out: Option<&'a Spoilt>,
    load: Load,
    windows: Windows,
    faults: Faults,
    changes: Noticing,
    recoveries: Recoveries,
    seconds: Seconds,
    cpu: Mean,
    quota: Option<f64>,
    in_flight: u64,
    connections: u64,
    examples: BTreeMap<(EndpointId, ErrorClass), String>,
    broke: Vec<Broke>,
    last: Offset,
    last_second: Option<u64>,
    load_ended: Option<Offset>,
    ending: Option<Ending>,
    ledger: Option<Book>,
    /// Checks in the order in which they ended.
    checks: Vec<CheckResult>,
    watched: WatchedChecks,
    troubles: Vec<String>,
    whole: Whole,
}

#[derive(Debug, Default)]
struct Mean {
    sum: f64,
    count: u64,
}

impl<'a> Fold<'a> {
    pub(super) fn new<'g>(meta: &'a Meta, gates: impl Iterator<Item = &'g Gate> + Clone) -> Fold<'a> {
        let limits = Limits::of(meta, gates.clone());
        let faults = Faults::new(&meta.faults);
        Fold {
            meta,
            limits,
            left_out: None,
            load: Load::new(meta.endpoints.len()),
            windows: Windows::new(meta, &faults, gates),
            faults,
            changes: Noticing::default(),
            recoveries: Recoveries::new(meta),
            seconds: Seconds::new(limits, &meta.stages),
            cpu: Mean::default(),
            quota: None,
            in_flight: 0,
            connections: 0,
            examples: BTreeMap::new(),
            broke: Vec::new(),
            last: Offset::ZERO,
            last_second: None,
            load_ended: None,
            ending: None,
            ledger: meta.ledger.is_some().then(Book::default),
            checks: Vec::new(),
            watched: WatchedChecks::default(),
            troubles: Vec::new(),
            whole: Whole::new(meta),
        }
    }

    /// A fold that leaves out the requests that were planned in these seconds: what gates are judged by once more.
    pub(super) fn without<'g>(
        meta: &'a Meta,
        gates: impl Iterator<Item = &'g Gate> + Clone,
        seconds: &'a Spoilt,
    ) -> Fold<'a> {
        Fold { left_out: Some(seconds), ..Fold::new(meta, gates) }
    }

    /// Takes in the next event.
    pub(super) fn add(&mut self, event: Event) {
        self.last = self.last.max(event.at);
        if let Some(wrong) = self.whole.see(&event) {
            self.trouble(wrong);
        }
        match event.kind {
            EventKind::Window(delta) => self.window(&delta),
            EventKind::Generator(said) => self.generator(&said),
            EventKind::Example { endpoint, class, text } => self.example(endpoint, class, &text),
            EventKind::Check(end) => self.check(event.at, end),
            EventKind::Broke { stage, gate, reason } => {
                let name = self.meta.stages.get(usize::from(stage)).map(|plan| plan.name.clone());
                let stage = name.unwrap_or_else(|| (u32::from(stage) + 1).to_string());
                self.broke.push(Broke { stage, gate, reason });
            }
            EventKind::Trouble { text } => self.trouble(text),
            EventKind::LoadEnded => self.load_ended = Some(event.at),
            EventKind::Ended(ending) => self.ending = Some(ending),
            EventKind::Fault(step) => self.fault(event.at, step),
            EventKind::Cluster(change) => {
                self.recoveries.change(event.at, &change);
                self.changes.change(event.at, change);
            }
            EventKind::Writes(writes) => {
                self.ledger(|book| writes.into_iter().for_each(|write| book.write(write)));
            }
            EventKind::ReadBack(reading) => self.ledger(|book| book.read(reading)),
            EventKind::StageStarted { .. } | EventKind::Counted(_) => {}
        }
    }

    fn check(&mut self, at: Offset, end: CheckEnd) {
        if end.phase == Phase::Watch {
            return self.watched.add(at, end, self.meta.checks.len());
        }
        let verdict = end.severity.cap(end.verdict);
        self.checks.push(CheckResult { verdict, end, watched: None });
    }

    /// The checks and how they ended.
    pub(super) fn checks(&mut self) -> Vec<CheckResult> {
        let watched = std::mem::take(&mut self.watched).results(self.meta.watch.as_ref());
        std::mem::take(&mut self.checks).into_iter().chain(watched).collect()
    }

    /// Takes in one endpoint's part of a second.
    pub(super) fn window(&mut self, delta: &Delta) {
        let stage: Option<&StagePlan> = self.meta.stages.get(usize::from(delta.stage));
        let endpoint = self.meta.endpoints.get(usize::from(delta.endpoint.0));
        let (Some(stage), Some(endpoint)) = (stage, endpoint) else {
            return self.trouble(format!(
                "the history speaks of endpoint {} in stage {}, which the plan does not have",
                delta.endpoint.0, delta.stage
            ));
        };
        if let Some(wrong) = contradiction(endpoint, delta) {
            return self.trouble(wrong);
        }
        self.last_second = self.last_second.max(Some(delta.second));
        if self.left_out.is_some_and(|seconds| seconds.contains(delta.second)) {
            return;
        }
        self.recoveries.add(delta);
        if stage.warmup {
            self.load.warm_up(delta);
            self.seconds.add(delta, Part::Warmup);
        } else {
            self.load.add(delta);
            self.windows.add(delta);
            self.seconds.add(delta, Part::Measured);
        }
    }

    fn fault(&mut self, at: Offset, step: FaultStep) {
        if self.windows.is_settled(at) {
            self.trouble(format!(
                "a step of fault {} at {:.1} s was told so late that its windows cannot be trusted",
                step.fault,
                at.secs_f64()
            ));
        }
        self.changes.step(at);
        self.recoveries.step(at, &step);
        match self.faults.add(at, step) {
            Ok(()) => self.windows.learn(&self.faults),
            Err(text) => self.trouble(text),
        }
    }

    fn ledger(&mut self, told: impl FnOnce(&mut Book)) {
        match &mut self.ledger {
            Some(book) => told(book),
            None => self.trouble("the history speaks of a ledger, which the plan does not have".to_owned()),
        }
    }

    fn generator(&mut self, said: &GeneratorSecond) {
        self.in_flight = self.in_flight.max(said.in_flight);
        self.connections = self.connections.max(said.connections);
        if self.seconds.generator(said) == Part::Measured {
            self.cpu.sum += said.cpu;
            self.cpu.count += 1;
            let quotas = self.quota.into_iter().chain(said.quota);
            self.quota = quotas.min_by(f64::total_cmp);
        }
    }

    fn example(&mut self, endpoint: EndpointId, class: ErrorClass, text: &str) {
        if usize::from(endpoint.0) < self.meta.endpoints.len() {
            let short = || text.chars().take(LONGEST_EXAMPLE).collect();
            self.examples.entry((endpoint, class)).or_insert_with(short);
        }
    }

    fn trouble(&mut self, text: String) {
        if self.troubles.len() < TROUBLES && !self.troubles.contains(&text) {
            self.troubles.push(text);
        }
    }

    fn extent(&self) -> Extent<'a> {
        let ended = self.load_ended.or(self.ending.is_some().then_some(self.last));
        let extent = Extent::of(
            &self.meta.stages,
            Seen { second: self.last_second, ended, ending: self.ending.as_ref(), broke: self.broke.len() },
        );
        self.left_out.map_or(extent, |seconds| extent.without(seconds))
    }

    /// What each gate is judged by, or why there is nothing to judge it by.
    pub(super) fn held(&self) -> Vec<Result<Held, String>> {
        self.windows.held(&self.load, &self.faults, &self.meta.stages, self.extent())
    }

    /// How many tallies and open seconds are kept.
    #[cfg(test)]
    pub(super) fn footprint(&self) -> (usize, usize) {
        (self.load.endpoints.len() + self.windows.tallies(), self.seconds.open())
    }

    fn look_whether_it_is_whole(&mut self) {
        let stages = &self.meta.stages;
        let began =
            |broke: &Broke| stages.iter().find(|stage| stage.name == broke.stage).map(|stage| stage.start);
        let broke = self.broke.first().map(|broke| began(broke).unwrap_or_default());
        let end = End { ending: self.ending.as_ref(), broke };
        let whole = std::mem::replace(&mut self.whole, Whole::new(self.meta));
        for wrong in whole.troubles(end) {
            self.trouble(wrong);
        }
    }

    /// The run in numbers, and the seconds that gates are judged without where they would fail.
    pub(super) fn summary(mut self) -> (Summary, Spoilt) {
        self.look_whether_it_is_whole();
        let measured = self.meta.stages.iter().filter(|stage| !stage.warmup);
        let extent = self.extent();
        let length = extent.covered(measured, Offset::ZERO);
        let total = self.load.total();
        let examples = |id: EndpointId| -> Vec<Example> {
            let of_endpoint = self.examples.iter().filter(|((endpoint, _), _)| *endpoint == id);
            of_endpoint.map(|((_, class), text)| Example { class: *class, text: text.clone() }).collect()
        };
        let endpoints = (0u16..)
            .zip(self.meta.endpoints.iter().zip(&self.load.endpoints))
            .map(|(id, (plan, sums))| {
                EndpointSummary::of(&plan.name, &sums.tally(), length, examples(EndpointId(id)))
            })
            .collect();
        let cpu = (self.cpu.count > 0).then(|| self.cpu.sum / self.cpu.count as f64);
        let mut faults = self.faults.results(self.recoveries.results(extent.end()));
        let ledger = self.ledger.as_ref().zip(self.meta.ledger.as_ref());
        let ledger = ledger.map(|(book, plan)| data::weigh(book, plan.rate, &mut faults));
        let (series, untrusted, spoilt) = self.seconds.finish();
        let summary = Summary {
            totals: Totals {
                counts: total.counts,
                length,
                rate: per_second(total.counts.done, length),
                response: Latencies::of(&total.response),
            },
            warmup: self.load.warmup,
            endpoints,
            series,
            generator: GeneratorSummary {
                lag: Latencies::of(&total.lag).filter(|_| self.meta.users.is_empty()),
                late_after: self.limits.late,
                cpu,
                quota: self.quota,
                in_flight: self.in_flight,
                connections: self.connections,
                untrusted,
            },
            faults,
            ledger,
            changes: self.changes.into_changes(),
            broke: self.broke,
            troubles: self.troubles,
            ending: self.ending,
            last: self.last,
        };
        (summary, spoilt)
    }
}
