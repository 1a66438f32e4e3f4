//! How many requests a run plans, where and when.

use crate::clock::Offset;
use crate::history::EndpointPlan;
use crate::load::Schedule;
use crate::sample::EndpointId;
use crate::scenario::Load;
use crate::units::{Rate, Span};
use std::time::Duration;

/// What a load plans.
pub(super) struct Planned<'l> {
    load: &'l Load,
    /// When arrivals come. Random arrivals come as often on average.
    pub(super) schedule: Schedule,
    /// The endpoints, in the order of their ids.
    pub(super) endpoints: Vec<EndpointPlan>,
}

/// The parts of a run that a gate judges, from and to.
pub(super) type Window = Vec<(Offset, Offset)>;

impl<'l> Planned<'l> {
    pub(super) fn of(load: &'l Load) -> Planned<'l> {
        Planned { load, schedule: load.schedule(0), endpoints: load.endpoints() }
    }

    /// Whether nothing is planned: each connection or user waits for its answer.
    pub(super) fn is_closed(&self) -> bool {
        self.load.is_closed()
    }

    /// All names that a gate may be about.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> + Clone {
        let journeys = self.load.journeys.iter().map(|journey| journey.name.as_str());
        journeys.chain(self.endpoints.iter().map(|endpoint| endpoint.name.as_str()))
    }

    /// All stages that are no warm-up.
    pub(super) fn whole(&self) -> Window {
        let judged = self.schedule.stages().iter().filter(|planned| !planned.stage.warmup);
        judged.map(|planned| (planned.start, planned.end)).collect()
    }

    /// One stage.
    pub(super) fn stage(&self, place: usize) -> Window {
        self.schedule.stages().get(place).map(|planned| (planned.start, planned.end)).into_iter().collect()
    }

    /// The last part of the load, as far as it is judged.
    pub(super) fn last(&self, length: Span) -> Window {
        let from = self.schedule.end() - length.get();
        self.whole()
            .into_iter()
            .map(|(start, end)| (start.max(from), end))
            .filter(|(start, end)| start < end)
            .collect()
    }

    /// How long the load is judged.
    pub(super) fn judged(&self) -> Span {
        Span::new(length(&self.whole()))
    }

    /// How many requests the endpoints get in a window, if every step of every journey is reached.
    pub(super) fn requests(&self, endpoints: &[EndpointId], window: &Window) -> u64 {
        let arrivals: f64 = window.iter().map(|(from, to)| self.schedule.expected_between(*from, *to)).sum();
        (arrivals * self.share(endpoints)).round() as u64
    }

    /// How many requests a second the endpoints get in a window on average.
    pub(super) fn rate(&self, endpoints: &[EndpointId], window: &Window) -> Rate {
        let arrivals: f64 = window.iter().map(|(from, to)| self.schedule.expected_between(*from, *to)).sum();
        Rate::per_second(arrivals * self.share(endpoints) / length(window).as_secs_f64())
    }

    /// How long a window of the same rate has to last for so many requests, in whole seconds; `None` without a rate.
    pub(super) fn lasting(&self, endpoints: &[EndpointId], window: &Window, requests: u64) -> Option<Span> {
        let rate = self.rate(endpoints, window).as_per_second();
        let seconds = (requests as f64 / rate).ceil();
        // Beyond a year no run is meant.
        (rate > 0.0 && seconds < 366.0 * 86_400.0).then(|| Span::new(Duration::from_secs(seconds as u64)))
    }

    /// How many requests an arrival makes at the endpoints on average.
    fn share(&self, endpoints: &[EndpointId]) -> f64 {
        let weights: f64 = self.load.journeys.iter().map(|journey| f64::from(journey.weight)).sum();
        let chosen = endpoints.iter().filter_map(|id| self.endpoints.get(usize::from(id.0)));
        let weight = |endpoint: &EndpointPlan| {
            let journey = self.load.journeys.iter().find(|journey| journey.name == endpoint.journey);
            journey.map_or(0.0, |journey| f64::from(journey.weight))
        };
        chosen.map(weight).sum::<f64>() / weights
    }
}

fn length(window: &Window) -> Duration {
    window.iter().map(|(from, to)| to.since(*from)).sum()
}
