//! A watch of some of a kind's objects.

use crate::cluster::kept::shown_change;
use crate::resource::Kept;
use crate::selector::Selector;
use crate::store::{Change, ChangeKind, Expired, Watch};
use std::sync::Arc;

/// What a watcher sees: the change, and what it is to that watcher.
#[derive(Debug, Clone)]
pub struct Sight {
    /// What happened, as seen through the selection.
    pub kind: ChangeKind,
    /// The change itself.
    pub change: Arc<Change>,
}

/// The changes of the objects in one namespace (or all) that a selector means.
#[derive(Debug)]
pub struct Selected {
    watch: Watch,
    kept: Option<Kept>,
    namespace: Option<String>,
    selector: Selector,
}

impl Selected {
    pub(super) fn new(
        watch: Watch,
        kept: Option<Kept>,
        namespace: Option<&str>,
        selector: Selector,
    ) -> Selected {
        Selected { watch, kept, namespace: namespace.map(str::to_owned), selector }
    }

    /// The next change, waiting for it. Safe to cancel.
    pub async fn next(&mut self) -> Result<Sight, Expired> {
        loop {
            let change = self.watch.next().await?;
            if let Some(sight) = self.see(change) {
                return Ok(sight);
            }
        }
    }

    /// The next change if there is one already.
    pub fn try_next(&mut self) -> Result<Option<Sight>, Expired> {
        while let Some(change) = self.watch.try_next()? {
            if let Some(sight) = self.see(change) {
                return Ok(Some(sight));
            }
        }
        Ok(None)
    }

    /// Whether the objects that were there at the start have all been seen.
    pub fn is_synced(&self) -> bool {
        self.watch.initial() == 0
    }

    /// The version from which a new watch goes on; `None` while changes wait to be read.
    pub fn position(&self) -> Option<u64> {
        self.watch.position()
    }

    fn see(&self, change: Arc<Change>) -> Option<Sight> {
        if self.namespace.as_ref().is_some_and(|wanted| change.key.namespace != *wanted) {
            return None;
        }
        let change = match &self.kept {
            Some(kept) => shown_change(kept, &change),
            None => change,
        };
        let kind = self.selector.view(&change)?;
        Some(Sight { kind, change })
    }
}
