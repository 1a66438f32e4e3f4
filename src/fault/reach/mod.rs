//! What clients feel, tried from here: a fresh connection to a Service or a Pod, and how long its first byte takes.
//!
//! Not every cluster lets us in. So each place is tried before the fault, and only those that answered then can prove
//! something later.

mod place;
mod seen;
mod speech;

pub use place::Place;
pub(super) use place::median;
pub use seen::{Seen, look};
pub use speech::Speech;
