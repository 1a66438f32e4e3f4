//! Users (closed model): goose drives them in a process of its own, and each of them goes through journeys as arrivals
//! do. Goose takes over signals, prints and keeps what it does in statics of the process, so it gets none of ours.
//!
//! ```text
//! drive ── Crew ══ socketpair, a line of JSON for each message ══ serve ── attack (goose)
//!           │        job, start, stop ►                             │        └─ visitor 0 … N-1 ── journey ── link
//!        dispatch ◄── batches, one a second ── ◄ ready, batches ────┘
//! ```
//!
//! The process ends by itself when the socket closes, so it outlives nobody who started it.

mod attack;
mod count;
mod crew;
mod error;
mod ground;
mod job;
mod journey;
mod link;
mod prepare;
mod serve;
mod visitor;
mod wire;

pub(super) use crew::{Crew, gather};
pub use error::UsersError;
pub use job::Job;
pub use serve::serve;
