//! Images that cannot be started here.

use crate::stage::has;
use crate::story::{Story, state, supervisor};
use playground::images::{Postgres, Redis};
use playground::node::{ImageSource, NodeOptions};
use serde_json::{Value, json};
use std::sync::Arc;

/// The reason and the message with which a Pod of `image` waits.
async fn waits(image: &str, source: impl ImageSource) -> String {
    let mut options = NodeOptions::new(supervisor());
    options.images = vec![Arc::new(source)];
    let story = Story::with(options);
    story.pod("p", json!({"containers": [{"name": "c", "image": image}]}));
    let pulled = |pod: &Value| state(pod)["waiting"]["reason"] == "ErrImagePull";
    let seen = story.until("p", pulled).await;
    state(seen.last().unwrap())["waiting"]["message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_server_that_is_not_installed_is_an_image_that_cannot_be_pulled() {
    let nowhere = || vec!["/nowhere".into()];
    let postgres = waits("postgres:16", Postgres::from_folders(nowhere())).await;
    assert!(postgres.contains("apt-get install postgresql") && postgres.contains("/nowhere"), "{postgres}");
    let redis = waits("redis", Redis::from_folders(nowhere())).await;
    assert!(redis.contains("apt-get install redis-server"), "{redis}");
}

#[tokio::test]
async fn another_major_version_than_the_one_named_is_not_started() {
    if !has("postgres", "postgresql") || !has("redis-server", "redis-server") {
        return;
    }
    for message in
        [waits("postgres:9999", Postgres::new()).await, waits("redis:9999-alpine", Redis::new()).await]
    {
        assert!(message.contains("not 9999; name the image without a version"), "{message}");
    }
}
