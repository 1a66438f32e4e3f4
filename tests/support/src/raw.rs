//! Ports that are no HTTP servers.

use crate::loopback::Loopback;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A port that accepts connections and then misbehaves.
#[derive(Debug)]
pub struct Raw {
    loopback: Loopback,
}

impl Raw {
    /// Accepts, reads everything and never answers.
    pub fn silent() -> Raw {
        Raw::start(async |mut stream| while read(&mut stream).await > 0 {})
    }

    /// Waits for a request, then resets the connection.
    pub fn resetting() -> Raw {
        Raw::start(async |mut stream| {
            read(&mut stream).await;
            stream.set_zero_linger().expect("loopback takes SO_LINGER");
        })
    }

    /// Waits for a request, then closes in good order without an answer.
    pub fn closing() -> Raw {
        Raw::saying("")
    }

    /// Waits for a request, says these bytes, whatever they are, and closes in good order.
    pub fn saying(bytes: impl Into<Vec<u8>>) -> Raw {
        let bytes = bytes.into();
        Raw::start(move |mut stream: TcpStream| {
            let bytes = bytes.clone();
            async move {
                read(&mut stream).await;
                // A client that has left does not hear it, which is the test's business.
                let _ = stream.write_all(&bytes).await;
                let _ = stream.shutdown().await;
                // Waiting for the client to close keeps unread bytes from turning the close into a reset.
                while read(&mut stream).await > 0 {}
            }
        })
    }

    /// Gives each connection to this server of whatever protocol.
    pub fn start<F: Future<Output = ()> + Send + 'static>(
        serve: impl Fn(TcpStream) -> F + Send + 'static,
    ) -> Raw {
        Raw { loopback: Loopback::start(serve) }
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.loopback.addr()
    }

    /// `http://` and the address, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr())
    }

    /// How many connections were made so far.
    pub fn connections(&self) -> usize {
        self.loopback.accepted()
    }
}

/// How many bytes came; 0 when the client has left.
async fn read(stream: &mut TcpStream) -> usize {
    stream.read(&mut [0; 4096]).await.unwrap_or(0)
}
