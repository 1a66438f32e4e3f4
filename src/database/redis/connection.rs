//! One connection to the server, with the task that drives it.

use super::url::Place;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Cmd, FromRedisValue, RedisError};
use std::fmt;
use std::io;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::AbortHandle;

/// An open connection; dropping it closes it.
pub struct Connection {
    line: MultiplexedConnection,
    driver: AbortHandle,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connection")
    }
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Nobody is there, or the name is unknown.
    #[error("connecting to {to}: {source}")]
    Connect {
        /// Host and port.
        to: String,
        /// What the system said.
        source: io::Error,
    },
    /// TLS did not come about.
    #[error("TLS with {to}: {source}")]
    Tls {
        /// Host and port.
        to: String,
        /// What the library said.
        source: io::Error,
    },
    /// The server does not take us in, or is no Redis.
    #[error("logging in at {to}: {source}")]
    Login {
        /// Host and port.
        to: String,
        /// What the server or the library said.
        source: RedisError,
    },
}

impl Connection {
    /// Connects and logs in, the name resolved anew.
    pub async fn open(place: &Place) -> Result<Connection, OpenError> {
        let to = || format!("{place:?}");
        let refused = |source| OpenError::Connect { to: to(), source };
        let stream = TcpStream::connect((place.host.as_str(), place.port)).await.map_err(refused)?;
        stream.set_nodelay(true).map_err(refused)?;
        match &place.tls {
            None => Connection::over(stream, place).await,
            Some((connector, name)) => {
                let handshake = connector.connect(name.clone(), stream).await;
                let stream = handshake.map_err(|source| OpenError::Tls { to: to(), source })?;
                Connection::over(stream, place).await
            }
        }
    }

    async fn over<S>(stream: S, place: &Place) -> Result<Connection, OpenError>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        // Every request has a limit of its own.
        let config = AsyncConnectionConfig::new().set_response_timeout(None).set_connection_timeout(None);
        let opened = MultiplexedConnection::new_with_config(&place.login, stream, config).await;
        let (line, driver) =
            opened.map_err(|source| OpenError::Login { to: format!("{place:?}"), source })?;
        Ok(Connection { line, driver: tokio::spawn(driver).abort_handle() })
    }

    /// Sends one command and waits for its answer, however long that takes.
    pub async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, RedisError> {
        command.query_async(&mut self.line.clone()).await
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}
