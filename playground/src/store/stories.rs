//! Stories of the store and those who watch it.

use crate::store::{ChangeKind, From, ObjectKey, Outcome, ResourceId, Store, Write};
use serde_json::{Value, json};
use std::convert::Infallible;

const THINGS: ResourceId = ResourceId { group: "", resource: "things" };

fn put(store: &Store, name: &str, value: &Value, write: Write) -> u64 {
    let object = json!({"metadata": {"name": name}, "value": value});
    let stored = store
        .change::<Infallible>(THINGS, &ObjectKey::new("n", name), write, |_| Ok(Outcome::Put(object)))
        .unwrap();
    crate::object::version(&stored.unwrap())
}

fn remove(store: &Store, name: &str) {
    let gone = |present: Option<&std::sync::Arc<Value>>| {
        Ok::<_, Infallible>(present.map_or(Outcome::Keep, |object| Outcome::Remove(Value::clone(object))))
    };
    store.change(THINGS, &ObjectKey::new("n", name), Write::Commit, gone).unwrap();
}

#[test]
fn versions_grow_and_a_dry_run_uses_none() {
    let store = Store::new(0);
    assert_eq!(put(&store, "a", &json!(1), Write::Commit), 1);
    assert_eq!(put(&store, "b", &json!(1), Write::DryRun), 0);
    assert_eq!(put(&store, "a", &json!(2), Write::Commit), 2);
    assert_eq!(store.snapshot(THINGS).objects.len(), 1);
}

#[test]
fn a_watch_begins_with_what_is_there() {
    let store = Store::new(1 << 20);
    put(&store, "a", &json!(1), Write::Commit);
    put(&store, "b", &json!(1), Write::Commit);
    let mut watch = store.watch(THINGS, From::Present).unwrap();
    assert_eq!(watch.initial(), 2);
    remove(&store, "a");
    let seen: Vec<_> = std::iter::from_fn(|| watch.try_next().unwrap())
        .map(|change| (change.kind, change.key.name.clone(), change.version))
        .collect();
    let of = |kind, name: &str, version| (kind, name.to_owned(), version);
    assert_eq!(
        seen,
        [of(ChangeKind::Added, "a", 1), of(ChangeKind::Added, "b", 2), of(ChangeKind::Deleted, "a", 3)]
    );
    assert_eq!(watch.position(), Some(3));
}

#[test]
fn a_slow_watcher_is_told_and_a_follower_is_waited_for() {
    let store = Store::new(0);
    let mut slow = store.watch(THINGS, From::After(0)).unwrap();
    let mut follower = store.follow(THINGS, From::After(0)).unwrap();
    for value in 0..1000 {
        put(&store, "a", &json!(value), Write::Commit);
    }
    let versions = std::iter::from_fn(|| follower.try_next().unwrap()).map(|change| change.version);
    assert!(versions.eq(1..=1000));
    drop(follower);
    let expired = slow.try_next().unwrap_err();
    assert!(expired.oldest > 0, "{expired}");
    assert!(store.watch(THINGS, From::After(expired.oldest)).is_ok());
}

#[test]
fn the_past_can_be_listed_as_long_as_it_is_kept() {
    let store = Store::new(1 << 20);
    let first = put(&store, "a", &json!("old"), Write::Commit);
    put(&store, "a", &json!("new"), Write::Commit);
    put(&store, "b", &json!(1), Write::Commit);
    let then = store.snapshot_at(THINGS, first).unwrap();
    let values: Vec<_> = then.objects.values().map(|object| object["value"].clone()).collect();
    assert_eq!(values, ["old"]);
}

#[tokio::test]
async fn a_waiting_watcher_is_woken() {
    let store = Store::new(1 << 20);
    let mut watch = store.watch(THINGS, From::Present).unwrap();
    let writer = store.clone();
    let (change, ()) = tokio::join!(watch.next(), async move {
        tokio::task::yield_now().await;
        put(&writer, "a", &json!(1), Write::Commit);
    });
    assert_eq!(change.unwrap().key.name, "a");
}

#[test]
fn a_namespace_is_listed_without_its_neighbours() {
    let store = Store::new(0);
    for (namespace, name) in [("a", "z"), ("n", "b"), ("n", "a"), ("n-x", "a"), ("o", "a")] {
        let put = |_: Option<&_>| Ok::<_, Infallible>(Outcome::Put(json!({"metadata": {"name": name}})));
        store.change(THINGS, &ObjectKey::new(namespace, name), Write::Commit, put).unwrap();
    }
    let names: Vec<_> =
        store.list(THINGS, Some("n")).iter().map(|one| one["metadata"]["name"].clone()).collect();
    assert_eq!(names, ["a", "b"]);
    assert_eq!(store.list(THINGS, None).len(), 5);
    assert!(store.list(THINGS, Some("p")).is_empty());
}
