//! The open door: accepts connections, serves HTTP/1.1 and HTTP/2 on them, and closes in good order.

use super::api::{Api, ApiError, talk};
use super::front::Front;
use super::log::{Fsync, LogError, LogFailed};
use super::site::Site;
use super::store::{Found, Keeper, KeeperError};
use http::HeaderValue;
use hyper::service::service_fn;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// How long requests in flight may take when the door is closed.
const GRACE: Duration = Duration::from_secs(5);
/// How long to wait when the machine has no descriptor for a new connection; busy waiting would not make one.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// Where and how a program is open.
#[derive(Debug, Clone)]
pub struct Door {
    /// Address and port; port 0 takes any free one.
    pub listen: SocketAddr,
    /// How long it still takes connections after it was asked to end: whoever sends them learns of that only later.
    pub drain: Duration,
    /// Named in the header `x-served-by` of each answer.
    pub served_by: Option<HeaderValue>,
}

/// A shop, or a part of one, that listens.
#[derive(Debug)]
pub struct Shop {
    listener: TcpListener,
    addr: SocketAddr,
    drain: Duration,
    front: Arc<Front>,
}

/// Why a shop could not open or go on.
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
    /// The store's log could not be opened.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The store has no thread for its log.
    #[error("the store cannot start the thread of its log: {0}")]
    Thread(io::Error),
    /// The api has no way to its store.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// The log broke while the store was open.
    #[error("{0}; the store ends, and what it has acknowledged is in the log")]
    Broken(LogFailed),
}

impl Shop {
    /// The whole shop in one process, with its orders in memory. Connections wait until [`Shop::serve`].
    pub async fn alone(door: &Door) -> Result<Shop, ShopError> {
        Shop::open(door, Site::Api(Api::alone())).await
    }

    /// An api whose orders are in the store at `http://HOST:PORT`, which need not be there yet.
    pub async fn api(door: &Door, store: &str) -> Result<Shop, ShopError> {
        Shop::open(door, Site::Api(Api::with_store(store)?)).await
    }

    /// An api whose orders are in the table `orders` of the database at `postgres://USER@HOST:PORT/DATABASE`, which need
    /// not be there yet. No connection gets older than `max_age`.
    pub async fn with_database(
        door: &Door,
        url: &str,
        password: Option<&str>,
        max_age: Duration,
    ) -> Result<Shop, ShopError> {
        Shop::open(door, Site::Api(Api::with_database(url, password, max_age)?)).await
    }

    /// A store whose log is in the folder `data`.
    pub async fn store(door: &Door, data: &Path, fsync: Fsync) -> Result<Shop, ShopError> {
        let keeper = Keeper::open(data, fsync).map_err(|error| match error {
            KeeperError::Log(error) => ShopError::Log(error),
            KeeperError::Thread(error) => ShopError::Thread(error),
        })?;
        Shop::open(door, Site::Store(keeper)).await
    }

    async fn open(door: &Door, site: Site) -> Result<Shop, ShopError> {
        let failed = |source| ShopError::Listen { addr: door.listen, source };
        let listener = TcpListener::bind(door.listen).await.map_err(failed)?;
        let addr = listener.local_addr().map_err(failed)?;
        let front = Arc::new(Front::new(site, door.served_by.clone()));
        Ok(Shop { listener, addr, drain: door.drain, front })
    }

    /// Where it listens, with the port it got.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// What a store found in its folder; nothing for an api.
    pub fn found(&self) -> Option<Found> {
        match &self.front.site {
            Site::Store(keeper) => Some(keeper.found()),
            Site::Api(_) => None,
        }
    }

    /// Serves until `shutdown` is done. From then on it is not ready, and answers end their connections; after the drain
    /// no new connection is taken, requests in flight are answered, what is still busy after five seconds is cut, and
    /// the log is written to its end. When this future is dropped, connections are cut at once.
    pub async fn serve(self, shutdown: impl Future<Output = ()>) -> Result<(), ShopError> {
        let Shop { listener, front, drain, .. } = self;
        let (open, closing) = watch::channel(());
        let mut connections = JoinSet::new();
        let broken = tokio::select! {
            never = accept(&listener, &front, &closing, &mut connections) => match never {},
            () = shutdown => None,
            failed = front.site.failed() => Some(failed),
        };
        front.close();
        if broken.is_none() {
            // Ends by time only.
            let _ = timeout(drain, accept(&listener, &front, &closing, &mut connections)).await;
        }
        drop((listener, open));
        let all_done = async { while connections.join_next().await.is_some() {} };
        // Whether all were done or time ran out: what is left is cut.
        let _ = timeout(GRACE, all_done).await;
        connections.shutdown().await;
        let closed = front.site.close();
        broken.map_or(closed, Err).map_err(ShopError::Broken)
    }
}

/// Takes connections for as long as it is polled.
async fn accept(
    listener: &TcpListener,
    front: &Arc<Front>,
    closing: &watch::Receiver<()>,
    connections: &mut JoinSet<()>,
) -> Infallible {
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, Arc::clone(front), closing.clone()));
                }
                Err(_) => sleep(ACCEPT_PAUSE).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Serves one connection until the client leaves or the door closes.
async fn connection(stream: TcpStream, front: Arc<Front>, mut closing: watch::Receiver<()>) {
    // Without it small answers may wait 40 ms for an acknowledgement; a refusal only costs speed.
    let _ = stream.set_nodelay(true);
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().pipeline_flush(true);
    let became = Arc::new(Mutex::new(None::<OnUpgrade>));
    let noted = Arc::clone(&became);
    let service = service_fn(move |request| {
        let (answer, noted) = (Arc::clone(&front).serve(request), Arc::clone(&noted));
        async move {
            let mut reply = answer.await?;
            if let Some(upgraded) = reply.extensions_mut().remove() {
                *noted.lock().unwrap_or_else(PoisonError::into_inner) = Some(upgraded);
            }
            Ok::<_, Infallible>(reply)
        }
    });
    let mut served = pin!(builder.serve_connection_with_upgrades(TokioIo::new(stream), service));
    tokio::select! {
        // A client that breaks the protocol or the connection has been told so by hyper.
        _ = served.as_mut() => {}
        // Never sent, only closed: an error means that the door closes.
        _ = closing.changed() => {
            served.as_mut().graceful_shutdown();
            let _ = served.await;
        }
    }
    let upgraded = became.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(upgraded) = upgraded {
        let closed = async { closing.changed().await.unwrap_or_default() };
        talk(upgraded, closed).await;
    }
}
