//! Histories of runs that nobody has the time to drive.

use super::struck::Struck;
use shakedown::clock::Offset;
use shakedown::event::{Ending, Event, EventKind, GeneratorSecond};
use shakedown::history::{EndpointPlan, GatePlan, Meta, StagePlan};
use shakedown::sample::{EndpointId, ErrorClass, Outcome, Sample};
use shakedown::stats::{Delta, SLOT, Slot};
use shakedown::units::Rate;
use shakedown::verdict::Severity;
use std::time::Duration;

/// How many different seconds there are; they come again and again.
const PATTERNS: u64 = 16;
/// The tenths of a second.
const SLOTS: u64 = 10;

/// A run that went well: so many requests of each of its endpoints in each of its seconds.
#[derive(Debug)]
pub struct Made {
    endpoints: u16,
    requests: u64,
    seconds: u64,
    one_of: u64,
    struck: Option<Struck>,
    patterns: Vec<Delta>,
    /// The same seconds while a fault is felt.
    felt: Vec<Delta>,
}

impl Made {
    /// A run of so many seconds with `requests` a second for each of `endpoints` endpoints.
    pub fn new(endpoints: u16, requests: u64, seconds: u64) -> Made {
        let patterns =
            |bad_one_of| (0..PATTERNS).map(|number| pattern(number, requests, bad_one_of)).collect();
        let (patterns, felt) = (patterns(None), patterns(Some(Struck::BAD_ONE_OF)));
        Made { endpoints, requests, seconds, one_of: 1, struck: None, patterns, felt }
    }

    /// The same with only one of so many windows, each endpoint in its turn.
    pub fn thinned(self, one_of: u64) -> Made {
        Made { one_of, ..self }
    }

    /// The same with a fault again and again.
    pub fn struck(self, struck: Struck) -> Made {
        Made { struck: Some(struck), ..self }
    }

    /// Requests in all.
    pub fn total(&self) -> u64 {
        u64::from(self.endpoints) * self.requests * self.seconds / self.one_of
    }

    /// What such a run is planned as, with gates on all, on an endpoint, on a stage and on the last minutes; where there
    /// is a fault, on the time around it and on its recovery as well.
    pub fn meta(&self) -> Meta {
        let rate = Rate::per_second((u64::from(self.endpoints) * self.requests) as f64);
        let gates = ["p99 <= 1s", "p95(j/e0) <= 1s", "error_rate < 1% stage hold", "p99 <= 1s last 10m"];
        let around: &[&str] = match self.struck {
            Some(_) => &["p99 <= 1s before kill", "error_rate < 50% after kill +30s", "rto(kill) <= 30s"],
            None => &[],
        };
        let gate = |gate: &&str| GatePlan { gate: (*gate).to_owned(), severity: Severity::Fail };
        let endpoint = |n| EndpointPlan { name: format!("j/e{n}"), journey: "j".into() };
        Meta {
            max_in_flight: 10_000,
            endpoints: (0..self.endpoints).map(endpoint).collect(),
            stages: vec![StagePlan {
                name: "hold".into(),
                start: Offset::ZERO,
                end: Offset::from_micros(self.seconds * 1_000_000),
                from: rate,
                to: rate,
                warmup: false,
            }],
            gates: gates.iter().chain(around).map(gate).collect(),
            faults: self.struck.map(Struck::plan).into_iter().collect(),
            ..Meta::bare("made")
        }
    }

    /// All that happens in it, in order.
    pub fn events(&self) -> impl Iterator<Item = Event> {
        let end = Offset::from_micros(self.seconds * 1_000_000);
        let last = [EventKind::LoadEnded, EventKind::Ended(Ending::Completed)];
        (0..self.seconds)
            .flat_map(|second| self.second(second))
            .chain(last.into_iter().map(move |kind| Event { at: end, kind }))
    }

    /// What is told of one second.
    fn second(&self, second: u64) -> impl Iterator<Item = Event> {
        let at = Offset::from_micros((second + 1) * 1_000_000);
        let place = move |endpoint: u16| {
            second + u64::from(endpoint) * self.one_of.div_ceil(u64::from(self.endpoints))
        };
        let told = (0..self.endpoints).filter(move |endpoint| place(*endpoint).is_multiple_of(self.one_of));
        let windows = told.map(move |endpoint| {
            let felt = self.struck.is_some_and(|struck| struck.is_felt(second));
            let patterns = if felt { &self.felt } else { &self.patterns };
            let mut delta = patterns[((second + u64::from(endpoint)) % PATTERNS) as usize].clone();
            (delta.endpoint, delta.second) = (EndpointId(endpoint), second);
            let slots = (0..SLOTS).map(|tenth| slot(second, tenth, self.requests / SLOTS));
            delta.slots = slots.map(|(number, slot)| (number, self.felt(second, slot))).collect();
            EventKind::Window(Box::new(delta))
        });
        let said = GeneratorSecond {
            second,
            cpu: 0.5,
            in_flight: 50,
            connections: 64,
            ..GeneratorSecond::default()
        };
        let told = windows.chain([EventKind::Generator(said)]).map(move |kind| Event { at, kind });
        self.struck.into_iter().flat_map(move |struck| struck.steps(second)).chain(told)
    }

    /// A slot as the fault leaves it.
    fn felt(&self, second: u64, mut slot: Slot) -> Slot {
        self.struck.iter().for_each(|struck| struck.slot(second, &mut slot));
        slot
    }
}

/// A tenth of a second in which all went well.
fn slot(second: u64, tenth: u64, good: u64) -> (u64, Slot) {
    let begins = Offset::from_micros(second * 1_000_000) + SLOT * tenth as u32;
    let between = Some((begins, begins + SLOT / 2));
    (Slot::number(begins), Slot { good, good_between: between, answered: between, ..Slot::default() })
}

/// A second of one endpoint: most answers take some milliseconds, few take long. One of so many is refused.
fn pattern(number: u64, requests: u64, bad_one_of: Option<u64>) -> Delta {
    let (mut delta, mut random) = (Delta::new(EndpointId(0), 0, 0), number + 1);
    for n in 0..requests {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let share = (random >> 11) as f64 / (1_u64 << 53) as f64;
        let service = Duration::from_secs_f64(0.002 + 0.001 * -share.max(1e-9).ln());
        let planned = Offset::from_micros(n * 1_000_000 / requests);
        let sent = planned + Duration::from_micros(20 + (random >> 58));
        let bad = bad_one_of.is_some_and(|of| n % of == 0);
        let sample = Sample {
            endpoint: EndpointId(0),
            planned,
            sent,
            first_byte: Some(sent + service.mul_f64(0.9)),
            done: sent + service,
            connect: None,
            outcome: if bad { Outcome::Bad(ErrorClass::Refused) } else { Outcome::Good },
        };
        delta.record(&sample, Duration::from_secs(1));
    }
    delta
}
