//! The api's client against stores that leave in every way a connection can end.

use super::{ApiError, StoreClient};
use crate::shop::orders::{Draft, OrderError, Placed};
use std::future::pending;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What a store does with a request.
#[derive(Clone, Copy)]
enum Act {
    Answer,
    Close,
    StaySilent,
}
use Act::{Answer, Close, StaySilent};

/// A store whose connections do this, one request after the other. Ends when all is done, with the bodies it has seen.
async fn store(connections: &'static [&'static [Act]]) -> (StoreClient, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = StoreClient::new(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let served = tokio::spawn(async move {
        let mut bodies = Vec::new();
        for acts in connections {
            let (mut stream, _) = listener.accept().await.unwrap();
            for act in *acts {
                bodies.push(request(&mut stream).await);
                match act {
                    Answer => answer(&mut stream).await,
                    Close => break,
                    StaySilent => pending().await,
                }
            }
        }
        bodies
    });
    (client, served)
}

/// Reads a whole request; its body.
async fn request(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    loop {
        let whole = text.split_once("\r\n\r\n").filter(|(_, body)| body.ends_with('}'));
        if let Some((_, body)) = whole {
            return body.to_owned();
        }
        let mut bytes = [0; 4096];
        let count = stream.read(&mut bytes).await.unwrap();
        assert!(count > 0, "the client left within a request");
        text.push_str(std::str::from_utf8(&bytes[..count]).unwrap());
    }
}

async fn answer(stream: &mut TcpStream) {
    let body = r#"{"id":"a","number":1,"sku":"sextant","quantity":1}"#;
    let head = format!("HTTP/1.1 201 Created\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    stream.write_all(head.as_bytes()).await.unwrap();
}

fn draft() -> Draft {
    Draft { id: "a".to_owned(), sku: "sextant".to_owned(), quantity: 1 }
}

#[tokio::test]
async fn an_order_is_sent_again_when_the_kept_connection_ends_under_it() {
    let (client, served) = store(&[&[Answer, Close], &[Answer]]).await;
    for _ in 0..2 {
        assert!(matches!(client.place(&draft()).await, Ok(Placed::Created(order)) if order.number == 1));
    }
    let bodies = served.await.unwrap();
    assert_eq!(bodies.len(), 3, "the second order came twice, on two connections");
    assert!(bodies.iter().all(|body| body == &bodies[0] && body.contains(r#""id":"a""#)), "{bodies:?}");
}

#[tokio::test]
async fn a_store_that_is_not_there_is_away() {
    let (client, served) = store(&[]).await;
    served.await.unwrap();
    let error = client.place(&draft()).await.unwrap_err();
    assert!(matches!(&error, OrderError::Away(why) if why.contains("refused")), "{error}");
    assert!(client.ready().await.unwrap_err().contains("refused"));
}

#[tokio::test]
async fn a_store_that_leaves_while_it_is_asked_may_have_taken_the_order() {
    let (client, served) = store(&[&[Close]]).await;
    let error = client.place(&draft()).await.unwrap_err();
    assert!(matches!(error, OrderError::Silent(_)), "{error}");
    assert_eq!(served.await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_store_that_hangs_is_silent() {
    let (client, served) = store(&[&[StaySilent]]).await;
    let error = client.place(&draft()).await.unwrap_err();
    assert!(matches!(error, OrderError::Silent(_)), "{error}");
    served.abort();
}

#[test]
fn an_address_of_a_store_is_a_plain_url() {
    for good in ["http://127.0.0.1:9090", "http://store:80/", "http://[::1]:1"] {
        assert!(StoreClient::new(good).is_ok(), "{good}");
    }
    let unexpanded = "http://$(STORE_SERVICE_HOST):$(STORE_SERVICE_PORT)";
    for bad in ["", "store:80", "https://store", "http://store/x", "http://$(HOST):1", unexpanded] {
        assert!(matches!(StoreClient::new(bad), Err(ApiError::Address { .. })), "{bad}");
    }
}
