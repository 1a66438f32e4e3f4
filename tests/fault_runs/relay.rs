//! A way to the API server that can be cut.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread;

/// A relay of TCP connections. It lives as long as the test.
pub struct Relay {
    pub address: SocketAddr,
    way: Arc<Way>,
}

struct Way {
    to: SocketAddr,
    is_cut: AtomicBool,
    ends: Mutex<Vec<TcpStream>>,
}

impl Relay {
    pub fn new(to: SocketAddr) -> Relay {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let way = Arc::new(Way { to, is_cut: AtomicBool::new(false), ends: Mutex::default() });
        let on = way.clone();
        thread::spawn(move || listener.incoming().flatten().for_each(|client| on.take(client)));
        Relay { address, way }
    }

    /// Every connection ends; new ones are made and nothing ever comes of them.
    pub fn cut(&self) {
        self.way.is_cut.store(true, SeqCst);
        self.way.end_all();
    }

    /// New connections pass again.
    pub fn mend(&self) {
        self.way.is_cut.store(false, SeqCst);
        self.way.end_all();
    }
}

impl Way {
    fn end_all(&self) {
        for end in self.ends.lock().unwrap().drain(..) {
            let _ = end.shutdown(Shutdown::Both);
        }
    }

    fn take(&self, client: TcpStream) {
        let mut ends = self.ends.lock().unwrap();
        if !self.is_cut.load(SeqCst)
            && let Ok(server) = TcpStream::connect(self.to)
        {
            pass(&client, &server);
            pass(&server, &client);
            ends.push(server);
        }
        ends.push(client);
    }
}

fn pass(from: &TcpStream, to: &TcpStream) {
    let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
    thread::spawn(move || {
        let _ = io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Both);
    });
}
