//! Connections that are kept, and made again when they are broken or old.

use super::trouble::Trouble;
use std::ops::Deref;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, Semaphore, SemaphorePermit};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};
use tokio_postgres::{Client, Config, NoTls};

/// How many connections there are at most.
const SIZE: usize = 16;
/// How many are made at a time. A login costs the processor more than a statement: a crowd of them, all too late, would
/// keep itself alive.
const LOGINS: usize = 2;
/// How long a connection may take with its login.
const CONNECT: Duration = Duration::from_secs(1);

/// Kept connections to a database.
#[derive(Debug)]
pub(super) struct Pool {
    config: Config,
    /// How old a connection may get. Behind a Service it stays with one server, whatever the Service says meanwhile; so
    /// it has to be made anew now and then.
    max_age: Duration,
    idle: Mutex<Vec<Session>>,
    returned: Notify,
    slots: Semaphore,
    logins: Semaphore,
}

/// One connection.
#[derive(Debug)]
struct Session {
    client: Client,
    driver: JoinHandle<()>,
    born: Instant,
}

/// A connection in use. Dropped, it is closed: only whoever knows that it is sound gives it back.
#[derive(Debug)]
pub(super) struct Taken<'a> {
    session: Session,
    pool: &'a Pool,
    _slot: SemaphorePermit<'a>,
}

impl Drop for Session {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Deref for Taken<'_> {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.session.client
    }
}

impl Taken<'_> {
    /// Gives it back for the next one.
    pub(super) fn keep(self) {
        let Taken { session, pool, _slot } = self;
        pool.idle().push(session);
        pool.returned.notify_one();
    }
}

impl Pool {
    /// A pool that connects when it is needed.
    pub(super) fn new(config: Config, max_age: Duration) -> Pool {
        Pool {
            config,
            max_age,
            idle: Mutex::default(),
            returned: Notify::new(),
            slots: Semaphore::new(SIZE),
            logins: Semaphore::new(LOGINS),
        }
    }

    /// A connection: the one that was used last, else whichever comes first of one that is given back and a new one.
    pub(super) async fn take(&self) -> Result<Taken<'_>, Trouble> {
        let closed = |_| Trouble::Unconnected("the pool is closed".to_owned());
        let slot = self.slots.acquire().await.map_err(closed)?;
        let session = loop {
            if let Some(kept) = self.kept() {
                break kept;
            }
            tokio::select! {
                login = self.logins.acquire() => {
                    let _login = login.map_err(closed)?;
                    break match self.kept() {
                        Some(kept) => kept,
                        None => self.connect().await?,
                    };
                }
                () = self.returned.notified() => {}
            }
        };
        Ok(Taken { session, pool: self, _slot: slot })
    }

    fn kept(&self) -> Option<Session> {
        let mut idle = self.idle();
        idle.retain(|one| !one.client.is_closed() && one.born.elapsed() < self.max_age);
        idle.pop()
    }

    /// Closes what nobody uses: after a silence the others lead to the same nowhere.
    pub(super) fn distrust(&self) {
        self.idle().clear();
    }

    async fn connect(&self) -> Result<Session, Trouble> {
        let late = |_| Trouble::Unconnected(format!("no connection within {} s", CONNECT.as_secs()));
        let connected = timeout(CONNECT, self.config.connect(NoTls)).await.map_err(late)?;
        let (client, connection) = connected.map_err(|error| Trouble::of_connect(&error))?;
        // How it ends is said to whoever uses the client.
        let driver = tokio::spawn(async move { drop(connection.await) });
        Ok(Session { client, driver, born: Instant::now() })
    }

    /// Nothing between lock and unlock can panic half-way.
    fn idle(&self) -> MutexGuard<'_, Vec<Session>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
