//! A listening port that can be closed and opened again, and the connections that came in by it.

use super::counts::Tally;
use super::error::ProxyError;
use super::schedule::Switch;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::sleep;

/// Connections that wait to be taken; the system may allow fewer.
const BACKLOG: u32 = 4_096;
/// How long to wait after the system could not give a connection, or the port.
const AGAIN: Duration = Duration::from_millis(50);

/// A port, open or closed.
#[derive(Debug)]
pub(super) struct Door {
    addr: SocketAddr,
    listener: Option<TcpListener>,
    /// Bound and not listening, it keeps the port ours while it refuses connections. Elsewhere than on Linux two
    /// sockets cannot share a port like that, and the port may be lost to another process.
    #[cfg(target_os = "linux")]
    _claim: TcpSocket,
}

impl Door {
    /// Opens the port; 0 takes any free one.
    pub(super) fn open(addr: SocketAddr) -> Result<Door, ProxyError> {
        let failed = |source| ProxyError::Listen { addr, source };
        let claim = bind(addr).map_err(failed)?;
        let addr = claim.local_addr().map_err(failed)?;
        #[cfg(not(target_os = "linux"))]
        drop(claim);
        let listener = Some(listen(addr).map_err(failed)?);
        Ok(Door {
            addr,
            listener,
            #[cfg(target_os = "linux")]
            _claim: claim,
        })
    }

    /// Where it is.
    pub(super) fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Takes the next connection; waits for ever while the door is closed.
    pub(super) async fn accept(&self) -> TcpStream {
        let Some(listener) = &self.listener else { return std::future::pending().await };
        loop {
            match listener.accept().await {
                Ok((stream, _)) => return stream,
                // Out of descriptors, or a client that has left: either way the next one may be luckier.
                Err(_) => sleep(AGAIN).await,
            }
        }
    }

    /// From now on connections are refused; those that wait to be taken are reset.
    fn close(&mut self) {
        self.listener = None;
    }

    /// Takes connections again, as soon as the system gives the port.
    async fn reopen(&mut self) {
        while self.listener.is_none() {
            match listen(self.addr) {
                Ok(listener) => self.listener = Some(listener),
                Err(_) => sleep(AGAIN).await,
            }
        }
    }
}

fn bind(addr: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if addr.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.bind(addr)?;
    Ok(socket)
}

fn listen(addr: SocketAddr) -> io::Result<TcpListener> {
    bind(addr)?.listen(BACKLOG)
}

/// Gives each connection to a task of `serve`, until it is dropped; the door is closed while `refusing` is on.
///
/// A task that panics ends its own connection and is counted.
pub(super) async fn admit<F>(
    door: &mut Door,
    mut refusing: Switch,
    guests: &mut JoinSet<()>,
    tally: &Tally,
    serve: impl Fn(TcpStream) -> F,
) where
    F: Future<Output = ()> + 'static,
{
    loop {
        if refusing.is_on() {
            door.close();
        } else {
            door.reopen().await;
        }
        tokio::select! {
            biased;
            () = refusing.turned() => {}
            Some(ended) = guests.join_next() => see_off(&ended, tally),
            stream = door.accept() => {
                tally.add(|counts| counts.connections += 1);
                guests.spawn_local(serve(stream));
            }
        }
    }
}

/// Counts a guest that did not leave by itself.
pub(super) fn see_off(ended: &Result<(), tokio::task::JoinError>, tally: &Tally) {
    if ended.as_ref().is_err_and(tokio::task::JoinError::is_panic) {
        tally.add(|counts| counts.broken += 1);
    }
}
