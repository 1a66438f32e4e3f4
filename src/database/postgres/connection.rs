//! One connection to the database, with the task that drives it.

use super::dsn::Dsn;
use tokio::task::AbortHandle;
use tokio_postgres::{Client, Error};

/// An open connection; dropping it closes it.
#[derive(Debug)]
pub struct Connection {
    /// What queries go through.
    pub client: Client,
    driver: AbortHandle,
}

impl Connection {
    /// Connects as the connection string says, names resolved anew; several hosts are tried in their order.
    ///
    /// # Errors
    /// What the last host, or the library, had against it.
    pub async fn open(dsn: &Dsn) -> Result<Connection, Error> {
        let (client, connection) = dsn.config.connect(dsn.tls.clone()).await?;
        // What goes wrong on the connection is what its requests end with.
        let driver = tokio::spawn(async move { drop(connection.await) }).abort_handle();
        Ok(Connection { client, driver })
    }

    /// Asks the server to end the statement under way: without that it would go on although nobody listens any more.
    pub async fn cancel(&self, dsn: &Dsn) {
        // Where that fails too there is nothing left to do.
        let _ = self.client.cancel_token().cancel_query(dsn.tls.clone()).await;
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}
