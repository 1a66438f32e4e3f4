//! Which check the output waits for: ends are told in the order of the scenario, so that one with `eventually` holds back
//! those of all after it.

use crate::history::Meta;

/// The checks of a round, and how many of them have been told.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    names: Vec<String>,
    told: usize,
}

impl Waiting {
    /// For the checks that `meta` plans. A watch has words of its own.
    pub(super) fn of(meta: &Meta) -> Waiting {
        let checks = meta.checks.iter().filter(|_| meta.watch.is_none());
        Waiting { names: checks.map(|check| check.name.clone()).collect(), told: 0 }
    }

    /// A round begins.
    pub(super) fn begin(&mut self) {
        self.told = 0;
    }

    /// The end of the next one is known.
    pub(super) fn one_told(&mut self) {
        self.told += 1;
    }

    /// What is waited for; nothing when all are known.
    pub(super) fn words(&self) -> Option<String> {
        let name = self.names.get(self.told)?;
        Some(format!("waiting for check {} of {}: {name}", self.told + 1, self.names.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_check_is_waited_for_in_its_turn_and_in_every_round() {
        let names = ["db", "migrated"].map(str::to_owned).to_vec();
        let mut waiting = Waiting { names, told: 0 };
        for _round in 0..2 {
            waiting.begin();
            let words = [(); 3].map(|()| {
                let words = waiting.words();
                waiting.one_told();
                words
            });
            let words = words.each_ref().map(|words| words.as_deref());
            assert_eq!(
                words,
                [Some("waiting for check 1 of 2: db"), Some("waiting for check 2 of 2: migrated"), None]
            );
        }
        assert_eq!(Waiting::default().words(), None);
    }
}
