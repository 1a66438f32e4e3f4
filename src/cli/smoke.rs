//! `shakedown smoke SCENARIO…`: takes what `run` takes.

use super::conduct::Part;
use super::{Failure, run};
use crate::run::Exit;

/// Runs the checks of all scenarios; the worst exit code counts.
pub(super) fn obey(args: &run::Args) -> Result<Exit, Failure> {
    run::all(args, Part::Smoke)
}
