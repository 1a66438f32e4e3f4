//! Steps that listen: a stream of events, or messages over a WebSocket.
//!
//! `spec` is the written form, `listening` the compiled one, `compile` makes the one of the other, `step` performs it
//! over whatever [`Talker`] there is, `heard` keeps what came and has the words for what did not.

mod compile;
mod heard;
mod listening;
mod spec;
mod step;

pub(super) use compile::compile;
pub(super) use listening::Talk;
pub use spec::{EventsExpect, UntilExpect};
pub use step::Talker;
