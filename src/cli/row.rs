//! Several runs of one command, one after the other.

use super::Failure;
use crate::run::Exit;
use std::ops::ControlFlow;

/// How they ended so far.
#[derive(Debug)]
pub(super) struct Row(Exit);

impl Row {
    /// None has run.
    pub(super) fn new() -> Row {
        Row(Exit::Pass)
    }

    /// Takes in how one ended; a failure is said. Breaks where no other may follow: somebody asked to stop, the target
    /// may be left changed, or something is in the way of any run.
    pub(super) fn add(&mut self, ended: Result<Exit, Failure>) -> ControlFlow<()> {
        let (exit, flow) = match ended {
            Ok(exit @ (Exit::Interrupted | Exit::Dirty)) => (exit, ControlFlow::Break(())),
            Ok(exit) => (exit, ControlFlow::Continue(())),
            Err(failure) => (failure.report(), ControlFlow::Break(())),
        };
        self.0 = self.0.or_worse(exit);
        flow
    }

    /// What needs somebody's hands soonest, of all of them.
    pub(super) fn worst(&self) -> Exit {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_counts_and_some_ends_end_the_row() {
        let full = || Failure::System { what: "go on", source: std::io::ErrorKind::StorageFull.into() };
        for (ended, worst, is_over) in [
            (vec![], Exit::Pass, false),
            (vec![Ok(Exit::Failed), Ok(Exit::Pass)], Exit::Failed, false),
            (vec![Ok(Exit::Failed), Err(full())], Exit::Failed, true),
            (vec![Ok(Exit::Pass), Err(full())], Exit::Inconclusive, true),
            (vec![Ok(Exit::Unreachable), Ok(Exit::Inconclusive)], Exit::Unreachable, false),
            (vec![Ok(Exit::Failed), Ok(Exit::Interrupted)], Exit::Interrupted, true),
            (vec![Ok(Exit::Dirty)], Exit::Dirty, true),
        ] {
            let mut row = Row::new();
            let last = ended.into_iter().map(|ended| row.add(ended)).last();
            assert_eq!((row.worst(), last == Some(ControlFlow::Break(()))), (worst, is_over));
        }
    }
}
