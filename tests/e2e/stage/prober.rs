//! A user: one request after the other by plan, on a fresh connection each, and what became of them.

use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, MissedTickBehavior};

/// How long one answer may take.
const LIMIT: Duration = Duration::from_secs(2);

/// Asks at a fixed rate until it is told to end.
pub struct Prober {
    end: watch::Sender<bool>,
    task: JoinHandle<Answers>,
}

/// What became of the requests, in the order of their plan.
#[derive(Debug, Default)]
pub struct Answers {
    pub good: usize,
    pub bad: usize,
    /// From the first that failed to the last.
    pub trouble: Duration,
    pub last_good: usize,
}

impl Prober {
    /// Asks `GET /health/ready` there `rate` times a second.
    pub fn start(at: SocketAddr, rate: u32) -> Prober {
        let (end, ended) = watch::channel(false);
        Prober { end, task: tokio::spawn(ask(at, Duration::from_secs(1) / rate, ended)) }
    }

    pub async fn end(self) -> Answers {
        self.end.send_replace(true);
        self.task.await.unwrap()
    }
}

async fn ask(at: SocketAddr, every: Duration, mut ended: watch::Receiver<bool>) -> Answers {
    let mut ticks = tokio::time::interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut requests = JoinSet::new();
    let mut outcomes = Vec::new();
    loop {
        tokio::select! {
            planned = ticks.tick() => drop(requests.spawn(async move { (planned, good(at).await) })),
            Some(outcome) = requests.join_next() => outcomes.push(outcome.unwrap()),
            _ = ended.wait_for(|ended| *ended) => break,
        }
    }
    while let Some(outcome) = requests.join_next().await {
        outcomes.push(outcome.unwrap());
    }
    outcomes.sort_by_key(|(planned, _)| *planned);
    summary(&outcomes)
}

fn summary(outcomes: &[(Instant, bool)]) -> Answers {
    let bad: Vec<Instant> = outcomes.iter().filter(|(_, good)| !good).map(|(planned, _)| *planned).collect();
    let trouble = bad.last().zip(bad.first()).map_or(Duration::ZERO, |(last, first)| *last - *first);
    let last_good = outcomes.iter().rev().take_while(|(_, good)| *good).count();
    Answers { good: outcomes.len() - bad.len(), bad: bad.len(), trouble, last_good }
}

async fn good(at: SocketAddr) -> bool {
    let answer = async {
        let mut stream = TcpStream::connect(at).await?;
        request(&mut stream).await
    };
    matches!(tokio::time::timeout(LIMIT, answer).await, Ok(Ok(200)))
}

/// One request on an open connection, and the code of its answer.
pub async fn request(stream: &mut TcpStream) -> std::io::Result<u16> {
    stream.write_all(b"GET /health/ready HTTP/1.1\r\nHost: shop\r\n\r\n").await?;
    let mut text = Vec::new();
    loop {
        if stream.read_buf(&mut text).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let now = String::from_utf8_lossy(&text).to_lowercase();
        let Some((head, body)) = now.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        if body.len() >= length.unwrap_or(0) {
            return head[9..12].parse().map_err(std::io::Error::other);
        }
    }
}
