//! The way to a server: the client library would look for one as long as it is allowed to, even where every host has
//! refused; here it is known when that is so.

use ::mongodb::Client;
use ::mongodb::bson::Document;
use ::mongodb::error::{Error, ErrorKind};
use ::mongodb::event::EventHandler;
use ::mongodb::event::sdam::SdamEvent;
use ::mongodb::options::{ClientOptions, ConnectionString, ReadPreference, SelectionCriteria};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::timeout;

/// How long ending what the library does beside us may take.
const GOODBYE: Duration = Duration::from_millis(50);

/// How much longer than the attempt the library has patience.
const BEYOND: Duration = Duration::from_secs(1);

/// A client, and what it met on its way.
pub(super) struct Way {
    client: Client,
    met: Arc<Met>,
    hosts: usize,
}

/// What was wrong with each host, asked for the first time.
#[derive(Default)]
struct Met {
    failures: Mutex<BTreeMap<String, Error>>,
    changed: Notify,
}

/// Why a question has no answer.
#[derive(Debug)]
pub(super) enum NoAnswer {
    /// No host can be reached: one of them, and what was wrong with it.
    NoHost(String, Error),
    /// It was asked, and this came.
    Failed(Error),
}

impl Way {
    /// Prepares to connect; nothing is sent yet.
    pub(super) async fn new(connection: &ConnectionString, limit: Duration) -> Result<Way, Error> {
        let mut options = ClientOptions::parse(connection.clone()).await?;
        let met = Arc::new(Met::default());
        let hosts = options.hosts.len();
        if hosts == 1 && options.load_balanced != Some(true) {
            options.direct_connection.get_or_insert(true);
        }
        // Which set it is, is judged by the check: the library would only say that it finds no server.
        options.repl_set_name = None;
        options.app_name.get_or_insert_with(|| "shakedown".to_owned());
        options.retry_reads = Some(false);
        // The attempt's own limit comes first.
        let late = limit + BEYOND;
        (options.connect_timeout, options.server_selection_timeout) = (Some(late), Some(late));
        let listener = Arc::clone(&met);
        options.sdam_event_handler = Some(EventHandler::callback(move |event| listener.note(event)));
        Ok(Way { client: Client::with_options(options)?, met, hosts })
    }

    /// Asks any server that answers, of the database `admin`.
    pub(super) async fn ask(&self, question: Document) -> Result<Document, NoAnswer> {
        let anyone = SelectionCriteria::ReadPreference(ReadPreference::Nearest { options: None });
        let admin = self.client.database("admin");
        let asked = async { admin.run_command(question).selection_criteria(anyone).await };
        tokio::select! {
            answered = asked => answered.map_err(NoAnswer::Failed),
            (host, error) = self.met.all(self.hosts) => Err(NoAnswer::NoHost(host, error)),
        }
    }

    /// Ends it, with what goes on beside it.
    pub(super) async fn end(self) {
        // Where it takes longer it ends by itself.
        let _ = timeout(GOODBYE, self.client.shutdown().immediate(true)).await;
    }
}

impl Met {
    fn note(&self, event: SdamEvent) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            SdamEvent::ServerHeartbeatFailed(event) => {
                failures.entry(event.server_address.to_string()).or_insert(event.failure);
            }
            SdamEvent::ServerHeartbeatSucceeded(event) => {
                failures.remove(&event.server_address.to_string());
            }
            _ => return,
        }
        self.changed.notify_one();
    }

    /// Waits until so many hosts have failed; gives one of them.
    async fn all(&self, hosts: usize) -> (String, Error) {
        loop {
            let changed = self.changed.notified();
            {
                let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some((host, error)) = failures.iter().next().filter(|_| failures.len() >= hosts) {
                    return (host.clone(), error.clone());
                }
            }
            changed.await;
        }
    }
}

/// What an error says, without what the library knows of its own state.
pub(super) fn said(error: &Error) -> String {
    match error.kind.as_ref() {
        ErrorKind::Io(error) => error.to_string(),
        ErrorKind::Command(error) => format!("{} ({} {})", error.message, error.code, error.code_name),
        ErrorKind::InvalidArgument { message, .. } => message.clone(),
        kind => kind.to_string().trim_end_matches('.').to_owned(),
    }
}
