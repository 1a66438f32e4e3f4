//! The open door: accepts connections, serves HTTP/1.1 and HTTP/2 on them, and closes in good order.

use super::http::serve;
use super::state::State;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How long requests in flight may take when the shop closes.
const GRACE: Duration = Duration::from_secs(5);
/// How long to wait when the machine has no descriptor for a new connection; busy waiting would not make one.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// A shop that listens.
#[derive(Debug)]
pub struct Shop {
    listener: TcpListener,
    addr: SocketAddr,
    state: Arc<State>,
}

/// Why a shop could not open.
#[derive(Debug, thiserror::Error)]
pub enum ShopError {
    /// The address is not free or not ours.
    #[error(
        "the demo shop cannot listen on {addr}: {source}; choose another address, or port 0 for any free one"
    )]
    Listen {
        /// The address that was asked for.
        addr: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
}

impl Shop {
    /// Listens on `addr`; port 0 takes any free one. Connections wait until [`Shop::serve`].
    pub async fn bind(addr: SocketAddr) -> Result<Shop, ShopError> {
        let failed = |source| ShopError::Listen { addr, source };
        let listener = TcpListener::bind(addr).await.map_err(failed)?;
        let addr = listener.local_addr().map_err(failed)?;
        Ok(Shop { listener, addr, state: Arc::new(State::new()) })
    }

    /// Where it listens, with the port it got.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Serves until `shutdown` is done. Then no new connection is taken, requests in flight are answered, and what is
    /// still busy after five seconds is cut. When this future is dropped, everything is cut at once.
    pub async fn serve(self, shutdown: impl Future<Output = ()>) {
        let Shop { listener, state, .. } = self;
        let (open, closing) = watch::channel(());
        let mut connections = JoinSet::new();
        let mut shutdown = pin!(shutdown);
        loop {
            tokio::select! {
                () = &mut shutdown => break,
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => {
                        connections.spawn(connection(stream, Arc::clone(&state), closing.clone()));
                    }
                    Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
                },
                Some(_) = connections.join_next() => {}
            }
        }
        state.close();
        drop((listener, open));
        let all_done = async { while connections.join_next().await.is_some() {} };
        // Whether all were done or time ran out: dropping the set cuts what is left.
        let _ = tokio::time::timeout(GRACE, all_done).await;
    }
}

/// Serves one connection until the client leaves or the shop closes.
async fn connection(stream: TcpStream, state: Arc<State>, mut closing: watch::Receiver<()>) {
    // Without it small answers may wait 40 ms for an acknowledgement; a refusal only costs speed.
    let _ = stream.set_nodelay(true);
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().pipeline_flush(true);
    let service = service_fn(move |request| serve(Arc::clone(&state), request));
    let mut served = pin!(builder.serve_connection(TokioIo::new(stream), service));
    tokio::select! {
        // A client that breaks the protocol or the connection has been told so by hyper.
        _ = served.as_mut() => return,
        // Never sent, only closed: an error means that the shop closes.
        _ = closing.changed() => served.as_mut().graceful_shutdown(),
    }
    let _ = served.await;
}
