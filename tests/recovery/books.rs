//! A server that knows itself when it answered nobody: a machine that is short of processors lets it run later than
//! the signal that lets it go on, and then it was truly out for longer.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use support::{Answer, Scripted, Served};

/// From how long on nothing answered is a silence, under a load of hundreds a second: a machine that is busy makes none.
const SILENCE: Duration = Duration::from_secs(2);

/// When it answered last, and its silences so far.
#[derive(Default)]
struct Page {
    last: Option<Instant>,
    silences: Vec<Duration>,
}

/// A server that answers `ok` and keeps books of its silences.
pub struct Books {
    server: Scripted,
    page: Arc<Mutex<Page>>,
}

impl Books {
    pub fn open() -> Books {
        let page = Arc::new(Mutex::new(Page::default()));
        let written = Arc::clone(&page);
        let server = Scripted::answering(move |_| {
            let mut page = written.lock().unwrap();
            let now = Instant::now();
            if let Some(silence) = page.last.replace(now).map(|last| now - last).filter(|one| *one >= SILENCE)
            {
                page.silences.push(silence);
            }
            Answer::ok("ok")
        });
        Books { server, page }
    }

    /// The silences of such a server's account, in the order in which they were.
    pub fn silences(account: &str) -> Vec<Duration> {
        account.split_whitespace().map(|micros| Duration::from_micros(micros.parse().unwrap())).collect()
    }
}

impl Served for Books {
    fn addr(&self) -> SocketAddr {
        self.server.addr()
    }

    /// Its silences, in whole microseconds.
    fn account(&self) -> String {
        let page = self.page.lock().unwrap();
        let micros: Vec<String> = page.silences.iter().map(|one| one.as_micros().to_string()).collect();
        micros.join(" ")
    }
}
