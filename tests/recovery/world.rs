//! A server of which it is known when it was out, and the history that a run against it would leave.

use serde::Deserialize;
use shakedown::clock::Offset;
use shakedown::event::{Changed, ClusterChange, Ending, Event, EventKind, FaultPhase, FaultStep};
use shakedown::history::{EndpointPlan, FaultPlan, Meta, RecoveryPlan, StagePlan};
use shakedown::run::{Run, Strictness};
use shakedown::sample::{EndpointId, ErrorClass, Outcome, Sample};
use shakedown::stats::Delta;
use shakedown::units::Rate;
use std::collections::BTreeMap;
use std::time::Duration;

/// A server, the load on it, and what is done to it. Times are in seconds on the run's clock.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    /// Arrivals a second at each endpoint.
    pub rate: f64,
    /// How long the load is planned to last.
    pub seconds: f64,
    /// Where it really ended, if sooner: the run was interrupted.
    pub interrupted: Option<f64>,
    /// Arrivals at random instants, by this seed.
    pub poisson: Option<u64>,
    /// How long an answer takes: the least and the most, in milliseconds.
    pub takes: (f64, f64),
    /// When a request is given up.
    pub timeout: Option<f64>,
    #[serde(default = "one")]
    pub endpoints: u16,
    pub harms: Vec<Harm>,
    pub faults: Vec<Fault>,
    #[serde(default)]
    pub changes: Vec<Change>,
}

fn one() -> u16 {
    1
}

/// What befalls the server.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Harm {
    pub from: f64,
    pub to: f64,
    pub what: What,
    /// One in so many requests; all of them when it is left out.
    pub one_in: Option<u64>,
    /// The one endpoint that it concerns.
    pub endpoint: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Requests fail at once.
    Refuse,
    /// Nothing goes on; all that came meanwhile is answered afterwards.
    Stop,
    /// Answers take so many milliseconds longer.
    Slow(f64),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    pub name: String,
    /// Each injection's steps and when they were told; the last one ends it.
    pub injections: Vec<Vec<(f64, FaultPhase)>>,
    /// Whether something has to be undone.
    #[serde(default)]
    pub undo: bool,
}

/// A change of the cluster.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    pub at: f64,
    pub kind: String,
    pub name: String,
    pub ready: Option<u32>,
    #[serde(default)]
    pub gone: bool,
}

pub fn at(seconds: f64) -> Offset {
    Offset::from_secs_f64(seconds)
}

/// Numbers that look random and are always the same.
struct Dice(u64);

impl Dice {
    fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 11) as f64) / ((1_u64 << 53) as f64)
    }
}

impl World {
    fn planned(&self) -> Vec<f64> {
        let end = self.interrupted.unwrap_or(self.seconds);
        let mut dice = self.poisson.map(Dice);
        let mut planned = Vec::new();
        let mut time = 0.0;
        let mut n = 0.0;
        while time < end {
            planned.push(time);
            n += 1.0;
            time = match &mut dice {
                Some(dice) => time - (1.0 - dice.share()).ln() / self.rate,
                None => n / self.rate,
            };
        }
        planned
    }

    /// Every request, in the order of the plan.
    pub fn samples(&self) -> Vec<Sample> {
        let mut dice = Dice(self.poisson.unwrap_or(7) ^ 0x5eed);
        let planned = self.planned();
        let one = |(n, time): (usize, &f64), endpoint: u16, dice: &mut Dice| {
            let takes = (self.takes.0 + (self.takes.1 - self.takes.0) * dice.share()) / 1e3;
            let (done, outcome) = self.fate(n as u64, *time, takes, endpoint);
            let planned = at(*time);
            let done = at(done).max(planned);
            let endpoint = EndpointId(endpoint);
            Sample { endpoint, planned, sent: planned, first_byte: None, done, connect: None, outcome }
        };
        let all = planned.iter().enumerate();
        all.flat_map(|arrival| (0..self.endpoints).map(move |endpoint| (arrival, endpoint)))
            .map(|(arrival, endpoint)| one(arrival, endpoint, &mut dice))
            .collect()
    }

    /// When a request that needs this long is over, and how.
    fn fate(&self, n: u64, planned: f64, takes: f64, endpoint: u16) -> (f64, Outcome) {
        let concerns = |harm: &&Harm| {
            harm.endpoint.is_none_or(|only| only == endpoint) && n.is_multiple_of(harm.one_in.unwrap_or(1))
        };
        let mut done = planned + takes;
        for harm in self.harms.iter().filter(concerns) {
            let at = planned >= harm.from && planned < harm.to;
            match harm.what {
                What::Refuse if at => return (planned + 0.000_2, Outcome::Bad(ErrorClass::Refused)),
                What::Slow(millis) if at => done += millis / 1e3,
                What::Stop if planned < harm.to && done > harm.from => done = harm.to + takes,
                _ => {}
            }
        }
        match self.timeout {
            Some(timeout) if done - planned > timeout => {
                (planned + timeout, Outcome::Bad(ErrorClass::Timeout))
            }
            _ => (done, Outcome::Good),
        }
    }

    /// The history: answers that come late stand in further deltas of their second.
    fn events(&self) -> Vec<Event> {
        let mut deltas: BTreeMap<(u64, u64, u16), Delta> = BTreeMap::new();
        let within = RecoveryPlan::default().within.get();
        let last = at(self.interrupted.unwrap_or(self.seconds));
        for sample in self.samples() {
            let told = sample.done.second().max(sample.planned.second());
            if self.interrupted.is_some() && sample.done > last {
                continue;
            }
            let key = (told, sample.planned.second(), sample.endpoint.0);
            let delta = deltas.entry(key).or_insert_with(|| Delta::new(sample.endpoint, 0, key.1));
            delta.record(&sample, within);
        }
        let window = |((told, _, _), delta): ((u64, u64, u16), Delta)| Event {
            at: Offset::from_micros((told + 1) * 1_000_000),
            kind: EventKind::Window(Box::new(delta)),
        };
        let mut events: Vec<Event> = deltas.into_iter().map(window).collect();
        events.extend(self.steps());
        events.extend(self.changes.iter().map(Change::event));
        events.sort_by_key(|event| event.at);
        let ending = if self.interrupted.is_some() { Ending::Interrupted } else { Ending::Completed };
        let end = events.last().map_or(last, |event| event.at.max(last));
        events.push(Event { at: last.min(end), kind: EventKind::LoadEnded });
        events.push(Event { at: end, kind: EventKind::Ended(ending) });
        events
    }

    fn steps(&self) -> Vec<Event> {
        let of = |(fault, plan): (u16, &Fault)| {
            let injections = (0_u32..).zip(plan.injections.clone());
            injections
                .flat_map(move |(injection, steps)| {
                    steps.into_iter().map(move |step| (fault, injection, step))
                })
                .collect::<Vec<_>>()
        };
        let event = |(fault, injection, (when, phase))| {
            let text = format!("{phase:?}").to_lowercase();
            let step = FaultStep { fault, injection, phase, text, objects: vec!["Pod/victim".into()] };
            Event { at: at(when), kind: EventKind::Fault(step) }
        };
        (0_u16..).zip(&self.faults).flat_map(of).map(event).collect()
    }

    fn meta(&self) -> Meta {
        let rate = Rate::per_second(self.rate);
        let fault = |fault: &Fault| FaultPlan {
            name: fault.name.clone(),
            kind: "pod_kill".into(),
            at: at(fault.injections[0][0].0),
            until: fault.undo.then(|| at(self.seconds)),
        };
        let endpoint = |n: u16| EndpointPlan { name: format!("shop/{n}"), journey: "shop".into() };
        Meta {
            max_in_flight: 10_000,
            endpoints: (0..self.endpoints).map(endpoint).collect(),
            stages: vec![StagePlan {
                name: "hold".into(),
                start: Offset::ZERO,
                end: at(self.seconds),
                from: rate,
                to: rate,
                warmup: false,
            }],
            faults: self.faults.iter().map(fault).collect(),
            ..Meta::bare("known")
        }
    }

    pub fn judge(&self) -> Run {
        Run::judge(self.meta(), vec![], || self.events(), Strictness::Normal)
    }
}

impl Change {
    fn event(&self) -> Event {
        let state = self.ready.map_or("gone".to_owned(), |ready| format!("{ready} ready"));
        let change = if self.gone { Changed::Deleted } else { Changed::Modified };
        let (kind, name, ready) = (self.kind.clone(), self.name.clone(), self.ready);
        Event {
            at: at(self.at),
            kind: EventKind::Cluster(ClusterChange { kind, name, change, state, ready }),
        }
    }
}

/// A time between two instants, as it was.
pub fn length(from: f64, to: f64) -> Duration {
    at(to).since(at(from))
}
