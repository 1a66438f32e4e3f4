//! Old events are forgotten, so that memory stays steady while Pods come and go. A real cluster does it by age.

use crate::controllers::desk::Desk;
use crate::controllers::work::{Controller, Next};
use crate::object;
use crate::resource::Kind;
use crate::selector::Selector;
use crate::status::ApiError;
use crate::store::{Change, ChangeKind};
use std::time::Duration;

/// This many events are kept; between two looks there may be more.
const KEPT: usize = 2_000;
/// Between two looks.
const INTERVAL: Duration = Duration::from_secs(10);

/// Deletes the oldest events beyond [`KEPT`].
pub(super) struct EventKeeper(pub(super) Desk);

impl Controller for EventKeeper {
    type Key = ();

    fn kinds(&self) -> Vec<&'static Kind> {
        vec![self.0.namespaces]
    }

    fn wake(&self, _: &'static Kind, change: &Change) -> Vec<()> {
        // The first namespace starts it; after that it wakes by itself.
        (change.kind == ChangeKind::Added).then_some(()).into_iter().collect()
    }

    fn reconcile(&self, (): &()) -> Result<Next, ApiError> {
        let mut events = self.0.cluster.list(self.0.events, None, &Selector::default());
        if let Some(surplus) = events.len().checked_sub(KEPT) {
            events.sort_by_cached_key(|event| object::version(event));
            for event in events.into_iter().take(surplus) {
                self.0.delete(self.0.events, &event)?;
            }
        }
        Ok(Next::After(INTERVAL))
    }
}
