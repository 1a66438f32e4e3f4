//! Drives a scenario and says what happens, as events on one clock; judges nothing.
//!
//! ```text
//! drive ── checks before ── load ── checks after          faults, from before the first check to after the undo
//!                            │                             ledger, from the start of the load to what is read back
//!                            │
//!         dispatch ◄── batches, one a second ── worker 0 … K-1 (a thread each)
//!   (the one select!)                             pacer ── arrivals ──► lanes (a connection each, or a stream of one)
//!                                            or users, in a process of their own
//! ```

mod abort;
mod audit;
mod awake;
mod backoff;
mod batch;
mod blame;
mod broken;
mod calls;
mod checks;
mod deadline;
mod dispatch;
mod drive;
pub mod faults;
mod gauge;
mod lane;
pub mod ledger;
mod limits;
mod link;
mod pacer;
mod plan;
mod pool;
mod recorder;
mod shared;
mod talk;
mod trusted;
pub mod users;
mod watching;
mod worker;

pub use awake::{Awake, AwakeError};
pub use drive::{Control, EngineError, Stop, drive, reach};
pub use limits::{Room, raise_open_files};
pub use plan::{LoadPlan, Pace, RunPlan};
