//! Where connections go: a name and a port, resolved before the start and again from time to time.

use super::error::ProxyError;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::time::Duration;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, sleep, timeout};

/// A name may be so new that the resolver does not know it yet.
const FIRST_LOOK: Duration = Duration::from_secs(15);
/// How long to wait between two questions for a name.
const AGAIN: Duration = Duration::from_millis(250);
/// How old an address may get.
const FRESH: Duration = Duration::from_secs(5);
/// How long connecting may take, all addresses together.
const CONNECT: Duration = Duration::from_secs(10);

/// A host, by name or address, and a port: `HOST:PORT`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upstream {
    host: String,
    port: u16,
}

impl FromStr for Upstream {
    type Err = String;

    fn from_str(text: &str) -> Result<Upstream, String> {
        let wrong = || format!("`{text}` is not a host and a port; write for example api-twin:8080");
        let (host, port) = text.rsplit_once(':').ok_or_else(wrong)?;
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let host = bare.unwrap_or(host);
        let port: u16 = port.parse().map_err(|_| wrong())?;
        if host.is_empty() || port == 0 || (bare.is_none() && host.contains([':', '/'])) {
            return Err(wrong());
        }
        Ok(Upstream { host: host.to_owned(), port })
    }
}

impl fmt::Display for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// An upstream and its addresses.
#[derive(Debug)]
pub(super) struct Route {
    upstream: Upstream,
    addresses: RefCell<Vec<SocketAddr>>,
    turn: Cell<usize>,
}

impl Route {
    /// Resolves the name, several times if it has to.
    pub(super) async fn find(upstream: Upstream) -> Result<Route, ProxyError> {
        let begun = Instant::now();
        loop {
            match upstream.resolve().await {
                Ok(found) => {
                    return Ok(Route { upstream, addresses: RefCell::new(found), turn: Cell::new(0) });
                }
                Err(_) if begun.elapsed() < FIRST_LOOK => sleep(AGAIN).await,
                Err(source) => return Err(ProxyError::Name { name: upstream.to_string(), source }),
            }
        }
    }

    /// Keeps the addresses fresh, for ever.
    pub(super) async fn refresh(&self) {
        if self.upstream.host.parse::<IpAddr>().is_ok() {
            return std::future::pending().await;
        }
        loop {
            sleep(FRESH).await;
            // While the name service does not answer, the last known addresses go on serving.
            if let Ok(found) = self.upstream.resolve().await {
                self.addresses.replace(found);
            }
        }
    }

    /// Connects to one of the addresses, beginning with another one each time.
    pub(super) async fn connect(&self) -> io::Result<TcpStream> {
        let mut addresses = self.addresses.borrow().clone();
        let turn = self.turn.get();
        self.turn.set(turn.wrapping_add(1));
        let first = turn % addresses.len().max(1);
        addresses.rotate_left(first);
        timeout(CONNECT, TcpStream::connect(&addresses[..])).await.unwrap_or_else(|late| Err(late.into()))
    }
}

impl Upstream {
    async fn resolve(&self) -> io::Result<Vec<SocketAddr>> {
        let found: Vec<SocketAddr> = lookup_host((self.host.as_str(), self.port)).await?.collect();
        if found.is_empty() { Err(io::Error::other("the name has no address")) } else { Ok(found) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_forms() {
        for text in ["api-twin:8080", "10.0.0.7:80", "[::1]:8080", "db.shop.svc.cluster.local:5432"] {
            assert_eq!(text.parse::<Upstream>().map(|upstream| upstream.to_string()).as_deref(), Ok(text));
        }
        for text in ["api-twin", ":80", "api:0", "api:99999", "::1:80", "http://api:80"] {
            let said = format!("`{text}` is not a host and a port; write for example api-twin:8080");
            assert_eq!(text.parse::<Upstream>(), Err(said));
        }
    }
}
