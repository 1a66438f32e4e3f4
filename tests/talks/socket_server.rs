//! A WebSocket server that counts its sockets and how they end.

use futures_util::{SinkExt as _, StreamExt as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use support::{Raw, TlsServer, TlsSetup};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

/// The server, at its port.
pub struct Server<P> {
    pub port: P,
    counted: Arc<Counted>,
}

#[derive(Default)]
struct Counted {
    opened: AtomicUsize,
    said_goodbye: AtomicUsize,
}

impl Server<Raw> {
    pub fn start() -> Server<Raw> {
        let counted = Arc::new(Counted::default());
        let shared = Arc::clone(&counted);
        Server { port: Raw::start(move |stream| serve(stream, Arc::clone(&shared))), counted }
    }

    pub fn url(&self) -> String {
        self.port.url()
    }
}

impl Server<TlsServer> {
    pub fn over_tls(setup: &TlsSetup) -> Server<TlsServer> {
        let counted = Arc::new(Counted::default());
        let shared = Arc::clone(&counted);
        let port = TlsServer::serving(setup, move |stream| serve(stream, Arc::clone(&shared)));
        Server { port, counted }
    }
}

impl<P> Server<P> {
    /// Sockets that were opened, and those whose client said goodbye.
    pub fn sockets(&self) -> (usize, usize) {
        (self.counted.opened.load(SeqCst), self.counted.said_goodbye.load(SeqCst))
    }
}

/// Answers `ping x` with `noise` and `pong x`, a list of words with one message each, JSON with JSON; closes when it is
/// told to, and says nothing to anything else.
async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin, counted: Arc<Counted>) {
    let Ok(mut socket) = tokio_tungstenite::accept_async(stream).await else { return };
    counted.opened.fetch_add(1, SeqCst);
    while let Some(Ok(message)) = socket.next().await {
        let text = match message {
            Message::Text(text) => text.as_str().to_owned(),
            Message::Close(_) => {
                counted.said_goodbye.fetch_add(1, SeqCst);
                continue;
            }
            _ => continue,
        };
        let mut answers = Vec::new();
        if let Some(what) = text.strip_prefix("ping ") {
            answers = vec!["noise".to_owned(), format!("pong {what}")];
        } else if let Some(words) = text.strip_prefix("spell ") {
            answers = words.split(' ').map(str::to_owned).collect();
        } else if text.starts_with('{') {
            answers = vec![format!("{{\"type\": \"ack\", \"of\": {text}}}")];
        } else if text == "leave" {
            let frame = CloseFrame { code: CloseCode::Policy, reason: "as you wish".into() };
            let _ = socket.close(Some(frame)).await;
        }
        for answer in answers {
            let _ = socket.send(Message::text(answer)).await;
        }
    }
}
