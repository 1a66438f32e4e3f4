//! Local ports: each connection to an address of the target needs one, and a closed one keeps it for a minute.

use crate::event::Filled;
use std::fs;

const RANGE: &str = "/proc/sys/net/ipv4/ip_local_port_range";
const SOCKETS: &str = "/proc/net/sockstat";

/// The local ports in use: so many connections, and those that wait after their end (`TIME_WAIT`). The kernel counts the
/// waiting ones of all programs together, so this is at most too many.
pub(super) fn used(connections: u64, addresses: u64) -> Option<Filled> {
    let range = local_ports()?;
    let waiting = waiting_of(&fs::read_to_string(SOCKETS).ok()?)?;
    Some(Filled { used: connections + waiting, limit: range.saturating_mul(addresses.max(1)) })
}

/// How many local ports there are for each address of the target.
pub(in crate::engine) fn local_ports() -> Option<u64> {
    ports_of(&fs::read_to_string(RANGE).ok()?)
}

/// How many ports there are, from `32768 60999`.
fn ports_of(range: &str) -> Option<u64> {
    let mut ends = range.split_whitespace().map(str::parse::<u64>);
    let (first, last) = (ends.next()?.ok()?, ends.next()?.ok()?);
    Some(last.checked_sub(first)? + 1)
}

/// The sockets that wait, from the line `TCP: inuse 5 orphan 0 tw 12 alloc 8 mem 1`.
fn waiting_of(sockets: &str) -> Option<u64> {
    let line = sockets.lines().find_map(|line| line.strip_prefix("TCP:"))?;
    let mut words = line.split_whitespace();
    words.find(|word| *word == "tw")?;
    words.next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_and_waiting_sockets_are_read() {
        assert_eq!(ports_of("32768\t60999\n"), Some(28_232));
        let sockets = "sockets: used 290\nTCP: inuse 27 orphan 0 tw 12 alloc 46 mem 3\nUDP: inuse 7 mem 0\n";
        assert_eq!(waiting_of(sockets), Some(12));
    }

    #[test]
    fn nonsense_is_no_figure() {
        for text in ["", "1", "9 1", "a b", "-1 5"] {
            assert_eq!(ports_of(text), None, "{text}");
        }
        for text in ["", "TCP: inuse 1", "TCP: tw", "TCP: tw x", "UDP: tw 1"] {
            assert_eq!(waiting_of(text), None, "{text}");
        }
    }
}
