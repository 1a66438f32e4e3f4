//! Counting and measuring: histograms, one window's delta, merged tallies, and the intervals that judge them.

mod delta;
mod histogram;
mod slot;
mod tally;

pub use delta::Delta;
pub use histogram::{Histogram, HistogramError};
pub use slot::{Good, SLOT, Slot, Slots};
pub use tally::{Counts, Tally};
