//! The measured load by endpoint, and warm-up apart.

use crate::sample::EndpointId;
use crate::stats::{Counts, Delta, Sums, Tally};

/// What is added up of each endpoint.
#[derive(Debug)]
pub(super) struct Load {
    pub(super) endpoints: Vec<Sums>,
    pub(super) warmup: Counts,
}

impl Load {
    pub(super) fn new(endpoints: usize) -> Load {
        Load { endpoints: vec![Sums::default(); endpoints], warmup: Counts::default() }
    }

    /// Adds a delta of a measured stage.
    pub(super) fn add(&mut self, delta: &Delta) {
        if let Some(sums) = self.endpoints.get_mut(usize::from(delta.endpoint.0)) {
            sums.add(&delta.tally);
        }
    }

    /// Adds a delta of a warm-up stage.
    pub(super) fn warm_up(&mut self, delta: &Delta) {
        self.warmup.merge(&delta.tally.counts);
    }

    /// Some endpoints together.
    pub(super) fn sum(&self, of: &[EndpointId]) -> Tally {
        together(of.iter().filter_map(|id| self.endpoints.get(usize::from(id.0))))
    }

    /// All endpoints together.
    pub(super) fn total(&self) -> Tally {
        together(&self.endpoints)
    }
}

fn together<'a>(endpoints: impl IntoIterator<Item = &'a Sums>) -> Tally {
    let mut all = Sums::default();
    endpoints.into_iter().for_each(|one| all.merge(one));
    all.tally()
}
