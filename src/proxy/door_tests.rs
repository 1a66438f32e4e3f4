//! The door and its guests.

use super::counts::Tally;
use super::door::{Door, admit};
use super::schedule::Switch;
use std::cell::Cell;
use std::rc::Rc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::{JoinSet, LocalSet};

#[tokio::test]
async fn a_panic_ends_one_connection_and_not_the_proxy() {
    let mut door = Door::open("127.0.0.1:0".parse().unwrap()).unwrap();
    let addr = door.addr();
    let (tally, mut guests, served) = (Tally::default(), JoinSet::new(), Rc::new(Cell::new(0)));
    let serve = |mut stream: TcpStream| {
        let served = served.clone();
        async move {
            served.set(served.get() + 1);
            assert!(served.get() != 2, "the second one is unlucky");
            stream.write_all(b"hello").await.unwrap();
        }
    };
    let client = async {
        let mut heard = Vec::new();
        for _ in 0..3 {
            let mut text = String::new();
            let _ = TcpStream::connect(addr).await.unwrap().read_to_string(&mut text).await;
            heard.push(text);
        }
        heard
    };
    let heard = LocalSet::new()
        .run_until(async {
            tokio::select! {
                heard = client => heard,
                () = admit(&mut door, Switch::OFF, &mut guests, &tally, serve) => Vec::new(),
            }
        })
        .await;
    assert_eq!(heard, ["hello", "", "hello"]);
    assert_eq!((tally.counts().connections, tally.counts().broken), (3, 1));
}
