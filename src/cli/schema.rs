//! `shakedown schema`

use super::Failure;
use crate::run::Exit;
use crate::scenario;

/// Prints the JSON Schema of scenario files.
pub(super) fn obey() -> Result<Exit, Failure> {
    anstream::println!("{:#}", scenario::schema());
    Ok(Exit::Pass)
}
