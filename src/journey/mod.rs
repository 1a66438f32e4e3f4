//! Journeys: named lists of steps, and what a step says of its request and of the answer.
//!
//! `spec` is the written form (YAML, with places); the compiled form, made once before the run, renders and judges.

mod expect;
mod json;
mod pairs;
mod shorthand;
mod spec;

pub use expect::{BodyExpect, Expect, JsonExpect, StatusExpect};
pub use json::{Json, JsonKind};
pub use pairs::{OneOrMore, Pairs};
pub use shorthand::{Capture, TextExpect, Think};
pub use spec::{Auth, BasicAuth, DataRows, JourneySpec, Pick, StepSpec};
