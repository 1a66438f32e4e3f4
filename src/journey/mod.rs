//! Journeys: named lists of steps, and what a step says of its request and of the answer.
//!
//! `spec` is the written form (YAML, with places); the compiled form, made once before the run, renders and judges.

mod compile;
#[cfg(test)]
mod compile_tests;
mod condition;
mod context;
mod cookies;
mod data;
mod expect;
mod extract;
pub mod grpc;
mod json;
mod judge;
#[cfg(test)]
mod judge_tests;
mod origin;
mod pairs;
mod redirect;
#[cfg(test)]
mod redirect_tests;
mod request;
mod scope;
mod shorthand;
mod spec;
mod step;
mod talk;
mod template;
mod value;

pub use compile::{Journey, WrittenStep};
pub use condition::{JsonRule, TextRule};
pub use context::{CompileContext, ReadBody, ReadFile};
pub use cookies::Cookies;
pub use expect::{BodyExpect, Expect, JsonExpect, StatusExpect};
pub use json::{Json, JsonKind};
pub use judge::{Differs, Mismatch};
pub use pairs::{OneOrMore, Pairs};
pub use scope::Scope;
pub use shorthand::{Capture, TextExpect, Think};
pub use spec::{Auth, BasicAuth, ChainSpec, DataRows, JourneySpec, Pick, StepSpec};
pub use step::{Sender, Step, StepFailure};
pub use talk::{EventsExpect, Talker, UntilExpect};
pub use template::{Encode, Template};
pub use value::{Value, Values};
