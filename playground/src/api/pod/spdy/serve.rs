//! A connection from its first frame to its end.

use crate::api::pod::session::Session;
use crate::api::pod::spdy::connection::Connection;
use crate::api::pod::spdy::frame;
use crate::api::pod::spdy::open::{Unopened, open};
use crate::api::pod::spdy::reader::Reader;
use bytes::Bytes;
use std::pin::pin;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::timeout;

/// How many frames wait for a client at most.
const QUEUE: usize = 4;
/// How long a client has to open its streams, as with a real kubelet.
const OPENING: Duration = Duration::from_secs(30);
/// How long it has to take the last frames when its session is over.
const GOODBYE: Duration = Duration::from_secs(5);

/// Runs a command for a client whose connection has become SPDY.
pub(in crate::api::pod) async fn serve(io: impl AsyncRead + AsyncWrite + Send, session: Session) {
    let (read, write) = tokio::io::split(io);
    let (sender, frames) = channel(QUEUE);
    let mut sending = pin!(send(write, frames));
    tokio::select! {
        () = talk(read, sender, session) => {}
        // The client takes nothing any more.
        () = &mut sending => return,
    }
    // What is still in the queue; a client that does not take it has had its time.
    let _ = timeout(GOODBYE, sending).await;
}

async fn talk(read: impl AsyncRead + Send + Unpin, sender: Sender<Bytes>, session: Session) {
    let mut reader = Reader::new(read);
    let opened = timeout(OPENING, open(&mut reader, &sender, session.attached)).await;
    let (streams, said) = match opened {
        Ok(Ok(opened)) => opened,
        Ok(Err(Unopened::Gone)) => return,
        Ok(Err(Unopened::Broken(_))) | Err(_) => {
            // An error means that the client has gone, too.
            let _ = sender.send(frame::go_away(0)).await;
            return;
        }
    };
    session.run(Connection { reader, sender, streams, said }).await;
}

/// Sends frames until nobody has more, or the client has gone.
async fn send(mut client: impl AsyncWrite + Unpin, mut frames: Receiver<Bytes>) {
    while let Some(frame) = frames.recv().await {
        if client.write_all(&frame).await.is_err() || client.flush().await.is_err() {
            return;
        }
    }
    // TLS has a goodbye of its own. An error means that the client was faster.
    let _ = client.shutdown().await;
}
