//! One connection to the server, with the task that drives it.

use super::url::Place;
use redis::AsyncConnectionConfig;
use redis::aio::MultiplexedConnection;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::AbortHandle;

/// An open connection; dropping it closes it.
pub(super) struct Connection {
    pub(super) line: MultiplexedConnection,
    driver: AbortHandle,
}

impl Connection {
    /// Connects and logs in, the name resolved anew.
    ///
    /// # Errors
    /// Why it could not, in words.
    pub(super) async fn open(place: &Place) -> Result<Connection, String> {
        let to = (place.host.as_str(), place.port);
        let stream =
            TcpStream::connect(to).await.map_err(|error| format!("connecting to {place:?}: {error}"))?;
        stream.set_nodelay(true).map_err(|error| format!("connecting to {place:?}: {error}"))?;
        match &place.tls {
            None => Connection::over(stream, place).await,
            Some((connector, name)) => {
                let handshake = connector.connect(name.clone(), stream).await;
                let stream = handshake.map_err(|error| format!("TLS with {place:?}: {error}"))?;
                Connection::over(stream, place).await
            }
        }
    }

    async fn over<S>(stream: S, place: &Place) -> Result<Connection, String>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        // Every request has a limit of its own.
        let config = AsyncConnectionConfig::new().set_response_timeout(None).set_connection_timeout(None);
        let opened = MultiplexedConnection::new_with_config(&place.login, stream, config).await;
        let (line, driver) = opened.map_err(|error| format!("logging in at {place:?}: {error}"))?;
        Ok(Connection { line, driver: tokio::spawn(driver).abort_handle() })
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}
