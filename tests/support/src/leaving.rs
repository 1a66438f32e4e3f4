//! A server that leaves as soon as somebody has found it.

use std::net::{SocketAddr, TcpListener};
use std::thread::{self, JoinHandle};

/// Takes one connection and closes its port: whoever comes later is refused.
///
/// It listens on an address that no connection starts from, so that a client which takes the port's number for its own
/// end cannot meet itself.
#[derive(Debug)]
pub struct Leaving {
    addr: SocketAddr,
    thread: JoinHandle<()>,
}

impl Leaving {
    /// Starts one.
    pub fn start() -> Leaving {
        let listener = TcpListener::bind("127.0.66.1:0").expect("a free port on loopback");
        let addr = listener.local_addr().expect("a listener has an address");
        // The port is closed before the connection, so that its client finds nobody any more.
        let thread = thread::spawn(move || {
            let first = listener.accept();
            drop(listener);
            drop(first);
        });
        Leaving { addr, thread }
    }

    /// Whether its port is closed.
    pub fn has_left(&self) -> bool {
        self.thread.is_finished()
    }

    /// `http://` and the address, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }
}
