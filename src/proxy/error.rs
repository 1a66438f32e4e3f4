//! Why a proxy could not open.

use std::io;
use std::net::SocketAddr;

/// Why a proxy could not open.
#[derive(Debug, thiserror::Error)]
pub enum ProxyError {
    /// The address is not free or not ours.
    #[error(
        "the proxy cannot listen on {addr}: {source}; choose another address, or port 0 for any free one"
    )]
    Listen {
        /// The address that was asked for.
        addr: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The upstream's name is not known.
    #[error("the upstream `{name}` cannot be found: {source}; correct the name, or create its Service first")]
    Name {
        /// The name.
        name: String,
        /// What the resolver said.
        source: io::Error,
    },
}
