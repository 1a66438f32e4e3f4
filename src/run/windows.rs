//! What each gate is judged by: requests, gathered while the history goes by, or a fault.

use super::around::AroundFault;
use super::extent::Extent;
use super::fault::Faults;
use super::load::Load;
use super::ring::Ring;
use crate::clock::Offset;
use crate::gate::{Around, Gate, Of, Window};
use crate::history::{Meta, StagePlan, select};
use crate::sample::EndpointId;
use crate::source;
use crate::stats::{Delta, Sums, Tally, Times};
use std::time::Duration;

/// So many of the newest seconds wait until the steps of faults in them were told.
const UNSETTLED: u64 = 10;

/// What one gate wants to see.
#[derive(Debug)]
enum Want {
    /// Nothing can be shown; why.
    Nothing(String),
    /// These endpoints, in this part of the run.
    Requests { of: Vec<EndpointId>, times: Times, within: Within },
    /// What was measured around the fault at this place of the plan.
    Fault(usize),
}

#[derive(Debug)]
enum Within {
    WholeRun,
    Stages { places: Vec<u16>, sums: Box<Sums> },
    Last(Ring),
    Around(Box<AroundFault>),
}

/// What a gate is judged by.
#[derive(Debug)]
pub(super) enum Held {
    /// These requests of a part of the run, with the durations that the gate is about, and how long that is.
    Requests { tally: Box<Tally>, length: Duration },
    /// What was measured around the fault at this place of the plan.
    Fault(usize),
}

#[cfg(test)]
impl Held {
    /// How many requests were planned, where it is requests.
    pub(super) fn planned(&self) -> Option<u64> {
        match self {
            Held::Requests { tally, .. } => Some(tally.counts.planned),
            Held::Fault(_) => None,
        }
    }
}

/// One entry per gate, in their order.
#[derive(Debug)]
pub(super) struct Windows {
    wants: Vec<Want>,
    /// The second before which windows of faults are settled.
    settled: u64,
}

impl Windows {
    pub(super) fn new<'a>(
        meta: &Meta,
        faults: &Faults,
        gates: impl IntoIterator<Item = &'a Gate>,
    ) -> Windows {
        let want = |gate| want(meta, faults, gate).unwrap_or_else(Want::Nothing);
        Windows { wants: gates.into_iter().map(want).collect(), settled: 0 }
    }

    /// Whether something that happened at this moment comes too late for windows of faults.
    pub(super) fn is_settled(&self, at: Offset) -> bool {
        at.second() < self.settled && self.around().next().is_some()
    }

    /// Something was told of a fault.
    pub(super) fn learn(&mut self, faults: &Faults) {
        for want in &mut self.wants {
            if let Want::Requests { within: Within::Around(around), .. } = want {
                around.learn(faults);
            }
        }
    }

    fn around(&self) -> impl Iterator<Item = &AroundFault> {
        self.wants.iter().filter_map(|want| match want {
            Want::Requests { within: Within::Around(around), .. } => Some(around.as_ref()),
            _ => None,
        })
    }

    /// Adds a delta of a measured stage.
    pub(super) fn add(&mut self, delta: &Delta) {
        self.settled = self.settled.max(delta.second.saturating_sub(UNSETTLED));
        for want in &mut self.wants {
            let Want::Requests { of, times, within } = want else { continue };
            if !of.contains(&delta.endpoint) {
                continue;
            }
            match within {
                Within::Stages { places, sums } if places.contains(&delta.stage) => {
                    sums.add_only(&delta.tally, *times);
                }
                Within::Last(ring) => ring.add(delta),
                Within::Around(around) => around.add(delta, self.settled),
                // The whole run is the sum of the endpoints' own tallies.
                Within::Stages { .. } | Within::WholeRun => {}
            }
        }
    }

    /// What each gate is judged by, or why there is nothing to judge it by.
    pub(super) fn held(
        &self,
        load: &Load,
        faults: &Faults,
        stages: &[StagePlan],
        extent: Extent<'_>,
    ) -> Vec<Result<Held, String>> {
        let measured = || stages.iter().filter(|stage| !stage.warmup);
        let requests = |tally, length| Ok(Held::Requests { tally: Box::new(tally), length });
        let one = |want: &Want| match want {
            Want::Nothing(why) => Err(why.clone()),
            Want::Fault(place) => match faults.doubt(*place, Around::During) {
                Some(doubt) => Err(doubt),
                None => Ok(Held::Fault(*place)),
            },
            Want::Requests { of, within: Within::WholeRun, .. } => {
                requests(load.sum(of), extent.covered(measured(), Offset::ZERO))
            }
            Want::Requests { within: Within::Stages { places, sums }, .. } => {
                let judged = places.iter().filter_map(|place| stages.get(usize::from(*place)));
                requests(sums.tally(), extent.covered(judged, Offset::ZERO))
            }
            Want::Requests { within: Within::Last(ring), .. } => {
                let (tally, begins) = ring.window(extent.end_second());
                let from = Offset::from_micros(begins.saturating_mul(1_000_000));
                requests(tally, extent.covered(measured(), from))
            }
            Want::Requests { within: Within::Around(around), .. } => {
                let (tally, seconds) = around.window(faults)?;
                let measured: Vec<&StagePlan> = measured().collect();
                requests(tally, extent.covered_in(&measured, seconds))
            }
        };
        self.wants.iter().map(one).collect()
    }

    #[cfg(test)]
    pub(super) fn tallies(&self) -> usize {
        let count = |want: &Want| match want {
            Want::Requests { within: Within::Last(ring), .. } => ring.parts(),
            Want::Requests { within: Within::Stages { .. }, .. } => 1,
            Want::Requests { within: Within::Around(around), .. } => around.tallies(),
            Want::Nothing(_) | Want::Requests { .. } | Want::Fault(_) => 0,
        };
        self.wants.iter().map(count).sum()
    }
}

fn want(meta: &Meta, faults: &Faults, gate: &Gate) -> Result<Want, String> {
    if gate.metric.of() != Of::Requests {
        let name = gate.on.as_deref().ok_or_else(|| "the gate names no fault".to_owned())?;
        return faults.place(name).map(Want::Fault);
    }
    let of = match gate.on.as_deref() {
        Some(name) => select(name, &meta.endpoints).map_err(|e| e.to_string())?,
        None => (0u16..).zip(&meta.endpoints).map(|(id, _)| EndpointId(id)).collect(),
    };
    let times = gate.metric.times();
    let within = match &gate.window {
        Window::WholeRun => Within::WholeRun,
        Window::Stage(name) => Within::Stages { places: places(meta, name)?, sums: Box::default() },
        Window::Last(span) => {
            let end = meta.stages.iter().map(|stage| stage.end.micros().div_ceil(1_000_000)).max();
            let length = span.get().as_secs() + u64::from(span.get().subsec_nanos() > 0);
            Within::Last(Ring::new(length, end.unwrap_or_default(), times))
        }
        Window::Fault { name, part } => {
            Within::Around(Box::new(AroundFault::new(faults, faults.place(name)?, *part, times)))
        }
    };
    Ok(Want::Requests { of, times, within })
}

/// The measured stages of this name.
fn places(meta: &Meta, name: &str) -> Result<Vec<u16>, String> {
    let named: Vec<_> = (0u16..).zip(&meta.stages).filter(|(_, stage)| stage.name == name).collect();
    let measured: Vec<u16> =
        named.iter().filter(|(_, stage)| !stage.warmup).map(|(place, _)| *place).collect();
    if !measured.is_empty() {
        return Ok(measured);
    }
    if !named.is_empty() {
        return Err(format!("stage `{name}` is warm-up, which no gate judges"));
    }
    let known = meta.stages.iter().map(|stage| stage.name.as_str());
    let meant =
        source::nearest(name, known).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    Err(format!("the run has no stage `{name}`{meant}"))
}
