//! `shakedown schema`

use crate::run::Exit;
use crate::scenario;

/// Prints the JSON Schema of scenario files.
pub(super) fn obey() -> Exit {
    anstream::println!("{:#}", scenario::schema());
    Exit::Pass
}
