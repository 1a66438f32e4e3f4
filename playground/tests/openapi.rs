//! The schema of the kinds, in the form that a client asks for.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod wire;

use http_body_util::BodyExt as _;
use kube::client::Body;
use serde_json::Value;
use wire::{client, playground, send};

#[tokio::test(flavor = "multi_thread")]
async fn the_second_version_comes_in_protobuf_to_who_asks_for_it_and_in_json_to_others() {
    let playground = playground().await;
    let client = client(&playground).await;
    for (accept, media, start) in [
        (
            "application/com.github.proto-openapi.spec.v2@v1.0+protobuf",
            "application/com.github.proto-openapi.spec.v2.v1.0+protobuf",
            &b"\x0a\x032.0\x12"[..],
        ),
        ("application/json", "application/json", b"{\"swagger\":\"2.0\","),
        ("*/*", "application/json", b"{\"swagger\":\"2.0\","),
    ] {
        let request = http::Request::get("/openapi/v2").header("accept", accept);
        let answer = client.send(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(
            (answer.status().as_u16(), answer.headers()["content-type"].to_str().unwrap()),
            (200, media)
        );
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        assert!(body.starts_with(start), "{accept}");
    }
    let (status, refusal) = send(&client, "POST", "/openapi/v2", None, None).await;
    assert_eq!((status, &refusal["reason"]), (405, &Value::from("MethodNotAllowed")));
}
