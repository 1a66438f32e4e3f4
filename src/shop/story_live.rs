//! The shop's streams and its live line, as customers hear them.

use super::story::Open;
use futures_util::{SinkExt as _, StreamExt as _};
use http::StatusCode;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

impl Open {
    async fn live(&self) -> WebSocketStream<TcpStream> {
        let stream = TcpStream::connect(self.addr).await.unwrap();
        let url = format!("ws://{}/live", self.addr);
        tokio_tungstenite::client_async(url, stream).await.unwrap().0
    }
}

/// Says this, and gives what comes back.
async fn asked(socket: &mut WebSocketStream<TcpStream>, text: &str) -> String {
    socket.send(Message::text(text)).await.unwrap();
    socket.next().await.unwrap().unwrap().into_text().unwrap().as_str().to_owned()
}

#[tokio::test]
async fn an_order_is_followed_until_it_is_shipped() {
    let open = Open::shop().await;
    let (_, order) = open.order(json!({ "id": "a-1", "sku": "fender" })).await;
    let answer = open.client.get(open.url("/orders/a-1/events")).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    let text = answer.text().await.unwrap();
    let events: Vec<(&str, Value)> = text
        .split_terminator("\n\n")
        .map(|event| event.strip_prefix("event: ").unwrap().split_once("\ndata: ").unwrap())
        .map(|(name, data)| (name, serde_json::from_str(data).unwrap()))
        .collect();
    let data = |state| json!({ "order": order["id"], "sku": "fender", "state": state });
    let expected = ["taken", "packed", "shipped"].map(|state| (state, data(state)));
    assert_eq!(events, expected);
}

#[tokio::test]
async fn the_clerk_answers_word_by_word() {
    let open = Open::shop().await;
    let ask = |body: Value| open.client.post(open.url("/v1/chat/completions")).body(body.to_string()).send();
    let text =
        ask(json!({ "stream": true, "prompt": "a rope?", "model": "any" })).await.unwrap().text().await;
    let text = text.unwrap();
    assert!(text.matches("\"content\":").count() > 5 && text.ends_with("\n\ndata: [DONE]\n\n"), "{text}");
    for wrong in
        [json!({}), json!({ "stream": false, "prompt": "x" }), json!({ "stream": true, "prompt": " " })]
    {
        let answer = ask(wrong).await.unwrap();
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
        assert!(answer.text().await.unwrap().contains("bad_question"));
    }
}

#[tokio::test]
async fn a_customer_talks_over_the_live_line() {
    let open = Open::shop().await;
    let mut socket = open.live().await;
    let welcome: Value =
        serde_json::from_str(&asked(&mut socket, r#"{"type":"hello","user":"pat"}"#).await).unwrap();
    assert_eq!((&welcome["type"], &welcome["user"]), (&json!("welcome"), &json!("pat")));
    let session = welcome["session"].as_str().unwrap();
    assert_eq!(asked(&mut socket, &format!("ping {session}")).await, format!("pong {session}"));
    let confused = asked(&mut socket, "ahoy").await;
    assert!(confused.starts_with(r#"{"type":"error""#) && confused.contains("say `ping x`"), "{confused}");
    socket.close(None).await.unwrap();
    while let Some(Ok(_)) = socket.next().await {}
}

#[tokio::test]
async fn the_live_line_ends_with_a_goodbye_when_the_shop_closes() {
    let open = Open::shop().await;
    let mut socket = open.live().await;
    assert_eq!(asked(&mut socket, "ping 1").await, "pong 1");
    open.close.send(()).unwrap();
    let Some(Ok(Message::Close(Some(goodbye)))) = socket.next().await else { panic!("no goodbye") };
    assert_eq!((goodbye.code, goodbye.reason.as_str()), (CloseCode::Away, "the shop closes"));
    open.served.await.unwrap().unwrap();
}
