//! One way of a connection: reads, lets wait, writes.

use super::bucket::Bucket;
use super::chance::Chance;
use super::counts::Tally;
use super::faults::{Direction, Faults, Latency, Outage};
use super::line::{End, Head, Line};
use super::schedule::Switch;
use crate::timer::Timer;
use bytes::Bytes;
use std::cell::RefCell;
use std::io::ErrorKind::WouldBlock;
use std::rc::Rc;
use std::time::Instant;
use tokio::io::AsyncWriteExt;
use tokio::net::tcp::{ReadHalf, WriteHalf};

/// Read into by all pumps of the thread, none of which holds it while it waits: idle connections need no memory.
pub(super) type Scratch = Rc<RefCell<Box<[u8]>>>;

/// One way, and what is done to it.
pub(super) struct Pump {
    way: Direction,
    line: Line,
    switch: Switch,
    chance: Chance,
    latency: Option<Latency>,
    bucket: Option<Bucket>,
    /// Bytes that may pass before the reset.
    allowance: Option<u64>,
    stalls: bool,
    timer: Option<Timer>,
    scratch: Scratch,
    tally: Rc<Tally>,
}

/// What a pump waits for when it has written all that it can.
enum Next {
    /// Bytes to come in, or the switch to turn.
    News,
    /// An instant.
    At(Instant),
    /// The other side to take more.
    Writable,
    /// Nothing: this way is at its end.
    Over(End),
}

/// Whether more will come in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    Open,
    Ended,
}

impl Pump {
    /// The pump of one way, `Up` or `Down`; `line` may hold something already.
    pub(super) fn new(
        (way, faults): (Direction, &Faults),
        (line, switch, chance): (Line, Switch, Chance),
        (scratch, tally): (Scratch, Rc<Tally>),
    ) -> Pump {
        let bucket = faults.bandwidth_of(way).map(|rate| Bucket::new(rate, Instant::now()));
        Pump {
            way,
            line,
            switch,
            chance,
            latency: faults.latency_of(way),
            bucket,
            allowance: faults.allowance_of(way),
            stalls: faults.outage == Some(Outage::Blackhole),
            timer: None,
            scratch,
            tally,
        }
    }

    /// Pumps until one side has nothing more to say, and says so to the other, or until something breaks.
    pub(super) async fn run(mut self, from: ReadHalf<'_>, mut to: WriteHalf<'_>) -> End {
        let mut source = Source::Open;
        loop {
            let next = self.write(&to);
            let (at, blocked) = match next {
                Next::Over(End::Broken) => return End::Broken,
                // It fails only when the other side has left altogether, which the other way learns of.
                Next::Over(End::Closed) => {
                    let _ = to.shutdown().await;
                    return End::Closed;
                }
                Next::At(at) => (Some(at), false),
                Next::Writable => (None, true),
                Next::News => (None, false),
            };
            tokio::select! {
                biased;
                () = self.switch.turned() => {}
                _ = to.writable(), if blocked => {}
                () = until(&mut self.timer, at), if at.is_some() => {}
                _ = from.readable(), if source == Source::Open && self.line.has_room() => {
                    source = self.read(&from, &to);
                }
            }
        }
    }

    /// Writes what may leave now.
    fn write(&mut self, to: &WriteHalf<'_>) -> Next {
        let on = self.switch.is_on();
        if on && self.stalls {
            return Next::News;
        }
        loop {
            if self.line.is_empty() {
                return Next::News;
            }
            let now = Instant::now();
            let bytes = match self.line.head(now) {
                Head::Empty => return Next::News,
                Head::NotBefore(at) => return Next::At(at),
                Head::End(end) => return Next::Over(end),
                Head::Bytes(bytes) => bytes,
            };
            let mut most = bytes.len();
            if on {
                if let Some(bucket) = &self.bucket {
                    if bucket.next() > now {
                        return Next::At(bucket.next());
                    }
                    most = most.min(bucket.at_once());
                }
                most = most.min(self.allowance.map_or(most, |left| left as usize));
            }
            match to.try_write(&bytes[..most]) {
                Ok(n) => {
                    self.line.sent(n);
                    self.count(n);
                    if on && self.spend(now, n) == Some(0) {
                        return Next::Over(End::Broken);
                    }
                }
                Err(error) if error.kind() == WouldBlock => return Next::Writable,
                Err(_) => return Next::Over(End::Broken),
            }
        }
    }

    /// Takes `n` bytes from what may pass; gives how many are left of the allowance, if there is one.
    fn spend(&mut self, now: Instant, n: usize) -> Option<u64> {
        if let Some(bucket) = &mut self.bucket {
            bucket.take(now, n);
        }
        let left = self.allowance.as_mut()?;
        *left = left.saturating_sub(n as u64);
        Some(*left)
    }

    /// Reads what is there. Without a fault it is written at once, if the other side takes it.
    fn read(&mut self, from: &ReadHalf<'_>, to: &WriteHalf<'_>) -> Source {
        let scratch = self.scratch.clone();
        let mut scratch = scratch.borrow_mut();
        let read = from.try_read(&mut scratch);
        let due = self.due();
        match read {
            Ok(0) => self.line.end(due, End::Closed),
            Ok(n) => {
                let sent = if self.line.is_empty() && !self.switch.is_on() {
                    // An error shows again when the rest is written.
                    to.try_write(&scratch[..n]).unwrap_or(0)
                } else {
                    0
                };
                self.count(sent);
                if sent < n {
                    self.line.push(due, Bytes::copy_from_slice(&scratch[sent..n]));
                }
                return Source::Open;
            }
            Err(error) if error.kind() == WouldBlock => return Source::Open,
            // It breaks off behind the bytes that came before.
            Err(_) => self.line.end(due, End::Broken),
        }
        Source::Ended
    }

    /// When something that came now may leave.
    fn due(&mut self) -> Instant {
        let now = Instant::now();
        match self.latency {
            Some(latency) if self.switch.is_on() => now + self.chance.delay(latency),
            _ => now,
        }
    }

    fn count(&self, n: usize) {
        self.tally.add(|counts| match self.way {
            Direction::Up => counts.up += n as u64,
            Direction::Down | Direction::Both => counts.down += n as u64,
        });
    }
}

/// Waits exactly, with a timer that is made when it is needed first; without a descriptor for it to the millisecond.
async fn until(timer: &mut Option<Timer>, at: Option<Instant>) {
    let Some(at) = at else { return std::future::pending().await };
    if timer.is_none() {
        *timer = Timer::new().ok();
    }
    match timer {
        Some(timer) => timer.until(at, None).await,
        None => tokio::time::sleep_until(at.into()).await,
    }
}
