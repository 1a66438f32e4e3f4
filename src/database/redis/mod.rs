//! Redis: from a URL to a connection.

mod connection;
mod url;

pub use connection::{Connection, OpenError};
pub use url::{Place, UrlError};
