//! Data as users lose it: the ledger of acknowledged writes against what was read back.
//!
//! `weigh` makes the results: the whole ledger, and of each fault (`cost`) what
//! of it was lost in which `span` and whose `share` that is.
//! `findings` is what of it speaks against a pass.

mod cost;
mod findings;
mod result;
mod share;
mod span;
mod weigh;

pub(super) use findings::of as findings;
pub use result::{DataLoss, LedgerResult};
pub(super) use weigh::weigh;
