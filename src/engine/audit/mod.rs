//! The generator looks at itself once a second: what it used, what it was given, and what kept it from its plan.
//!
//! Everything is read from small files of the kernel; a file that is not there is a figure that is not there. Parsers
//! are pure and tested with recorded texts, `auditor` puts the figures together.

mod auditor;
mod cgroup;
mod cpu;
mod descriptors;
mod hierarchy;
mod ports;
mod queue;
mod steal;

pub(super) use auditor::{Auditor, Open};
pub(super) use ports::local_ports;
pub(super) use queue::Account;
