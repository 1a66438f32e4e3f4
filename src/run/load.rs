//! The measured load by endpoint, and warm-up apart.

use crate::sample::EndpointId;
use crate::stats::{Counts, Delta, Tally};

/// One tally per endpoint.
#[derive(Debug)]
pub(super) struct Load {
    pub(super) endpoints: Vec<Tally>,
    pub(super) warmup: Counts,
}

impl Load {
    pub(super) fn new(endpoints: usize) -> Load {
        Load { endpoints: vec![Tally::default(); endpoints], warmup: Counts::default() }
    }

    /// Adds a delta of a measured stage.
    pub(super) fn add(&mut self, delta: &Delta) {
        if let Some(tally) = self.endpoints.get_mut(usize::from(delta.endpoint.0)) {
            tally.merge(&delta.tally);
        }
    }

    /// Adds a delta of a warm-up stage.
    pub(super) fn warm_up(&mut self, delta: &Delta) {
        self.warmup.merge(&delta.tally.counts);
    }

    /// Some endpoints together.
    pub(super) fn sum(&self, of: &[EndpointId]) -> Tally {
        let mut sum = Tally::default();
        for tally in of.iter().filter_map(|id| self.endpoints.get(usize::from(id.0))) {
            sum.merge(tally);
        }
        sum
    }

    /// All endpoints together.
    pub(super) fn total(&self) -> Tally {
        let mut total = Tally::default();
        for tally in &self.endpoints {
            total.merge(tally);
        }
        total
    }
}
