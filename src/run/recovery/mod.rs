//! Recovery as users feel it: from the arrivals around each fault to detection, failover time, measured RTO, time
//! back to the steady state, downtime and the longest gap.
//!
//! Bottom up: `series` knows single arrivals as far as slots do, `stretch` finds where too few were good, `silence`
//! where nothing was answered, `outage` joins the two, `span` says which outages belong to an injection, `attribution`
//! what other injections make of it, `measure`, `gap`, `steady` and `detection` make figures of it. `keep` holds what
//! that needs in bounded memory, `track` lets the history go by.

mod attribution;
#[cfg(test)]
mod bounded;
mod coarse;
mod detection;
mod episode;
mod felt;
mod gap;
mod keep;
mod lane;
mod latency;
mod measure;
mod outage;
mod result;
mod series;
mod silence;
mod span;
mod steady;
mod stretch;
mod track;

pub use result::{Measures, Recovery};
pub(super) use track::Recoveries;
