//! The addresses of nodes and Pods: a block of 127.0.0.0/8 for each playground of the machine.

use std::collections::HashSet;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};

/// Blocks are 127.128.0.0/16 to 127.254.0.0/16; Services have theirs below.
const BLOCKS: std::ops::RangeInclusive<u8> = 128..=254;
/// The port that is held on the first node's address as a claim on the block; a kubelet's, on a real node.
const CLAIM: u16 = 10_250;
/// Pods come after the nodes' addresses.
const FIRST_POD: u16 = 0x0100;

/// A block that this playground alone uses while this lives. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Block {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    second: u8,
    used: Mutex<Used>,
    _claim: TcpListener,
}

#[derive(Debug, Default)]
struct Used {
    taken: HashSet<u16>,
    last: u16,
}

impl Block {
    /// Takes a block that no other playground of the machine has. Errors when all are taken.
    pub(super) fn claim() -> io::Result<Block> {
        let count = BLOCKS.end() - BLOCKS.start() + 1;
        let first = uuid::Uuid::new_v4().as_bytes()[0] % count;
        let mut last = io::Error::other("no block of addresses");
        for step in 0..count {
            let second = BLOCKS.start() + (first + step) % count;
            match TcpListener::bind((Ipv4Addr::new(127, second, 0, 1), CLAIM)) {
                Ok(claim) => {
                    let inner = Inner { second, used: Mutex::default(), _claim: claim };
                    return Ok(Block { inner: Arc::new(inner) });
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// The address of node `index`, counted from 0.
    pub(super) fn node(&self, index: u8) -> Ipv4Addr {
        Ipv4Addr::new(127, self.inner.second, 0, index.saturating_add(1))
    }

    /// An address for a Pod, until the lease is dropped. Addresses come around late, so that a client of a Pod
    /// that is gone does not reach another. `None` when all are taken.
    pub(super) fn lease(&self) -> Option<Lease> {
        let mut used = self.inner.used.lock().unwrap_or_else(PoisonError::into_inner);
        let start = used.last.max(FIRST_POD);
        let free = (start + 1..u16::MAX).chain(FIRST_POD + 1..=start);
        let number = free.into_iter().find(|number| number & 0xff != 0 && !used.taken.contains(number))?;
        used.last = number;
        used.taken.insert(number);
        Some(Lease { block: self.clone(), number })
    }
}

/// The address of one Pod.
#[derive(Debug)]
pub(super) struct Lease {
    block: Block,
    number: u16,
}

impl Lease {
    pub(super) fn address(&self) -> Ipv4Addr {
        let [third, fourth] = self.number.to_be_bytes();
        Ipv4Addr::new(127, self.block.inner.second, third, fourth)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.block.inner.used.lock().unwrap_or_else(PoisonError::into_inner).taken.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_playgrounds_share_no_address_and_a_freed_one_comes_around_late() {
        let (one, other) = (Block::claim().unwrap(), Block::claim().unwrap());
        assert_ne!(one.node(0), other.node(0));
        let first = one.lease().unwrap().address();
        let second = one.lease().unwrap().address();
        assert_ne!(first, second, "freed, and yet not given out at once");
    }
}
