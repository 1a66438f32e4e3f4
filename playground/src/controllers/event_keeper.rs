//! Old events are forgotten, so that memory stays steady while Pods come and go.

use crate::controllers::desk::Desk;
use crate::controllers::work::{Controller, Next};
use crate::object;
use crate::resource::Kind;
use crate::selector::Selector;
use crate::status::ApiError;
use crate::store::{Change, ChangeKind};
use jiff::Timestamp;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// This many events are kept; between two looks there may be more.
const KEPT: usize = 2_000;
/// No event is kept for longer after it was last seen, in seconds; a real server's limit.
const KEPT_FOR: i64 = 3600;
/// Between two looks.
const INTERVAL: Duration = Duration::from_secs(2);

/// Deletes events that are old, and the oldest beyond [`KEPT`].
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
        let events = self.0.cluster.list(self.0.events, None, &Selector::default());
        for event in outdated(events, Timestamp::now()) {
            self.0.delete(self.0.events, &event)?;
        }
        Ok(Next::After(INTERVAL))
    }
}

/// The events to delete.
fn outdated(mut events: Vec<Arc<Value>>, now: Timestamp) -> Vec<Arc<Value>> {
    let surplus = events.len().saturating_sub(KEPT);
    events.sort_by_cached_key(|event| object::version(event));
    let fresh = events.split_off(surplus);
    // An event that is seen again gets a new version: those that were not are in front.
    events.extend(fresh.into_iter().take_while(|event| {
        last_seen(event).is_some_and(|seen| now.duration_since(seen).as_secs() > KEPT_FOR)
    }));
    events
}

fn last_seen(event: &Value) -> Option<Timestamp> {
    let times = ["/lastTimestamp", "/series/lastObservedTime", "/eventTime", "/metadata/creationTimestamp"];
    times.into_iter().filter_map(|pointer| object::text(event, pointer).parse().ok()).max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_an_hour_old_goes_and_of_the_rest_the_oldest_beyond_the_limit() {
        let now: Timestamp = "2026-01-01T10:00:00Z".parse().unwrap();
        let event = |version: usize, seen: &str| {
            let metadata =
                json!({"resourceVersion": version.to_string(), "creationTimestamp": "2026-01-01T07:00:00Z"});
            Arc::new(json!({"metadata": metadata, "lastTimestamp": seen}))
        };
        let versions = |events: Vec<Arc<Value>>| -> Vec<u64> {
            outdated(events, now).iter().map(|event| object::version(event)).collect()
        };
        let few = vec![event(3, "2026-01-01T09:59:00Z"), event(1, "2026-01-01T08:59:00Z")];
        assert_eq!(versions(few), [1]);
        let many: Vec<_> =
            (1..=KEPT + 2).rev().map(|version| event(version, "2026-01-01T09:59:00Z")).collect();
        assert_eq!(versions(many), [1, 2]);
    }
}
