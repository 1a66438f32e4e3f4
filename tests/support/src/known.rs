//! A server that knows how long each of its answers took.

use crate::child::Served;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
/// A sleeping thread may wake up so much late; the rest is spent looking at the clock.
const NAP_ENDS_BEFORE: Duration = Duration::from_micros(200);
/// How long a thread naps that does nothing else.
const NAP: Duration = Duration::from_millis(1);

/// Answers after one time or after ten times as long, and notes for each answer how long it took from the instant at
/// which the request was read to the instant at which the answer was written. Beside it a thread naps again and again
/// and notes how late it wakes up: what the machine does to anybody who waits.
#[derive(Debug)]
pub struct Known {
    addr: SocketAddr,
    books: Arc<Books>,
}

#[derive(Debug, Default)]
struct Books {
    requests: AtomicU64,
    /// How long each answer took, in microseconds.
    served: Mutex<Vec<u64>>,
    /// How late each nap ended, in microseconds.
    late: Mutex<Vec<u64>>,
}

/// What a [`Known`] server tells at its end.
#[derive(Debug)]
pub struct Account {
    served: Vec<u64>,
    late: Vec<u64>,
}

impl Known {
    /// Starts one that answers after `delay`, and in `slow` of a thousand cases after ten times as long.
    pub fn start(delay: Duration, slow: u64) -> Known {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port on loopback");
        let addr = listener.local_addr().expect("a listener has an address");
        let books = Arc::new(Books::default());
        let (napping, keeping) = (Arc::clone(&books), Arc::clone(&books));
        thread::spawn(move || nap(&napping));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let books = Arc::clone(&keeping);
                thread::spawn(move || serve(stream, delay, slow, &books));
            }
        });
        Known { addr, books }
    }

    /// Starts one as `given` in the words of [`given`](Known::given).
    pub fn of(given: &str) -> Known {
        let (delay, slow) = given.split_once(' ').expect("two numbers");
        let delay = Duration::from_micros(delay.parse().expect("microseconds"));
        Known::start(delay, slow.parse().expect("a number of a thousand"))
    }

    /// What a child is given to start such a server.
    pub fn given(delay: Duration, slow: u64) -> String {
        format!("{} {slow}", delay.as_micros())
    }
}

impl Served for Known {
    fn addr(&self) -> SocketAddr {
        self.addr
    }

    fn account(&self) -> String {
        let of = |list: &Mutex<Vec<u64>>| list.lock().expect("no server thread panics").clone();
        json!({ "served": of(&self.books.served), "late": of(&self.books.late) }).to_string()
    }
}

impl Account {
    /// Reads the line that a [`Known`] server tells.
    pub fn read(line: &str) -> Account {
        let told: Value = serde_json::from_str(line).expect("an account in JSON");
        let of = |name: &str| -> Vec<u64> {
            let list = told[name].as_array().expect("a list");
            let mut list: Vec<u64> = list.iter().map(|one| one.as_u64().expect("microseconds")).collect();
            list.sort_unstable();
            list
        };
        Account { served: of("served"), late: of("late") }
    }

    /// How many requests it answered.
    pub fn requests(&self) -> usize {
        self.served.len()
    }

    /// The time that this share of all answers did not exceed, in microseconds.
    pub fn quantile_us(&self, share: f64) -> u64 {
        quantile(&self.served, share)
    }

    /// The same of the naps: how late they ended.
    pub fn late_us(&self, share: f64) -> u64 {
        quantile(&self.late, share)
    }
}

#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn quantile(sorted: &[u64], share: f64) -> u64 {
    let rank = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(rank.max(1) - 1).copied().unwrap_or(0)
}

fn nap(books: &Books) {
    loop {
        let due = Instant::now() + NAP;
        thread::sleep(NAP);
        books.late.lock().expect("no server thread panics").push(micros(due.elapsed()));
    }
}

/// Answers the requests of one connection; they have no body.
fn serve(mut stream: TcpStream, delay: Duration, slow: u64, books: &Books) {
    stream.set_nodelay(true).expect("loopback takes TCP_NODELAY");
    let (mut buffer, mut held) = ([0_u8; 4096], 0);
    while let Ok(read @ 1..) = stream.read(&mut buffer[held..]) {
        let came = Instant::now();
        held += read;
        if !buffer[..held].ends_with(b"\r\n\r\n") {
            continue;
        }
        held = 0;
        // Spread over all requests like chance, and the same in every run.
        let mixed = books.requests.fetch_add(1, SeqCst).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        sleep_until(came + if mixed % 1_000 < slow { delay * 10 } else { delay });
        if stream.write_all(ANSWER).is_err() {
            return;
        }
        books.served.lock().expect("no server thread panics").push(micros(came.elapsed()));
    }
}

fn sleep_until(due: Instant) {
    thread::sleep(due.saturating_duration_since(Instant::now()).saturating_sub(NAP_ENDS_BEFORE));
    while Instant::now() < due {
        std::hint::spin_loop();
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_of_ranks() {
        let account = Account::read(r#"{"served":[30,10,20],"late":[]}"#);
        let of = |share| account.quantile_us(share);
        assert_eq!((of(0.0), of(0.33), of(0.5), of(1.0)), (10, 10, 20, 30));
        assert_eq!((account.requests(), account.late_us(0.5)), (3, 0));
    }
}
