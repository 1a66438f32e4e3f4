//! The shape of the load over time: profiles (what people write), stages (what they mean) and the schedule (when each
//! arrival is planned). Pure arithmetic: no clock, no socket, no task.
//!
//! A new profile is one file, its `mod` line and its entry in the list below.

mod baseline;
mod crowd;
mod departures;
mod draw;
mod error;
mod legs;
mod line;
mod max;
mod mix;
mod peak;
mod profile;
mod schedule;
mod share;
mod soak;
mod spike;
mod stage;
mod stages;
mod stress;
mod users;

pub use baseline::Baseline;
pub use crowd::{Crowd, Presence};
pub use departures::{Departures, TOLERANCE};
pub use draw::{Canvas, Glyphs, draw, draw_users};
pub use error::ProfileError;
pub use max::Max;
pub use mix::Mix;
pub use peak::Peak;
pub use schedule::{Arrivals, Planned, Schedule};
pub use share::{Arrival, Share};
pub use soak::Soak;
pub use spike::Spike;
pub use stage::Stage;
pub use stages::{Segment, Stages};
pub use stress::Stress;
pub use users::{Users, UsersStage};

profile::profiles! {
    /// Normal load: ramp up to a rate and hold it.
    Baseline(Baseline),
    /// The expected maximum: ramp up to a multiple of the normal rate and hold it.
    Peak(Peak),
    /// A sudden crowd: the normal rate, a jump to a multiple of it, and back.
    Spike(Spike),
    /// Normal load for hours, to find leaks and drift.
    Soak(Soak),
    /// Step up until a gate breaks or a limit is reached, to find the breaking point.
    Stress(Stress),
    /// Anything else: a list of ramps and holds.
    Stages(Stages),
    /// As fast as a number of connections goes, each waiting for its answer (closed model).
    Max(Max),
    /// So many users, each of whom waits for its answer and thinks before it goes on (closed model).
    Users(Users),
}
