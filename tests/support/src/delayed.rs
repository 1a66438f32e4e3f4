//! A server whose answers take an exact time.

use crate::answer::Answer;
use crate::http::{response, seen};
use crate::loopback::Loopback;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

/// Answers 200 `ok` a fixed time after the whole request has arrived.
///
/// The time is slept by a thread and not by the runtime's timer, which knows only whole milliseconds; what the scheduler
/// adds is a fraction of one.
#[derive(Debug)]
pub struct Delayed {
    loopback: Loopback,
    requests: Arc<AtomicU64>,
}

impl Delayed {
    /// Starts one.
    pub fn start(delay: Duration) -> Delayed {
        let requests = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&requests);
        let loopback = Loopback::start(move |stream| {
            let counter = Arc::clone(&counter);
            async move {
                let service = service_fn(move |request| {
                    let counter = Arc::clone(&counter);
                    async move {
                        seen(request).await?;
                        counter.fetch_add(1, SeqCst);
                        sleep_until(Instant::now() + delay).await;
                        Ok::<_, hyper::Error>(response(Answer::ok("ok")))
                    }
                });
                // However the client leaves is the test's business.
                let _ =
                    Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
            }
        });
        Delayed { loopback, requests }
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.loopback.addr()
    }

    /// How many whole requests came so far.
    pub fn requests(&self) -> u64 {
        self.requests.load(SeqCst)
    }

    /// `http://` and the address, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr())
    }
}

async fn sleep_until(end: Instant) {
    let sleep = move || thread::sleep(end.saturating_duration_since(Instant::now()));
    tokio::task::spawn_blocking(sleep).await.expect("a sleep does not panic");
}
