//! What one playground of the machine has to itself: names that only one process can hold, and that the kernel
//! frees however the process ends.

use std::io;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixListener};

/// A name that nobody else holds while this lives.
///
/// It is a socket of the abstract namespace, which lies in no folder and belongs to the network namespace, as
/// the addresses do that are claimed with it. Nobody connects to it.
#[derive(Debug)]
pub(crate) struct Claim {
    _socket: UnixListener,
}

impl Claim {
    /// Takes `what`. An error of the kind `AddrInUse` when another playground has it.
    pub(crate) fn take(what: &str) -> io::Result<Claim> {
        let name = SocketAddr::from_abstract_name(format!("playground/{what}"))?;
        Ok(Claim { _socket: UnixListener::bind_addr(&name)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_held_by_one_and_free_afterwards() {
        let what = uuid::Uuid::new_v4().to_string();
        let held = Claim::take(&what).unwrap();
        assert_eq!(Claim::take(&what).unwrap_err().kind(), io::ErrorKind::AddrInUse);
        drop(held);
        assert!(Claim::take(&what).is_ok());
    }
}
