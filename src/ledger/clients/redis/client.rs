//! Writes strings or entries of a stream and reads them back.

use crate::database::redis::{Connection, Place, UrlError};
use crate::ledger::clients::kept::Kept;
use crate::ledger::clients::{Census, Written};
use crate::ledger::{Ids, RedisLedger, RedisStructure, content};
use redis::{Cmd, ErrorKind, FromRedisValue, RedisError, Value, cmd};
use std::collections::HashMap;
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};

/// How many keys or entries are asked for at once.
const PAGE: u64 = 1_000;

/// One entry of the stream.
struct Entry {
    /// The id that Redis gave it.
    place: String,
    id: String,
    payload: Vec<u8>,
}

/// Writes to Redis and reads back.
pub struct Redis {
    place: Place,
    ids: Ids,
    key: String,
    structure: RedisStructure,
    timeout: Duration,
    kept: Kept<Connection>,
}

impl std::fmt::Debug for Redis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Redis({:?}, {:?})", self.place, self.structure)
    }
}

impl Redis {
    /// A client of this server; each write takes at most `timeout`.
    pub fn new(ledger: &RedisLedger, ids: &Ids, timeout: Duration) -> Result<Redis, UrlError> {
        Ok(Redis {
            place: Place::parse(&ledger.url)?,
            ids: ids.clone(),
            key: ledger.key.clone(),
            structure: ledger.structure,
            timeout,
            kept: Kept::default(),
        })
    }

    /// Whether this URL can be used.
    pub fn check(url: &str) -> Result<(), UrlError> {
        Place::parse(url).map(drop)
    }

    /// Connects, and looks whether this server takes writes.
    pub(in crate::ledger::clients) async fn prepare(&self) -> Result<(), String> {
        self.primary().await.map(drop)
    }

    /// Writes once.
    pub(in crate::ledger::clients) async fn write(&self, seq: u64) -> Written {
        let until = Instant::now() + self.timeout;
        let connection = match timeout_at(until, self.kept.get(self.open())).await {
            Ok(Ok(connection)) => connection,
            Ok(Err(why)) => return Written::failed(why),
            Err(_) => return Written::failed(format!("no connection within {:?}", self.timeout)),
        };
        let written = match timeout_at(until, connection.ask::<Value>(&self.command(seq))).await {
            Ok(Ok(Value::Okay | Value::BulkString(_) | Value::SimpleString(_))) => {
                return Written::acknowledged();
            }
            Ok(Ok(other)) => Written::unknown(format!("an answer that nobody expects: {other:?}")),
            Ok(Err(error)) if was_refused(&error) => Written::failed(error.to_string()),
            Ok(Err(error)) => Written::unknown(error.to_string()),
            Err(_) => Written::unknown(format!("no answer within {:?}", self.timeout)),
        };
        // Also after a refusal: a master that became a replica, and its name may stand for another one now.
        self.kept.retire(&connection).await;
        written
    }

    fn command(&self, seq: u64) -> Cmd {
        let id = self.ids.id(seq);
        let content = content(&id);
        match self.structure {
            RedisStructure::Strings => cmd("SET").arg(self.key_of(&id)).arg(content).take(),
            RedisStructure::Stream => {
                cmd("XADD").arg(&self.key).arg("*").arg("id").arg(&id).arg("payload").arg(content).take()
            }
        }
    }

    /// Reads all writes of this run over a new connection.
    pub(in crate::ledger::clients) async fn read(&self, census: &mut Census) -> Result<(), String> {
        let connection = self.primary().await?;
        match self.structure {
            RedisStructure::Strings => self.read_strings(&connection, census).await,
            RedisStructure::Stream => self.read_stream(&connection, census).await,
        }
    }

    async fn read_strings(&self, connection: &Connection, census: &mut Census) -> Result<(), String> {
        for ids in self.pages(census.planned()) {
            let keys: Vec<String> = ids.iter().map(|id| self.key_of(id)).collect();
            let contents: Vec<Option<Vec<u8>>> = self.within(connection, cmd("MGET").arg(&keys)).await?;
            if contents.len() != ids.len() {
                return Err(format!("{} answers to {} keys", contents.len(), ids.len()));
            }
            for (id, content) in ids.iter().zip(contents) {
                if let Some(content) = content {
                    census.entry(id, &content);
                }
            }
        }
        Ok(())
    }

    async fn read_stream(&self, connection: &Connection, census: &mut Census) -> Result<(), String> {
        let mut from = "-".to_owned();
        while let Some(page) = self.page(connection, &mut from).await? {
            for entry in page {
                census.entry(&entry.id, &entry.payload);
            }
        }
        Ok(())
    }

    /// The next entries of this run in the stream; `None` at its end. Other runs may have left theirs.
    async fn page(&self, connection: &Connection, from: &mut String) -> Result<Option<Vec<Entry>>, String> {
        if from.is_empty() {
            return Ok(None);
        }
        let mut command = cmd("XRANGE");
        command.arg(&self.key).arg(from.as_str()).arg("+").arg("COUNT").arg(PAGE);
        let page: Vec<(String, HashMap<String, Vec<u8>>)> = self.within(connection, &command).await?;
        *from = match page.last() {
            Some((last, _)) if page.len() as u64 == PAGE => format!("({last}"),
            _ => String::new(),
        };
        let entry = |(place, mut fields): (String, HashMap<String, Vec<u8>>)| {
            let mut field = |name| fields.remove(name).unwrap_or_default();
            Entry { place, id: String::from_utf8_lossy(&field("id")).into_owned(), payload: field("payload") }
        };
        let own = format!("{}-", self.ids.prefix());
        Ok(Some(page.into_iter().map(entry).filter(|entry| entry.id.starts_with(&own)).collect()))
    }

    /// Deletes what was written. A stream stays, if only as an empty one: another run may be writing to it.
    pub(in crate::ledger::clients) async fn clean(&self, planned: u64) -> Result<(), String> {
        let connection = self.primary().await?;
        match self.structure {
            RedisStructure::Strings => {
                for ids in self.pages(planned) {
                    let keys: Vec<String> = ids.iter().map(|id| self.key_of(id)).collect();
                    let _: u64 = self.within(&connection, cmd("DEL").arg(&keys)).await?;
                }
            }
            RedisStructure::Stream => {
                let mut from = "-".to_owned();
                while let Some(page) = self.page(&connection, &mut from).await? {
                    let places: Vec<&str> = page.iter().map(|entry| entry.place.as_str()).collect();
                    if !places.is_empty() {
                        let _: u64 =
                            self.within(&connection, cmd("XDEL").arg(&self.key).arg(&places)).await?;
                    }
                }
            }
        }
        Ok(())
    }

    /// The key of a string.
    fn key_of(&self, id: &str) -> String {
        format!("{}:{id}", self.key)
    }

    /// The ids of the first `planned` writes, page by page.
    fn pages(&self, planned: u64) -> impl Iterator<Item = Vec<String>> {
        let starts = (0..planned).step_by(PAGE as usize);
        starts.map(move |start| (start..planned.min(start + PAGE)).map(|seq| self.ids.id(seq)).collect())
    }

    async fn open(&self) -> Result<Connection, String> {
        // So that those who wait for a connection that never comes about are told in time.
        match timeout(self.timeout / 2, Connection::open(&self.place)).await {
            Ok(opened) => opened.map_err(|error| error.to_string()),
            Err(_) => Err(format!("no connection within {:?}", self.timeout / 2)),
        }
    }

    /// A new connection, as a writer would get one now; a replica will not do.
    async fn primary(&self) -> Result<Connection, String> {
        let connection = self.open().await?;
        // Whoever forbids to ask for the role has to be believed.
        let role: Result<Vec<Value>, String> = self.within(&connection, &cmd("ROLE")).await;
        let replica = match role.as_deref() {
            Ok([Value::BulkString(role), ..]) => role == b"slave",
            _ => false,
        };
        if replica {
            return Err("the server is a replica, which may lag behind its master".to_owned());
        }
        Ok(connection)
    }

    /// A step of reading, which may take as long as a write.
    async fn within<T: FromRedisValue>(&self, connection: &Connection, command: &Cmd) -> Result<T, String> {
        match timeout(self.timeout, connection.ask(command)).await {
            Ok(answer) => answer.map_err(|error| error.to_string()),
            Err(_) => Err(format!("no answer within {:?}", self.timeout)),
        }
    }
}

/// The server answers with an error before it does anything.
fn was_refused(error: &RedisError) -> bool {
    matches!(error.kind(), ErrorKind::Server(_) | ErrorKind::Extension | ErrorKind::Client)
}
