//! What can never work, found before anything runs: one file for each part of a scenario.

mod abort;
mod depends;
mod faults;
mod gates;
mod grpc;
mod journeys;
mod kubernetes;
mod ledger;
mod load;
mod numbers;
mod purpose;
mod recovery;
mod target;
mod users;
mod whole;

pub(super) use abort::abort_when;
pub(super) use depends::depends_on;
pub(super) use faults::{fault_names, faults};
pub(super) use gates::{Breakage, gates};
pub(super) use grpc::grpc;
pub(super) use journeys::{check_names, endpoints, journeys};
pub(super) use kubernetes::kubernetes;
pub(super) use ledger::ledger;
pub(super) use load::{limits, stages};
pub(super) use purpose::purpose;
pub(super) use recovery::recovery;
pub(super) use target::target;
pub(super) use users::users;
pub(super) use whole::{Whole, missing};
