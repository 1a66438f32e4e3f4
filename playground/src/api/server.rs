//! The listening side.

use crate::api::agent::NodeAgent;
use crate::api::handle::{Context, handle};
use crate::api::pod::session;
use crate::api::tls::Authority;
use crate::cluster::Cluster;
use crate::identity::Tokens;
use crate::resource::by_kind;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

/// A client that opens a connection has this long to finish the handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Why a server could not start.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// No certificate.
    #[error("cannot make the API server's certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    /// TLS cannot be set up.
    #[error("cannot set up TLS for the API server: {0}")]
    Tls(#[from] rustls::Error),
    /// No port.
    #[error("cannot listen on the loopback address for the API server: {0}")]
    Listen(#[from] std::io::Error),
}

/// A running API server. It ends, with all its connections, when it is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    // Dropping the set aborts the accepting task, which drops the set of its connections.
    tasks: JoinSet<()>,
}

impl Server {
    /// Listens on a free port of the loopback address and serves `cluster` to those who bring one of `tokens`. Its
    /// certificate, which the `authority` signs, is also good for the cluster IP of the Service
    /// `default/kubernetes`, if there is one. Needs a tokio runtime.
    pub async fn start(
        cluster: Cluster,
        tokens: Arc<Tokens>,
        authority: &Authority,
        agent: Arc<dyn NodeAgent>,
    ) -> Result<Server, ServerError> {
        let acceptor = TlsAcceptor::from(authority.certify(service_address(&cluster))?.server_config()?);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let context = Arc::new(Context { cluster, tokens, agent, address: address.to_string() });
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, acceptor, context));
        Ok(Server { address, tasks })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends it and waits until the port is closed.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
    }
}

fn service_address(cluster: &Cluster) -> Option<String> {
    let service = cluster.get(by_kind("v1", "Service")?, "default", "kubernetes").ok()?;
    service["spec"]["clusterIP"].as_str().map(str::to_owned)
}

async fn accept(listener: TcpListener, acceptor: TlsAcceptor, context: Arc<Context>) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of descriptors: give the open connections time to end.
            sleep(Duration::from_millis(50)).await;
            continue;
        };
        while connections.try_join_next().is_some() {}
        connections.spawn(serve(stream, acceptor.clone(), Arc::clone(&context)));
    }
}

async fn serve(stream: TcpStream, acceptor: TlsAcceptor, context: Arc<Context>) {
    // Errors are the client's: it spoke no TLS, or left. There is nobody to tell.
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let Ok(Ok(stream)) = timeout(HANDSHAKE, acceptor.accept(stream)).await else { return };
    let (sessions, mut opened) = mpsc::unbounded_channel();
    let service = service_fn(move |request| {
        let (context, sessions) = (Arc::clone(&context), sessions.clone());
        async move {
            let mut answer = handle(&context, request).await;
            if let Some(session) = session(&mut answer) {
                // The other end waits below.
                let _ = sessions.send(session);
            }
            Ok::<_, Infallible>(answer)
        }
    });
    let builder = Builder::new(TokioExecutor::new());
    drop(builder.serve_connection_with_upgrades(TokioIo::new(stream), service).await);
    // HTTP is over. What the connection has become, if anything, lives and ends with this task.
    if let Some(session) = opened.recv().await {
        session.await;
    }
}
