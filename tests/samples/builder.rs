//! Makes histories by hand: a plan, then second after second of requests.

use shakedown::clock::Offset;
use shakedown::event::{
    Asked, CheckDetail, CheckEnd, Ending, Event, EventKind, FaultPhase, FaultStep, Filled, GeneratorSecond,
    Phase, RunQueue,
};
use shakedown::history::{CheckPlan, ClusterPlan, EndpointPlan, FaultPlan, GatePlan, Meta, StagePlan};
use shakedown::run::Exit;
use shakedown::sample::{EndpointId, ErrorClass, Outcome};
use shakedown::stats::Delta;
use shakedown::units::Rate;
use shakedown::verdict::{Severity, Verdict};
use std::time::Duration;

/// One golden run.
pub struct Sample {
    pub name: &'static str,
    pub meta: Meta,
    pub events: Vec<Event>,
    pub expected: (Verdict, Exit),
}

/// Requests of one endpoint during one second.
#[derive(Clone, Copy)]
pub struct Traffic {
    pub endpoint: u16,
    pub stage: u16,
    pub second: u64,
    pub good: u64,
    pub bad: Option<(ErrorClass, u64)>,
    pub dropped: u64,
    pub base_us: u64,
}

impl Sample {
    /// A run of this scenario: two endpoints, three seconds of warm-up and ten of load at 100 a second.
    pub fn new(name: &'static str, scenario: &str) -> Sample {
        let meta = Meta {
            text: format!("scenario: {scenario}\n"),
            hash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".into(),
            seed: 42,
            target: "http://127.0.0.1:30080".into(),
            max_in_flight: 256,
            endpoints: vec![endpoint("browse", "list"), endpoint("order", "create")],
            stages: vec![stage("warm-up", 0, 3, true), stage("hold", 3, 13, false)],
            ..Meta::bare(scenario)
        };
        Sample { name, meta, events: vec![], expected: (Verdict::Pass, Exit::Pass) }
    }

    pub fn expect(mut self, verdict: Verdict, exit: Exit) -> Sample {
        self.expected = (verdict, exit);
        self
    }

    pub fn gate(mut self, gate: &str, severity: Severity) -> Sample {
        self.meta.gates.push(GatePlan { gate: gate.into(), severity });
        self
    }

    pub fn say(mut self, at_ms: u64, kind: EventKind) -> Sample {
        self.events.push(Event { at: Offset::from_micros(at_ms * 1_000), kind });
        self
    }

    pub fn check(mut self, at_ms: u64, phase: Phase, name: &str, verdict: Verdict, reason: &str) -> Sample {
        if self.meta.checks.iter().all(|plan| plan.name != name) {
            self.meta.checks.push(CheckPlan { name: name.into(), kind: "http".into(), place: None });
        }
        let end = CheckEnd {
            name: name.into(),
            kind: "http".into(),
            phase,
            severity: Severity::Fail,
            verdict,
            unreachable: reason.contains("refused"),
            reason: reason.into(),
            took_us: 1_840,
            asked: Asked::default(),
            detail: CheckDetail::default(),
        };
        self.say(at_ms, EventKind::Check(end))
    }

    /// A fault of the plan; the first one brings the cluster along.
    pub fn fault(mut self, name: &str, kind: &str, at: u64, until: Option<u64>) -> Sample {
        let second = |second: u64| Offset::from_micros(second * 1_000_000);
        let until = until.map(second);
        self.meta.faults.push(FaultPlan { name: name.into(), kind: kind.into(), at: second(at), until });
        self.meta.cluster = Some(ClusterPlan { context: "kind-staging".into(), namespace: "shop".into() });
        self
    }

    /// A step of the first injection of a fault.
    pub fn step(self, at_ms: u64, fault: u16, phase: FaultPhase, text: &str, objects: &[&str]) -> Sample {
        let objects = objects.iter().map(|&object| object.into()).collect();
        self.say(
            at_ms,
            EventKind::Fault(FaultStep { fault, injection: 0, phase, text: text.into(), objects }),
        )
    }

    /// The first failure of its class.
    pub fn example(self, at_ms: u64, endpoint: u16, class: ErrorClass, text: &str) -> Sample {
        let text = text.into();
        self.say(at_ms, EventKind::Example { endpoint: EndpointId(endpoint), class, text })
    }

    pub fn traffic(self, what: Traffic) -> Sample {
        self.say((what.second + 1) * 1_000, EventKind::Window(Box::new(what.delta())))
    }

    pub fn generator(self, second: u64, cpu: f64) -> Sample {
        let said =
            GeneratorSecond { second, cpu, in_flight: 3, connections: 12, ..GeneratorSecond::default() };
        self.say((second + 1) * 1_000, EventKind::Generator(said))
    }

    /// What the generator says of itself where all of it can be seen, held back for so long.
    pub fn audited(self, second: u64, held_back: f64) -> Sample {
        let said = GeneratorSecond {
            second,
            cpu: 0.06,
            in_flight: 3,
            connections: 12,
            quota: Some(0.1),
            throttled: Some(held_back),
            queue: Some(RunQueue { waited_us: 2_100, ran_us: 58_000, turns: 210 }),
            stolen: Some(0.01),
            descriptors: Some(Filled { used: 31, limit: 1_024 }),
            ports: Some(Filled { used: 12, limit: 28_232 }),
        };
        self.say((second + 1) * 1_000, EventKind::Generator(said))
    }

    /// Healthy load from second 0 up to `until`: 60 and 40 requests a second.
    pub fn healthy(mut self, until: u64) -> Sample {
        for second in 0..until {
            let stage = u16::from(second >= 3);
            for (endpoint, good, base_us) in [(0, 60, 1_100), (1, 40, 2_400)] {
                self = self.traffic(Traffic { good, base_us, ..Traffic::at(endpoint, stage, second) });
            }
            self = self.generator(second, 0.21 + second as f64 / 100.0);
        }
        self
    }

    /// In the order in which it would have been told.
    pub fn in_order(mut self) -> Sample {
        self.events.sort_by_key(|event| event.at);
        self
    }

    pub fn ends(self, at_ms: u64, ending: Ending) -> Sample {
        self.say(at_ms, EventKind::LoadEnded).say(at_ms + 1, EventKind::Ended(ending))
    }
}

impl Traffic {
    pub fn at(endpoint: u16, stage: u16, second: u64) -> Traffic {
        Traffic { endpoint, stage, second, good: 0, bad: None, dropped: 0, base_us: 1_000 }
    }

    fn delta(self) -> Delta {
        let endpoint = EndpointId(self.endpoint);
        let mut delta = Delta::new(endpoint, self.stage, self.second);
        let bad = self.bad.map_or(0, |(_, count)| count);
        let all = self.good + bad;
        for n in 0..all {
            // Times that look like times: a spread that depends on the number of the request alone.
            let spread = (n * 7_919 + self.second * 104_729) % 97;
            let planned = Offset::from_micros(self.second * 1_000_000 + n * 1_000_000 / all);
            let sent = planned + Duration::from_micros(20 + spread);
            let done = sent + Duration::from_micros(self.base_us + spread * spread / 4);
            delta.record(
                &shakedown::sample::Sample {
                    endpoint,
                    planned,
                    sent,
                    first_byte: Some(sent + Duration::from_micros(self.base_us / 2)),
                    done,
                    connect: (n == 0 && self.second == 0).then(|| Duration::from_micros(90)),
                    outcome: match self.bad {
                        Some((class, count)) if n < count => Outcome::Bad(class),
                        _ => Outcome::Good,
                    },
                },
                Duration::from_secs(1),
            );
        }
        let begins = Offset::from_micros(self.second * 1_000_000);
        (0..self.dropped).for_each(|_| delta.drop_one(begins));
        delta
    }
}

pub fn endpoint(journey: &str, step: &str) -> EndpointPlan {
    EndpointPlan { name: format!("{journey}/{step}"), journey: journey.into() }
}

pub fn stage(name: &str, start: u64, end: u64, warmup: bool) -> StagePlan {
    let at = |second: u64| Offset::from_micros(second * 1_000_000);
    let rate = Rate::per_second(100.0);
    StagePlan { name: name.into(), start: at(start), end: at(end), from: rate, to: rate, warmup }
}
