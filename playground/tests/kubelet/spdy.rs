//! SPDY by hand: frames as kubectl before 1.31 sends them, and worse ones.

use crate::protocols::{ask, spdy};
use crate::stage::Stage;
use crate::story::PATIENCE;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::collections::BTreeMap;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;

const ERROR: u32 = 1;
const STDIN: u32 = 3;
const STDOUT: u32 = 5;
const STDERR: u32 = 7;

/// The headers `streamtype` of these four, as zlib at its best level compresses them from SPDY's dictionary.
const HEADERS: [(u32, &[u8]); 4] = [
    (ERROR, b"\x78\xf9\xe3\xc6\xa7\xc2\x02\xa6\x23\x46\x70\x3a\x2b\x29\x4a\x4d\xcc\x85\x16\x25\xac\xa9\xa0\x80\x06\x00\x00\x00\xff\xff"),
    (STDIN, b"\xc2\x2e\x55\x5c\x02\xcc\x2e\x00\x00\x00\x00\xff\xff"),
    (STDOUT, b"\xc2\x2a\x05\x4c\xe7\x29\xf9\xa5\x25\x00\x00\x00\x00\xff\xff"),
    (STDERR, b"\xc2\x29\x07\x34\x14\x00\x00\x00\xff\xff"),
];
/// The first block of the server: as zlib begins, with the dictionary's checksum; no headers; the flush.
const NO_HEADERS_FIRST: &[u8] = b"\x78\x20\xe3\xc6\xa7\xc2\0\x04\0\xfb\xff\0\0\0\0\0\0\0\xff\xff";
const NO_HEADERS: &[u8] = b"\0\x04\0\xfb\xff\0\0\0\0\0\0\0\xff\xff";

/// The header `streamtype` again, not compressed.
fn plain(purpose: &str) -> Vec<u8> {
    let mut block = vec![0, 0, 0, 1];
    for text in ["streamtype", purpose] {
        block.extend(u32::try_from(text.len()).unwrap().to_be_bytes());
        block.extend(text.as_bytes());
    }
    let length = u16::try_from(block.len()).unwrap();
    [&[0][..], &length.to_le_bytes(), &(!length).to_le_bytes(), &block, &[0, 0, 0, 0xff, 0xff]].concat()
}

/// The client's half of a connection.
struct Client(TokioIo<Upgraded>);

/// A frame: the first four bytes, the flags and the content.
type Frame = (u32, u8, Vec<u8>);

const REPLY: u32 = 0x8003_0002;
const RESET: u32 = 0x8003_0003;
const PING: u32 = 0x8003_0006;
const GO_AWAY: u32 = 0x8003_0007;

impl Client {
    async fn new(stage: &Stage) -> Client {
        let answer = ask(stage, "POST", &spdy("SPDY/3.1", "v5.channel.k8s.io, v4.channel.k8s.io")).await;
        assert_eq!(answer.status(), 101);
        assert_eq!(answer.headers()["upgrade"], "SPDY/3.1");
        assert_eq!(answer.headers()["connection"], "Upgrade");
        assert_eq!(answer.headers()["x-stream-protocol-version"], "v4.channel.k8s.io");
        Client(TokioIo::new(hyper::upgrade::on(answer).await.unwrap()))
    }

    async fn send(&mut self, first: u32, flags: u8, content: &[u8]) {
        let length = u32::try_from(content.len()).unwrap() | u32::from(flags) << 24;
        let frame = [&first.to_be_bytes()[..], &length.to_be_bytes(), content].concat();
        self.0.write_all(&frame).await.unwrap();
        self.0.flush().await.unwrap();
    }

    /// `None` when the server has closed the connection.
    async fn receive(&mut self) -> Option<Frame> {
        let read = async {
            let first = self.0.read_u32().await.ok()?;
            let length = self.0.read_u32().await.ok()?;
            let mut content = vec![0; length as usize & 0x00ff_ffff];
            self.0.read_exact(&mut content).await.ok()?;
            Some((first, length.to_be_bytes()[0], content))
        };
        timeout(PATIENCE, read).await.unwrap()
    }

    /// The next frame but the server's pings.
    async fn next(&mut self) -> Option<Frame> {
        loop {
            match self.receive().await? {
                (PING, _, number) if number == [0, 0, 0, 2] => {}
                frame => return Some(frame),
            }
        }
    }

    async fn open(&mut self, stream: u32, headers: &[u8]) {
        let content = [&stream.to_be_bytes()[..], &[0; 6], headers].concat();
        self.send(0x8003_0001, 0, &content).await;
    }

    /// Opens all streams, one after the other, as kubectl does.
    async fn open_all(&mut self) {
        let mut expected = NO_HEADERS_FIRST;
        for (stream, headers) in HEADERS {
            self.open(stream, headers).await;
            let reply = [&stream.to_be_bytes()[..], expected].concat();
            assert_eq!(self.next().await, Some((REPLY, 0, reply)));
            expected = NO_HEADERS;
        }
    }

    /// What comes on each stream until all four are closed by the server.
    async fn rest(&mut self) -> BTreeMap<u32, Vec<u8>> {
        let (mut streams, mut closed) = (BTreeMap::<u32, Vec<u8>>::new(), 0);
        while closed < 4 {
            let (stream, flags, content) = self.next().await.unwrap();
            streams.entry(stream).or_default().extend(content);
            closed += u32::from(flags & 1);
        }
        streams
    }
}

#[tokio::test]
async fn the_streams_and_the_end_are_carried() {
    let stage = Stage::new().await;
    stage.running("p", "exec sleep 1000").await;
    let mut client = Client::new(&stage).await;
    client.open_all().await;
    // A window that grows, settings, and a ping, which is the only one of them that is answered.
    client.send(0x8003_0009, 0, &[0, 0, 0, 1, 0, 1, 0, 0]).await;
    client.send(0x8003_0004, 0, &[0; 4]).await;
    client.send(PING, 0, &[0, 0, 0, 9]).await;
    assert_eq!(client.next().await, Some((PING, 0, vec![0, 0, 0, 9])));
    // A fifth stream is refused, and does no harm.
    client.open(9, &plain("stdin")).await;
    assert_eq!(client.next().await, Some((RESET, 0, vec![0, 0, 0, 9, 0, 0, 0, 3])));
    for piece in ["fir", "st\nsecond\n"] {
        client.send(STDIN, 0, piece.as_bytes()).await;
    }
    let mut streams = client.rest().await;
    let status: Value = serde_json::from_slice(&streams.remove(&ERROR).unwrap()).unwrap();
    assert_eq!(status["status"], "Success");
    let empty = Vec::new;
    assert_eq!(streams, BTreeMap::from([(STDIN, empty()), (STDOUT, b"first\n".to_vec()), (STDERR, empty())]));
    // The server leaves when the client does.
    client.send(GO_AWAY, 0, &[0; 8]).await;
    assert_eq!(client.next().await, None);
}

#[tokio::test]
async fn input_before_all_streams_are_open_is_kept_and_its_end_too() {
    let stage = Stage::new().await;
    stage.running("p", "exec sleep 1000").await;
    let mut client = Client::new(&stage).await;
    for (stream, headers) in HEADERS {
        client.open(stream, headers).await;
        if stream == STDIN {
            client.send(STDIN, 0, b"ear").await;
            client.send(STDIN, 1, b"ly").await;
        }
    }
    for _ in HEADERS {
        assert_eq!(client.next().await.unwrap().0, REPLY);
    }
    // Without a line's end it is what the end of the input makes `head` print.
    assert_eq!(client.rest().await[&STDOUT], b"early");
}

#[tokio::test]
async fn who_does_not_keep_to_the_protocol_is_told_and_left() {
    let stage = Stage::new().await;
    stage.running("p", "exec sleep 1000").await;
    let large = vec![0; 1 << 17];
    for (first, content) in [
        (0x8002_0001, &[0; 10][..]),        // SPDY 2
        (0x8003_0001, &[0, 0, 0, 1, 0, 0]), // a stream without headers
        (0x8003_0001, &[1; 40]),            // headers that are not compressed
        (STDIN, &large),                    // too much before anything is open
    ] {
        let mut client = Client::new(&stage).await;
        client.send(first, 0, content).await;
        assert_eq!(client.next().await, Some((GO_AWAY, 0, vec![0, 0, 0, 0, 0, 0, 0, 1])), "{first:x}");
        assert_eq!(client.next().await, None);
    }
    let mut client = Client::new(&stage).await;
    client.open_all().await;
    client.send(0x8002_0001, 0, &[0; 10]).await;
    assert_eq!(client.next().await, Some((GO_AWAY, 0, vec![0, 0, 0, 7, 0, 0, 0, 1])));
    assert_eq!(client.next().await, None);
}

#[tokio::test]
async fn streams_that_nobody_wants_are_refused() {
    let stage = Stage::new().await;
    stage.running("p", "exec sleep 1000").await;
    let mut client = Client::new(&stage).await;
    client.open(1, HEADERS[0].1).await;
    assert_eq!(client.next().await.unwrap().0, REPLY);
    for (stream, purpose, why) in [
        (2, "stdin", 1),  // an even number is not a client's
        (1, "stdin", 1),  // a number for the second time
        (3, "resize", 3), // without a terminal there is nothing to resize
        (5, "error", 3),  // there is one
    ] {
        client.open(stream, &plain(purpose)).await;
        let refusal = [u32::to_be_bytes(stream), u32::to_be_bytes(why)].concat();
        assert_eq!(client.next().await, Some((RESET, 0, refusal)));
    }
}
