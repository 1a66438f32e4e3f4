//! Recovery as users feel it: from the arrivals around each fault to detection, failover time, measured RTO, time
//! back to the steady state, downtime and the longest gap.

mod result;

pub use result::{Measures, Recovery};
