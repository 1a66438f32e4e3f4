//! The stories, one file a subject.

mod nodes;
mod pods;
mod refusals;
mod resources;
mod rights;
mod rollouts;
mod scale;
mod zones;
