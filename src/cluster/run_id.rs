//! Which run did it.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The identity of a run in a cluster: a label value and a part of names.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RunId(String);

impl RunId {
    /// An id that no other run has: 10 letters and digits drawn from `random`.
    pub fn new(random: u64) -> RunId {
        const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
        let letter = |place: u32| char::from(LETTERS[(random >> (5 * place)) as usize % LETTERS.len()]);
        RunId((0..10).map(letter).collect())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for RunId {
    fn from(text: String) -> RunId {
        RunId(text)
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The label of everything that a run makes; its value is the run's id.
pub const RUN_LABEL: &str = "shakedown.dev/run";
