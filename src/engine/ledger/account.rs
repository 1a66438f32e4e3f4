//! What the writer remembers of its writes: how many there were, which of them were acknowledged, and why some were not.

use crate::event::WriteOutcome;
use crate::ledger::clients::{Census, Written};

/// The account of a run's writes: a byte for each.
#[derive(Debug, Default)]
pub(super) struct Account {
    acknowledged: Vec<bool>,
    /// Why the first one was not acknowledged.
    first_failure: Option<String>,
}

impl Account {
    /// The number of the next write, which is planned from now on.
    pub(super) fn plan(&mut self) -> u64 {
        self.acknowledged.push(false);
        self.planned() - 1
    }

    /// How many writes were planned.
    pub(super) fn planned(&self) -> u64 {
        self.acknowledged.len() as u64
    }

    /// Notes how a write ended.
    pub(super) fn note(&mut self, seq: u64, written: Written) {
        if written.outcome == WriteOutcome::Acknowledged
            && let Some(noted) = usize::try_from(seq).ok().and_then(|place| self.acknowledged.get_mut(place))
        {
            *noted = true;
        }
        if self.first_failure.is_none() {
            self.first_failure = written.why;
        }
    }

    /// What people must know when not one write was acknowledged: then nothing is measured.
    pub(super) fn in_vain(&self) -> Option<String> {
        let first = self.first_failure.as_deref()?;
        (!self.acknowledged.contains(&true)).then(|| {
            format!("not one of the ledger's {} writes was acknowledged; the first: {first}", self.planned())
        })
    }

    /// Whether every acknowledged write is there, as it was written.
    pub(super) fn is_all_in(&self, census: &Census) -> bool {
        let mut rows = census.rows().into_iter().peekable();
        let is_there = |seq: u64| {
            while rows.next_if(|(_, last)| *last < seq).is_some() {}
            rows.peek().is_some_and(|(first, _)| *first <= seq)
        };
        let mut acknowledged = (0..).zip(&self.acknowledged).filter(|(_, noted)| **noted).map(|(seq, _)| seq);
        acknowledged.all(is_there) && census.corrupted().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Ids;

    fn account(outcomes: &[Written]) -> Account {
        let mut account = Account::default();
        for written in outcomes {
            let seq = account.plan();
            account.note(seq, written.clone());
        }
        account
    }

    fn census(planned: u64, there: &[u64]) -> Census {
        let mut census = Census::new(&Ids::new("p"), planned);
        for seq in there {
            census.found(*seq, true);
        }
        census
    }

    #[test]
    fn only_acknowledged_writes_have_to_be_there() {
        let [yes, no, maybe] = [Written::acknowledged(), Written::failed("x"), Written::unknown("y")];
        let account = account(&[yes.clone(), no, yes.clone(), maybe, yes]);
        for (there, all) in [
            (&[0, 2, 4][..], true),
            (&[0, 1, 2, 3, 4], true),
            (&[0, 2], false),
            (&[2, 4], false),
            (&[0, 4], false),
            (&[], false),
        ] {
            assert_eq!(account.is_all_in(&census(5, there)), all, "{there:?}");
        }
        let mut other = census(5, &[0, 2, 4]);
        other.found(1, false);
        assert!(!account.is_all_in(&other), "one is not what was written");
    }

    #[test]
    fn nobody_has_to_wonder_why_nothing_was_acknowledged() {
        let said = "not one of the ledger's 2 writes was acknowledged; the first: password wrong";
        let [first, second] = [Written::failed("password wrong"), Written::unknown("cut")];
        assert_eq!(account(&[first.clone(), second]).in_vain().as_deref(), Some(said));
        assert_eq!(account(&[first, Written::acknowledged()]).in_vain(), None);
        assert_eq!(account(&[]).in_vain(), None);
    }
}
