//! A listening port with a thread and a runtime of its own, so that no test can slow its server down by being busy.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread::{self, JoinHandle};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

/// Sleeping threads for [`crate::Delayed`]: at most so many requests can be held at once.
const SLEEPERS: usize = 2_048;

/// The port; dropping it cuts every connection and frees it.
#[derive(Debug)]
pub(crate) struct Loopback {
    addr: SocketAddr,
    accepted: Arc<AtomicUsize>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Loopback {
    /// Listens on a free port of 127.0.0.1 and gives each connection to `serve`.
    pub(crate) fn start<S, F>(serve: S) -> Loopback
    where
        S: Fn(TcpStream) -> F + Send + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port on loopback");
        listener.set_nonblocking(true).expect("a listener can be made non-blocking");
        let addr = listener.local_addr().expect("a listener has an address");
        let accepted = Arc::new(AtomicUsize::new(0));
        let (stop, stopped) = oneshot::channel();
        let counter = Arc::clone(&accepted);
        let thread = thread::spawn(move || {
            let runtime = runtime();
            runtime.block_on(accept(listener, serve, &counter, stopped));
            // Sleepers end by themselves; nobody waits for them.
            runtime.shutdown_background();
        });
        Loopback { addr, accepted, stop: Some(stop), thread: Some(thread) }
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// How many connections were accepted so far.
    pub(crate) fn accepted(&self) -> usize {
        self.accepted.load(SeqCst)
    }
}

impl Drop for Loopback {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the server has been printed by its thread.
            let _ = thread.join();
        }
    }
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().max_blocking_threads(SLEEPERS).build().expect("a runtime")
}

async fn accept<S, F>(listener: TcpListener, serve: S, accepted: &AtomicUsize, stopped: oneshot::Receiver<()>)
where
    S: Fn(TcpStream) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let listener = tokio::net::TcpListener::from_std(listener).expect("a listener joins the runtime");
    let mut connections = JoinSet::new();
    let mut stopped = stopped;
    loop {
        tokio::select! {
            _ = &mut stopped => return,
            connection = listener.accept() => {
                let Ok((stream, _)) = connection else { continue };
                stream.set_nodelay(true).expect("loopback takes TCP_NODELAY");
                accepted.fetch_add(1, SeqCst);
                connections.spawn(serve(stream));
            }
            Some(_) = connections.join_next() => {}
        }
    }
}
