//! What can never work, found before anything runs: one file for each part of a scenario.

mod gates;
mod journeys;
mod load;
mod numbers;
mod purpose;
mod target;
mod whole;

pub(super) use gates::gates;
pub(super) use journeys::{check_names, endpoints, journeys};
pub(super) use load::{limits, stages};
pub(super) use purpose::purpose;
pub(super) use target::target;
pub(super) use whole::{Whole, missing};
