//! One connection to the database, with the task that drives it.

use super::dsn::Dsn;
use super::words::words;
use tokio::task::AbortHandle;
use tokio_postgres::Client;

/// An open connection; dropping it closes it.
pub(super) struct Connection {
    pub(super) client: Client,
    driver: AbortHandle,
}

impl Connection {
    /// Connects as the connection string says, names resolved anew; several hosts are tried in their order.
    ///
    /// # Errors
    /// Why it could not, in words.
    pub(super) async fn open(dsn: &Dsn) -> Result<Connection, String> {
        let connected = dsn.config.connect(dsn.tls.clone()).await;
        let (client, connection) = connected.map_err(|error| words(&error))?;
        // What goes wrong on the connection is what its requests end with.
        let driver = tokio::spawn(async move { drop(connection.await) }).abort_handle();
        Ok(Connection { client, driver })
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}
