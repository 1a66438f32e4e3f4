//! Counting and measuring: histograms, one window's delta, merged tallies, and the intervals that judge them.

mod beta;
mod binomial;
mod bounds;
mod delta;
mod encoding;
mod histogram;
mod mean;
mod needed;
mod packed;
mod places;
mod rank;
mod rough;
mod seek;
mod slot;
mod streamed;
mod sum;
mod sums;
mod tally;

pub use binomial::{ALPHA, lower_bound, upper_bound};
pub use bounds::Bounds;
pub use delta::Delta;
pub use encoding::HistogramError;
pub use histogram::Histogram;
pub use mean::{FEWEST_FOR_A_MEAN, Mean};
pub use needed::{about_more, fewest};
pub use rank::{Percentile, ranks};
pub use rough::Rough;
pub use slot::{Good, SLOT, Slot, Slots};
pub use streamed::{Events, Streamed, StreamedOf};
pub use sum::Sum;
pub use sums::Sums;
pub use tally::{Counts, Tally, TallyOf, Times};
