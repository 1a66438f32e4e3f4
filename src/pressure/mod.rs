//! Using up CPU time or memory, for a bounded time: what faults run inside of a Pod. It ends by itself, whatever
//! becomes of who started it.

mod cores;
mod cpu;
mod error;
mod memory;
mod room;
mod until;

pub use cores::Cores;
pub use cpu::{Burnt, burn};
pub use error::PressureError;
pub use memory::{Held, Memory, hold};
pub use until::{Because, Until};
