//! A server that says what the test says.

use crate::answer::{Answer, Seen};
use crate::http::{Respond, serve};
use crate::loopback::Loopback;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

/// Answers from a list or a function, over HTTP/1.1 or HTTP/2 by prior knowledge, and remembers every request.
#[derive(Debug)]
pub struct Scripted {
    loopback: Loopback,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Scripted {
    /// Gives these answers one after the other, whatever is asked; the last one again and again.
    pub fn start(answers: impl IntoIterator<Item = Answer>) -> Scripted {
        let answers = Mutex::new(answers.into_iter().collect::<VecDeque<_>>());
        Scripted::answering(move |_| {
            let mut left = answers.lock().expect("no server thread panics");
            if left.len() > 1 { left.pop_front() } else { left.front().cloned() }
                .expect("at least one answer")
        })
    }

    /// Answers each request with what `respond` makes of it.
    pub fn answering(respond: impl Fn(&Seen) -> Answer + Send + Sync + 'static) -> Scripted {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let memory = Arc::clone(&seen);
        let respond: Respond = Arc::new(move |request| {
            let answer = respond(&request);
            memory.lock().expect("no server thread panics").push(request);
            answer
        });
        let loopback = Loopback::start(move |stream| serve(stream, Arc::clone(&respond)));
        Scripted { loopback, seen }
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.loopback.addr()
    }

    /// `http://` and the address, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr())
    }

    /// Every request so far, in the order of arrival.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("no server thread panics").clone()
    }

    /// How many connections were made so far.
    pub fn connections(&self) -> usize {
        self.loopback.accepted()
    }
}
