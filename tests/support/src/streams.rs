//! An HTTP/2 server that counts how many requests each connection carries at once.

use crate::answer::Answer;
use crate::http::{response, seen};
use crate::loopback::Loopback;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::timeout;

/// After that long a request is answered although not as many are there as there should be.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the server does.
#[derive(Debug, Clone, Copy)]
pub struct StreamsSetup {
    /// How many requests it lets a connection carry at once.
    pub most: u32,
    /// Nobody is answered before so many requests were under way at once, over all connections.
    pub together: usize,
    /// The connection that brings this request, counted from 1, is cut instead of answered.
    pub cut_at: Option<usize>,
}

/// HTTP/2 by prior knowledge; answers `ok`.
#[derive(Debug)]
pub struct Streams {
    loopback: Loopback,
    counted: Arc<Mutex<Counted>>,
}

#[derive(Debug, Default)]
struct Counted {
    requests: usize,
    under_way: usize,
    /// Whether there were once as many together as there should be.
    gathered: bool,
    /// Of each connection with a request: now and at its most.
    connections: Vec<(usize, usize)>,
}

impl Streams {
    /// Starts one.
    pub fn start(setup: StreamsSetup) -> Streams {
        let (counted, gathered) = (Arc::new(Mutex::new(Counted::default())), Arc::new(Notify::new()));
        let shared = Arc::clone(&counted);
        let loopback = Loopback::start(move |stream| {
            let (counted, gathered) = (Arc::clone(&shared), Arc::clone(&gathered));
            async move {
                let cut = Arc::new(Notify::new());
                let connection = Connection {
                    setup,
                    counted,
                    gathered,
                    cut: Arc::clone(&cut),
                    is_cut: AtomicBool::new(false),
                    place: Mutex::default(),
                };
                let connection = Arc::new(connection);
                let service = service_fn(move |request| {
                    let connection = Arc::clone(&connection);
                    async move {
                        seen(request).await?;
                        connection.hold().await;
                        Ok::<_, hyper::Error>(response(Answer::ok("ok")))
                    }
                });
                let mut builder = Builder::new(TokioExecutor::new());
                builder.http2().max_concurrent_streams(setup.most);
                tokio::select! {
                    // However the client leaves is the test's business.
                    _ = builder.serve_connection(TokioIo::new(stream), service) => {}
                    () = cut.notified() => {}
                }
            }
        });
        Streams { loopback, counted }
    }

    /// `http://` and the address, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.loopback.addr())
    }

    /// How many requests each connection carried at its most, in the order of their first requests. Connections
    /// without any are not among them.
    pub fn at_once(&self) -> Vec<usize> {
        let counted = self.counted.lock().expect("no server thread panics");
        counted.connections.iter().map(|(_, most)| *most).collect()
    }

    /// How many requests came.
    pub fn requests(&self) -> usize {
        self.counted.lock().expect("no server thread panics").requests
    }
}

struct Connection {
    setup: StreamsSetup,
    counted: Arc<Mutex<Counted>>,
    gathered: Arc<Notify>,
    cut: Arc<Notify>,
    is_cut: AtomicBool,
    /// Its place among the connections, from its first request on.
    place: Mutex<Option<usize>>,
}

impl Connection {
    /// Counts a request and holds it until enough others are there.
    async fn hold(&self) {
        let gathering = self.gathered.notified();
        let (place, wait) = self.begin();
        if wait {
            let _ = timeout(PATIENCE, gathering).await;
        }
        if self.is_cut.load(SeqCst) {
            std::future::pending::<()>().await;
        }
        let mut counted = self.counted.lock().expect("no server thread panics");
        counted.under_way -= 1;
        counted.connections[place].0 -= 1;
    }

    fn begin(&self) -> (usize, bool) {
        let mut counted = self.counted.lock().expect("no server thread panics");
        let mut place = self.place.lock().expect("no server thread panics");
        let place = *place.get_or_insert_with(|| {
            counted.connections.push((0, 0));
            counted.connections.len() - 1
        });
        counted.requests += 1;
        counted.under_way += 1;
        let (now, most) = &mut counted.connections[place];
        *now += 1;
        *most = (*most).max(*now);
        if self.setup.cut_at == Some(counted.requests) {
            self.is_cut.store(true, SeqCst);
            self.cut.notify_one();
        }
        if counted.under_way >= self.setup.together {
            counted.gathered = true;
            self.gathered.notify_waiters();
        }
        (place, !counted.gathered)
    }
}
