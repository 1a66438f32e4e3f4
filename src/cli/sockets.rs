//! The sockets that a load needs, against those that the machine gives.

use crate::engine::Room;
use crate::units::{Rate, grouped};

/// Descriptors beside those of the load: files, timers, the ledger and the checks.
const OTHERS: u64 = 64;
/// A closed connection keeps its local port for so many seconds.
const AFTERLIFE: u64 = 60;

/// The sockets that a load has open and opens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sockets {
    /// At once, when answers take 100 ms; in the closed model all there are.
    pub(super) usual: u64,
    /// At once, when every answer takes its timeout.
    pub(super) most: u64,
    /// How many it opens.
    pub(super) opened: Opened,
    /// Whether their number is that of the load's own users or connections (closed model).
    pub(super) closed: bool,
}

/// How many sockets a load opens while it runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Opened {
    /// They are kept.
    Kept,
    /// So many a second, at most.
    ASecond(f64),
    /// One for each request, and there are as many of these as are answered.
    AsAnswered,
}

impl Sockets {
    /// The descriptors of a process that has them all open.
    pub(super) fn descriptors(&self) -> u64 {
        self.most + OTHERS
    }

    /// What the machine will not do, and what helps.
    pub(super) fn shortages(&self, room: Room) -> Vec<String> {
        let descriptors = room.descriptors.and_then(|limit| {
            let needed = self.beyond(limit, "descriptors", OTHERS)?;
            Some(format!(
                "the run needs {needed}, and a process may have {} here; raise the hard limit (`ulimit -Hn` shows it), or \
                 {}",
                grouped(limit),
                self.fewer()
            ))
        });
        let ports = room.ports.and_then(|limit| {
            let needed = self.beyond(limit, "local ports", 0)?;
            Some(format!(
                "the run needs {needed}, and there are {} for each address of the target \
                 (`net.ipv4.ip_local_port_range`); widen the range, or {}",
                grouped(limit),
                self.fewer()
            ))
        });
        descriptors
            .into_iter()
            .chain(ports)
            .chain(room.ports.and_then(|limit| self.left_behind(limit)))
            .collect()
    }

    /// How many it needs of those of which there are `limit`, where that is more.
    fn beyond(&self, limit: u64, of: &str, others: u64) -> Option<String> {
        let (usual, most) = (self.usual + others, self.most + others);
        match (usual > limit, most > limit, self.closed) {
            (true, _, true) => Some(format!("{} {of}", grouped(most))),
            (true, _, false) => Some(format!("about {} {of} when answers take 100ms", grouped(usual))),
            (false, true, _) => Some(format!("up to {} {of} when answers are slow", grouped(most))),
            (false, false, _) => None,
        }
    }

    /// Where closed connections use up the local ports.
    fn left_behind(&self, limit: u64) -> Option<String> {
        let sustained = limit / AFTERLIFE;
        let opens = match self.opened {
            Opened::Kept => return None,
            Opened::ASecond(rate) if rate <= sustained as f64 => return None,
            Opened::ASecond(rate) => format!("it opens up to {} connections", Rate::per_second(rate.round())),
            Opened::AsAnswered => "it opens a connection for every request".to_owned(),
        };
        Some(format!(
            "{opens}, and a closed one may keep its local port for a minute: {} for each address of the target last for \
             {}; keep connections alive, or lower the load",
            grouped(limit),
            Rate::per_second(sustained as f64)
        ))
    }

    fn fewer(&self) -> &'static str {
        if self.closed {
            "take fewer users or connections"
        } else {
            "lower `load.max_in_flight` or the timeouts"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: Room = Room { descriptors: Some(4_096), ports: Some(28_232) };

    fn open(usual: u64, most: u64) -> Sockets {
        Sockets { usual, most, opened: Opened::Kept, closed: false }
    }

    fn closed(all: u64) -> Sockets {
        Sockets { usual: all, most: all, opened: Opened::Kept, closed: true }
    }

    #[test]
    fn what_is_there_is_enough_up_to_the_last_one() {
        let endless = Room { descriptors: None, ports: None };
        for (sockets, room) in [
            (open(10, 4_032), ROOM),
            (closed(4_032), ROOM),
            (closed(1_000_000), endless),
            (Sockets { opened: Opened::ASecond(470.0), ..closed(1) }, ROOM),
            (Sockets { opened: Opened::AsAnswered, ..closed(1) }, endless),
        ] {
            assert_eq!(sockets.shortages(room), [""; 0], "{sockets:?}");
        }
    }

    #[test]
    fn shortages_say_how_much_is_needed_and_what_helps() {
        let many = Room { descriptors: None, ..ROOM };
        for (sockets, room, begin, end) in [
            (
                closed(4_033),
                ROOM,
                "the run needs 4,097 descriptors, and a process may have 4,096 here",
                "take fewer users or connections",
            ),
            (
                open(10, 4_033),
                ROOM,
                "the run needs up to 4,097 descriptors when answers are slow",
                "or the timeouts",
            ),
            (
                open(4_033, 9_000),
                ROOM,
                "the run needs about 4,097 descriptors when answers take 100ms",
                "or the timeouts",
            ),
            (
                closed(28_233),
                many,
                "the run needs 28,233 local ports, and there are 28,232",
                "take fewer users or connections",
            ),
            (
                Sockets { opened: Opened::ASecond(1_000.0), ..open(10, 100) },
                ROOM,
                "it opens up to 1000/s connections, and a closed one may keep its local port for a minute: 28,232",
                "last for 470/s; keep connections alive, or lower the load",
            ),
            (
                Sockets { opened: Opened::AsAnswered, ..closed(8) },
                ROOM,
                "it opens a connection for every request",
                "lower the load",
            ),
        ] {
            let said = sockets.shortages(room);
            assert!(said.len() == 1 && said[0].starts_with(begin) && said[0].ends_with(end), "{said:?}");
        }
    }
}
