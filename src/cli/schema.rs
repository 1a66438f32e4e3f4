//! `shakedown schema`

use super::Failure;
use super::telling::print;
use crate::run::Exit;
use crate::scenario;

/// Prints the JSON Schema of scenario files.
pub(super) fn obey() -> Result<Exit, Failure> {
    print(format_args!("{:#}\n", scenario::schema()))?;
    Ok(Exit::Pass)
}
