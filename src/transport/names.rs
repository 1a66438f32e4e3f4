//! The addresses of a target, asked for once and shared by many clients.

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock};

/// The addresses that a target's name stands for. Each who asks gets the next one first, so that connections spread
/// over all of them, and a thousand clients ask the system's resolver once.
#[derive(Debug, Default)]
pub struct Names {
    addresses: RwLock<Vec<SocketAddr>>,
    next: AtomicUsize,
}

impl Names {
    /// These addresses.
    pub fn new(addresses: Vec<SocketAddr>) -> Names {
        Names { addresses: RwLock::new(addresses), next: AtomicUsize::new(0) }
    }

    /// Takes over what the name stands for now.
    pub fn set(&self, addresses: Vec<SocketAddr>) {
        *self.addresses.write().unwrap_or_else(PoisonError::into_inner) = addresses;
    }

    /// All addresses, the next one first.
    fn next(&self) -> Vec<SocketAddr> {
        let mut addresses = self.addresses.read().unwrap_or_else(PoisonError::into_inner).clone();
        let turn = self.next.fetch_add(1, Ordering::Relaxed) % addresses.len().max(1);
        addresses.rotate_left(turn);
        addresses
    }
}

impl Resolve for Names {
    fn resolve(&self, _: Name) -> Resolving {
        let addresses: Addrs = Box::new(self.next().into_iter());
        Box::pin(std::future::ready(Ok(addresses)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_spread_over_all_addresses() {
        let address = |host: u8| SocketAddr::from(([127, 0, 0, host], 80));
        let names = Names::new(vec![address(1), address(2), address(3)]);
        let first = |()| names.next()[0];
        assert_eq!([(); 4].map(first), [1, 2, 3, 1].map(address));
        names.set(vec![address(9)]);
        assert_eq!(names.next(), [address(9)]);
        names.set(Vec::new());
        assert!(names.next().is_empty());
    }
}
