//! Who owns the fields of an object, against what a real server wrote: `made.jsonl` has objects as they were made,
//! `changes.jsonl` has objects before and after one write, both from recordings of Kubernetes 1.36.2.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use playground::ownership::{Operation, Owner, create, update};
use serde_json::{Value, json};

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn entries(object: &Value) -> Vec<Value> {
    object["metadata"]["managedFields"].as_array().unwrap().clone()
}

const SUBRESOURCES: [&str; 4] = ["status", "scale", "ephemeralcontainers", "resize"];

fn owner(entry: &Value) -> Owner {
    let text = |key: &str| entry[key].as_str().unwrap_or_default().to_owned();
    Owner {
        manager: text("manager"),
        operation: Operation::Update,
        api_version: text("apiVersion"),
        subresource: SUBRESOURCES.into_iter().find(|one| entry["subresource"] == *one).unwrap_or(""),
    }
}

/// Entries by owner, without their times.
fn owned(object: &Value) -> Vec<(String, Value)> {
    let text = |entry: &Value| format!("{} {}", entry["manager"], entry["subresource"]);
    let mut owned: Vec<_> = entries(object).iter().map(|one| (text(one), one["fieldsV1"].clone())).collect();
    owned.sort_by(|one, two| one.0.cmp(&two.0));
    owned
}

/// The volume with the token of the service account; a server adds it after it has seen who owns what.
fn drop_token(object: &mut Value) {
    if object["kind"] == "Pod" {
        let spec = object["spec"].as_object_mut().unwrap();
        spec.remove("volumes");
        spec["containers"][0].as_object_mut().unwrap().remove("volumeMounts");
    }
}

#[test]
fn the_maker_of_an_object_owns_what_the_real_server_says() {
    for recorded in lines(include_str!("made.jsonl")) {
        let mut object = recorded.clone();
        object["metadata"]["managedFields"] = json!([]);
        // The client asked for none of what the server gives out, and the account's token is mounted by the server.
        let given = json!({"spec": {}});
        drop_token(&mut object);
        create(&owner(&entries(&recorded)[0]), &given, &mut object);
        assert_eq!(owned(&object), owned(&recorded), "{}", recorded["kind"]);
        let keys = |object: &Value| -> Vec<String> {
            object["metadata"]["managedFields"][0].as_object().unwrap().keys().cloned().collect()
        };
        assert_eq!(keys(&object), keys(&recorded));
    }
}

#[test]
fn the_writer_of_a_change_owns_what_the_real_server_says() {
    for change in lines(include_str!("changes.jsonl")) {
        let (before, after) = (&change["before"], &change["after"]);
        let past = entries(before);
        let now = entries(after);
        let same = |one: &Value, other: &Value| owner(one) == owner(other) && one["time"] == other["time"];
        let writer = now.iter().find(|entry| !past.iter().any(|one| same(one, entry))).unwrap();
        let mut object = after.clone();
        object["metadata"]["managedFields"] = before["metadata"]["managedFields"].clone();
        update(&owner(writer), before, &mut object);
        let (kind, version) = (&after["kind"], &after["metadata"]["resourceVersion"]);
        assert_eq!(owned(&object), owned(after), "{kind} at {version}");
    }
}
