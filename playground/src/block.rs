//! The addresses of a playground: a block of 127.0.0.0/8, which the machine answers without any set-up, for each
//! playground of the machine. Nodes, Pods and Services have their parts of it.

use crate::claim::Claim;
use std::collections::HashSet;
use std::io;
use std::net::Ipv4Addr;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Blocks are 127.128.0.0/16 to 127.254.0.0/16.
const BLOCKS: RangeInclusive<u8> = 128..=254;
/// The last two bytes of the addresses of Pods; nodes come before.
const PODS: RangeInclusive<u16> = 0x0101..=0x7ffe;
/// And of Services.
const SERVICES: RangeInclusive<u16> = 0x8001..=0xfffe;

/// A block that this playground alone uses while this lives. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    second: u8,
    used: Mutex<Used>,
    _claim: Claim,
}

#[derive(Debug, Default)]
struct Used {
    pods: HashSet<u16>,
    last_pod: u16,
    last_service: u16,
}

impl Block {
    /// Takes a block that no other playground of the machine has. Errors when all are taken.
    pub(crate) fn claim() -> io::Result<Block> {
        let count = BLOCKS.end() - BLOCKS.start() + 1;
        let first = uuid::Uuid::new_v4().as_bytes()[0] % count;
        let mut last = io::Error::other("no block of addresses");
        for step in 0..count {
            let offset = (u16::from(first) + u16::from(step)) % u16::from(count);
            let second = BLOCKS.start().saturating_add(u8::try_from(offset).unwrap_or(0));
            match Claim::take(&format!("block/{second}")) {
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
    pub(crate) fn node(&self, index: u8) -> Ipv4Addr {
        self.address(u16::from(index.saturating_add(1)))
    }

    /// An address for a Pod, until the lease is dropped. Addresses come around late, so that a client of a Pod
    /// that is gone does not reach another. `None` when all are taken.
    pub(crate) fn lease(&self) -> Option<Lease> {
        let mut used = self.used();
        let number = around(&PODS, used.last_pod).find(|number| !used.pods.contains(number))?;
        used.last_pod = number;
        used.pods.insert(number);
        Some(Lease { block: self.clone(), number })
    }

    /// An address for a Service that is `free`; they too come around late. `None` when none is.
    pub(crate) fn service(&self, mut free: impl FnMut(Ipv4Addr) -> bool) -> Option<Ipv4Addr> {
        let mut used = self.used();
        let number = around(&SERVICES, used.last_service).find(|number| free(self.address(*number)))?;
        used.last_service = number;
        Some(self.address(number))
    }

    fn address(&self, number: u16) -> Ipv4Addr {
        let [third, fourth] = number.to_be_bytes();
        Ipv4Addr::new(127, self.inner.second, third, fourth)
    }

    fn used(&self) -> MutexGuard<'_, Used> {
        self.inner.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All numbers of a range, those after `last` first, without those that end in 0 or 255: they look like
/// networks and broadcasts to some programs.
fn around(range: &RangeInclusive<u16>, last: u16) -> impl Iterator<Item = u16> + use<> {
    let (start, end) = (*range.start(), *range.end());
    let last = last.clamp(start - 1, end);
    (last + 1..=end).chain(start..=last).filter(|number| !matches!(number & 0xff, 0 | 0xff))
}

/// The address of one Pod.
#[derive(Debug)]
pub(crate) struct Lease {
    block: Block,
    number: u16,
}

impl Lease {
    pub(crate) fn address(&self) -> Ipv4Addr {
        self.block.address(self.number)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.block.used().pods.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_playgrounds_share_no_address() {
        let (one, other) = (Block::claim().unwrap(), Block::claim().unwrap());
        assert_ne!(one.node(0), other.node(0));
        assert_ne!(one.service(|_| true), other.service(|_| true));
    }

    #[test]
    fn a_freed_address_comes_around_late() {
        let block = Block::claim().unwrap();
        let first = block.lease().unwrap().address();
        let second = block.lease().unwrap().address();
        assert_ne!(first, second, "freed, and yet not given out at once");
        let (one, two) = (block.service(|_| true), block.service(|_| true));
        assert_ne!(one, two);
        assert_eq!(block.service(|address| Some(address) == one), one, "but it does come around");
    }

    #[test]
    fn leased_addresses_are_not_given_out_again() {
        let block = Block::claim().unwrap();
        let leases: Vec<Lease> = std::iter::from_fn(|| block.lease()).collect();
        let all: HashSet<Ipv4Addr> = leases.iter().map(Lease::address).collect();
        assert_eq!(all.len(), leases.len());
        assert!(leases.len() > 30_000);
    }
}
