//! Which seconds of a load cannot be trusted, because the generator was late, busy, held back or full: it measured itself
//! in them.
//!
//! The engine looks at them while a run goes on, so that it is not ended by what the generator did; the run is judged by
//! the same rules when it is over.

mod cause;
mod held;
mod limits;
mod second;
mod spoilt;

pub use cause::Cause;
pub use limits::{DROPPED, Doubt, LATE_FLOOR, LATE_WITHOUT_GATE, Limits};
pub use second::Second;
pub use spoilt::Spoilt;
