//! Events are the same objects in core/v1 and in events.k8s.io/v1, in two forms.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod wire;

use futures_util::{StreamExt as _, TryStreamExt as _};
use k8s_openapi::api::{core::v1::Event as CoreEvent, events::v1::Event};
use kube::api::{Api, DeleteParams, ListParams, Patch, PatchParams, PostParams, WatchEvent, WatchParams};
use serde_json::json;
use std::time::Duration;
use tokio::time::timeout;
use wire::{client, playground, send};

/// Longer than anything here takes.
const LONG: Duration = Duration::from_mins(1);

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_seen_through_both_groups() {
    let playground = playground().await;
    let client = client(&playground).await;
    let core: Api<CoreEvent> = Api::default_namespaced(client.clone());
    let newer: Api<Event> = Api::default_namespaced(client.clone());
    let mut watch = newer.watch(&WatchParams::default(), "0").await.unwrap().boxed();

    let made = json!({
        "metadata": {"name": "a"}, "involvedObject": {"kind": "Pod", "name": "p", "namespace": "default"},
        "reason": "Killing", "message": "it ends", "source": {"component": "kubelet"}, "count": 1, "type": "Normal",
    });
    let made = core.create(&PostParams::default(), &serde_json::from_value(made).unwrap()).await.unwrap();
    let seen = newer.get("a").await.unwrap();
    assert_eq!(seen.metadata.uid, made.metadata.uid);
    assert_eq!((seen.note.as_deref(), seen.deprecated_count), (Some("it ends"), Some(1)));
    assert_eq!(seen.regarding.unwrap().name.as_deref(), Some("p"));
    match timeout(LONG, watch.try_next()).await.unwrap().unwrap() {
        Some(WatchEvent::Added(event)) => assert_eq!(event.note.as_deref(), Some("it ends")),
        other => panic!("{other:?}"),
    }

    let patch = Patch::Merge(json!({"note": "it has ended"}));
    newer.patch("a", &PatchParams::default(), &patch).await.unwrap();
    assert_eq!(core.get("a").await.unwrap().message.as_deref(), Some("it has ended"));
    let of_pod = ListParams::default().fields("regarding.name=p");
    assert_eq!(newer.list(&of_pod).await.unwrap().items.len(), 1);
    let of_other = ListParams::default().fields("involvedObject.name=other");
    assert_eq!(core.list(&of_other).await.unwrap().items.len(), 0);

    let fresh = json!({
        "metadata": {"name": "b"}, "eventTime": "2026-01-01T00:00:00.000000Z", "note": "new", "action": "Binding",
        "reason": "Scheduled", "type": "Normal", "reportingController": "s", "reportingInstance": "s-1",
        "regarding": {"kind": "Pod", "name": "p", "namespace": "default"},
    });
    newer.create(&PostParams::default(), &serde_json::from_value(fresh).unwrap()).await.unwrap();
    let (_, seen) = send(&client, "GET", "/api/v1/namespaces/default/events/b", None, None).await;
    assert_eq!((&seen["message"], &seen["reportingComponent"]), (&json!("new"), &json!("s")));
    newer.delete("a", &DeleteParams::default()).await.unwrap();
    assert_eq!(core.list(&ListParams::default()).await.unwrap().items.len(), 1);
}
