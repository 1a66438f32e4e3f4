//! Names of writes: `PREFIX-SEQ`, the prefix of one run alone, and what is stored under them.

use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// What every prefix begins with, so that people know whose entries these are.
const MARK: &str = "sd";

/// The ids of one run's writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ids {
    prefix: String,
}

impl Ids {
    /// The ids of the run of this seed that started at this time. Another run, of the same seed too, has others.
    pub fn of_run(seed: u64, started: &str) -> Ids {
        let mut hash = Sha256::new();
        hash.update(seed.to_le_bytes());
        hash.update(started.as_bytes());
        Ids { prefix: format!("{MARK}{}", hexadecimal(&hash.finalize()[..8])) }
    }

    /// The ids with a prefix that was made before.
    pub fn new(prefix: impl Into<String>) -> Ids {
        Ids { prefix: prefix.into() }
    }

    /// What all of them begin with: letters and digits.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The id of a write.
    pub fn id(&self, seq: u64) -> String {
        format!("{}-{seq}", self.prefix)
    }

    /// The number of the write that has this id; none for anybody else's id, and for one that is written otherwise
    /// than [`Ids::id`] writes it.
    pub fn seq(&self, id: &str) -> Option<u64> {
        let number = id.strip_prefix(&self.prefix)?.strip_prefix('-')?;
        let seq = number.parse().ok()?;
        (self.id(seq) == id).then_some(seq)
    }
}

/// What is stored under an id: 32 characters that follow from it, so that a reader knows whether they are right.
pub fn content(id: &str) -> String {
    hexadecimal(&Sha256::digest(id.as_bytes())[..16])
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn two_runs_share_no_id() {
        let one = Ids::of_run(7, "2026-11-21T10:15:00.000Z");
        assert_eq!(one, Ids::of_run(7, "2026-11-21T10:15:00.000Z"));
        assert_ne!(one, Ids::of_run(7, "2026-11-21T10:15:00.001Z"));
        assert_ne!(one, Ids::of_run(8, "2026-11-21T10:15:00.000Z"));
        assert_eq!((one.prefix().len(), one.prefix().chars().all(|c| c.is_ascii_alphanumeric())), (18, true));
    }

    #[test]
    fn what_is_not_written_as_we_write_it_is_not_ours() {
        let ids = Ids::new("sd01");
        assert_eq!(ids.seq("sd01-12"), Some(12));
        for other in [
            "sd01-012",
            "sd01-+12",
            "sd01-",
            "sd01",
            "sd02-12",
            "sd011-2",
            "sd01-12 ",
            "",
            "sd01-99999999999999999999",
        ] {
            assert_eq!(ids.seq(other), None, "{other}");
        }
    }

    #[test]
    fn another_content_is_seen() {
        assert_eq!(content("sd01-12").len(), 32);
        assert_ne!(content("sd01-12"), content("sd01-13"));
    }

    proptest! {
        #[test]
        fn an_id_leads_back_to_its_number(seq: u64, seed: u64) {
            let ids = Ids::of_run(seed, "2026-11-21T10:15:00.000Z");
            prop_assert_eq!(ids.seq(&ids.id(seq)), Some(seq));
        }

        #[test]
        fn no_text_brings_it_down(text: String) {
            Ids::new("sd01").seq(&text);
        }
    }
}
