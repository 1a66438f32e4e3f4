//! A server that looks at the clock when a request comes, and tells how evenly the requests came.
//!
//! `evenness_server RATE` listens on a free port of the loopback, says its address on the first line, answers every
//! request with 34 bytes, and when its standard input ends says in one line of JSON how far the arrivals lay from an
//! even schedule of RATE a second. The first second is left out: connections are made in it.
//!
//! The schedule is `t0 + n / RATE` for the n-th arrival in order of time, with the `t0` that puts the median distance
//! at zero: nobody but the generator knows when it meant to start.

use std::cell::RefCell;
use std::io::Read;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

const ANSWER: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 34\r\n\r\nThe quick brown fox jumps the dog\n";
const WARM_UP: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let Some(rate) =
        std::env::args().nth(1).and_then(|rate| rate.parse::<i64>().ok()).filter(|rate| *rate > 0)
    else {
        eprintln!("usage: evenness_server RATE (requests a second)");
        return ExitCode::from(2);
    };
    match serve() {
        Ok(arrivals) => {
            println!("{}", report(&arrivals, rate));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("evenness_server: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Serves until standard input ends; the instants of all requests.
fn serve() -> std::io::Result<Vec<Instant>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let arrivals = Rc::new(RefCell::new(Vec::with_capacity(1 << 20)));
    let (over, ended) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let mut nothing = Vec::new();
        let _ = std::io::stdin().read_to_end(&mut nothing);
        let _ = over.send(());
    });
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime, async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?);
        let accept = async {
            loop {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                tokio::task::spawn_local(answer(stream, arrivals.clone()));
            }
        };
        tokio::select! {
            result = accept => result,
            _ = ended => Ok::<(), std::io::Error>(()),
        }
    })?;
    Ok(arrivals.take())
}

/// Answers the requests of one connection; they have no body.
async fn answer(mut stream: TcpStream, arrivals: Rc<RefCell<Vec<Instant>>>) {
    let mut buffer = [0_u8; 4096];
    let mut held = 0;
    loop {
        if stream.readable().await.is_err() {
            return;
        }
        let came = Instant::now();
        match stream.try_read(&mut buffer[held..]) {
            Ok(0) => return,
            Ok(n) => held += n,
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => continue,
            Err(_) => return,
        }
        while let Some(end) = buffer[..held].windows(4).position(|four| four == b"\r\n\r\n") {
            buffer.copy_within(end + 4..held, 0);
            held -= end + 4;
            arrivals.borrow_mut().push(came);
            if stream.write_all(ANSWER).await.is_err() {
                return;
            }
        }
        if held == buffer.len() {
            return;
        }
    }
}

/// The distances in one line of JSON.
fn report(arrivals: &[Instant], rate: i64) -> String {
    let Some(first) = arrivals.iter().min() else { return r#"{"requests":0}"#.to_owned() };
    let since = arrivals.iter().map(|at| at.duration_since(*first)).filter(|since| *since >= WARM_UP);
    let distances = distances(since.map(nanos).collect(), rate);
    // The distance that so many of a thousand arrivals stay within, in microseconds.
    let within = |share: usize| {
        let place = (distances.len() * share).div_ceil(1_000);
        distances.get(place.saturating_sub(1)).copied().unwrap_or(0) / 1_000
    };
    let (p50, p99, max) = (within(500), within(990), within(1_000));
    format!(r#"{{"requests":{},"p50_us":{p50},"p99_us":{p99},"max_us":{max}}}"#, distances.len())
}

fn nanos(time: Duration) -> i64 {
    i64::try_from(time.as_nanos()).unwrap_or(i64::MAX)
}

/// How far each arrival lies from an even schedule of `rate` a second, in nanoseconds, sorted.
fn distances(mut times: Vec<i64>, rate: i64) -> Vec<i64> {
    times.sort_unstable();
    let planned = (0_i64..).map(|n| n * 1_000_000_000 / rate);
    let mut off: Vec<i64> = times.iter().zip(planned).map(|(at, planned)| at - planned).collect();
    off.sort_unstable();
    let start = off.get(off.len() / 2).copied().unwrap_or(0);
    let mut distances: Vec<i64> = off.iter().map(|off| (off - start).abs()).collect();
    distances.sort_unstable();
    distances
}

#[cfg(test)]
mod tests {
    use super::distances;

    fn even() -> Vec<i64> {
        (0..1_000).map(|n| 1_234_567 + n * 2_000_000).collect()
    }

    #[test]
    fn an_even_schedule_has_no_distance_wherever_it_starts() {
        assert_eq!(distances(even(), 500), vec![0; 1_000]);
    }

    #[test]
    fn one_late_arrival_is_as_far_off_as_it_was_late() {
        let mut times = even();
        times[500] += 1_000_000;
        assert_eq!(distances(times, 500)[998..], [0, 1_000_000]);
    }
}
