//! `shakedown stress SCENARIO`: finds the rate at which the gates break. `search` says which rate to try next; here each
//! try is made, as one ordinary run, and told.

mod args;
mod health;
mod saved;
mod seeker;
mod story;

pub(super) use args::Args;
pub(super) use saved::is_search;
pub(super) use story::obey;
