//! One open port: takes connections and passes them on.

use crate::service::backends::Backends;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// A taken connection and the endpoint it is for.
pub(super) struct Taken {
    pub(super) client: TcpStream,
    pub(super) endpoint: SocketAddr,
}

/// Takes connections until it is dropped, which closes the port. The connections themselves go to `taken`, so
/// that they outlive it.
pub(super) async fn accept(
    listener: TcpListener,
    backends: Arc<Backends>,
    taken: mpsc::UnboundedSender<Taken>,
) {
    loop {
        match listener.accept().await {
            Ok((client, from)) => match backends.choose(from.ip()) {
                Some(endpoint) => drop(taken.send(Taken { client, endpoint })),
                None => reset(&client),
            },
            // Out of file descriptors, most likely: not at full speed.
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
        }
    }
}

/// Passes bytes both ways until either side has had enough. An endpoint that is gone resets the client, as it
/// would without a proxy; there is no second try, for a real Service makes none.
pub(super) async fn pass(Taken { mut client, endpoint }: Taken) {
    let Ok(mut backend) = TcpStream::connect(endpoint).await else {
        reset(&client);
        return;
    };
    // Small writes go on at once, as they came.
    let _ = (client.set_nodelay(true), backend.set_nodelay(true));
    if tokio::io::copy_bidirectional(&mut client, &mut backend).await.is_err() {
        reset(&client);
        reset(&backend);
    }
}

/// Makes the end of the connection a reset rather than a regular end. It may be one already.
fn reset(stream: &TcpStream) {
    let _ = stream.set_zero_linger();
}
