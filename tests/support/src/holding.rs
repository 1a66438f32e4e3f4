//! A server that holds all answers until a crowd has come.

use crate::child::Served;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
/// How long the whole crowd waits: whoever looks once a second sees all of it.
const TOGETHER: Duration = Duration::from_millis(2_500);
/// Connections that wait to be accepted; the system cuts this to what it allows.
const BACKLOG: u32 = 16_384;

/// Answers nobody until so many requests have come and have waited together for a while; then everybody, and at once.
#[derive(Debug)]
pub struct Holding {
    addr: SocketAddr,
    requests: Arc<AtomicU64>,
}

impl Holding {
    /// Starts one that waits for `crowd` requests. It needs a descriptor for each.
    pub fn start(crowd: u64) -> Holding {
        let requests = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&requests);
        let (tell, told) = mpsc::channel();
        thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let socket = TcpSocket::new_v4().expect("a socket");
                socket.bind(([127, 0, 0, 1], 0).into()).expect("a free port on loopback");
                let listener = socket.listen(BACKLOG).expect("a listener");
                tell.send(listener.local_addr().expect("a listener has an address"))
                    .expect("the caller waits");
                accept(&listener, crowd, &counter).await;
            });
        });
        Holding { addr: told.recv().expect("the server listens"), requests }
    }
}

impl Served for Holding {
    fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// How many requests came.
    fn account(&self) -> String {
        self.requests.load(SeqCst).to_string()
    }
}

async fn accept(listener: &TcpListener, crowd: u64, requests: &Arc<AtomicU64>) {
    let (release, released) = watch::channel(false);
    let release = Arc::new(release);
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        tokio::spawn(serve(stream, crowd, Arc::clone(requests), Arc::clone(&release), released.clone()));
    }
}

/// Answers the requests of one connection; they have no body.
async fn serve(
    mut stream: TcpStream,
    crowd: u64,
    requests: Arc<AtomicU64>,
    release: Arc<watch::Sender<bool>>,
    mut released: watch::Receiver<bool>,
) {
    let (mut buffer, mut held) = ([0_u8; 1024], 0);
    while let Ok(read @ 1..) = stream.read(&mut buffer[held..]).await {
        held += read;
        if !buffer[..held].ends_with(b"\r\n\r\n") {
            continue;
        }
        held = 0;
        if requests.fetch_add(1, SeqCst) + 1 == crowd {
            let release = Arc::clone(&release);
            tokio::spawn(async move {
                tokio::time::sleep(TOGETHER).await;
                release.send_replace(true);
            });
        }
        if released.wait_for(|now| *now).await.is_err() || stream.write_all(ANSWER).await.is_err() {
            return;
        }
    }
}
