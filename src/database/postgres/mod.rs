//! PostgreSQL: from a URL to a connection.

mod connection;
mod dsn;
mod tls;
mod words;

pub use connection::Connection;
pub use dsn::{Dsn, DsnError};
pub use words::words;
