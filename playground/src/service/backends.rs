//! The choice of an endpoint for a new connection.

use crate::service::plan::Target;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// The endpoints of one port, and which client belongs to which.
#[derive(Debug)]
pub(super) struct Backends {
    inner: Mutex<(Target, Clients)>,
}

/// The endpoint that each client had last, and when.
type Clients = HashMap<IpAddr, (SocketAddr, Instant)>;

impl Backends {
    pub(super) fn new(target: Target) -> Backends {
        Backends { inner: Mutex::new((target, HashMap::new())) }
    }

    pub(super) fn set(&self, target: Target) {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).0 = target;
    }

    /// An endpoint at random, or the one this client had last if the Service wants that and it is still there.
    pub(super) fn choose(&self, client: IpAddr) -> Option<SocketAddr> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let (target, clients) = &mut *inner;
        let now = Instant::now();
        if let Some(limit) = target.affinity {
            clients.retain(|_, (_, last)| now.duration_since(*last) < limit);
            if let Some((endpoint, last)) =
                clients.get_mut(&client).filter(|(one, _)| target.endpoints.contains(one))
            {
                *last = now;
                return Some(*endpoint);
            }
        }
        let random = u64::from_le_bytes(*uuid::Uuid::new_v4().as_bytes().first_chunk()?);
        let count = u64::try_from(target.endpoints.len()).ok().filter(|count| *count > 0)?;
        let chosen = *target.endpoints.get(usize::try_from(random % count).ok()?)?;
        if target.affinity.is_some() {
            clients.insert(client, (chosen, now));
        }
        Some(chosen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_client_stays_with_its_endpoint_while_that_is_there() {
        let all: Vec<SocketAddr> = (1..=8).map(|port| SocketAddr::from(([127, 0, 0, 1], port))).collect();
        let target = |endpoints: &[SocketAddr]| Target {
            service: Default::default(),
            affinity: Some(Duration::from_mins(1)),
            endpoints: endpoints.to_vec(),
        };
        let backends = Backends::new(target(&all));
        let client = IpAddr::from([127, 0, 0, 9]);
        let first = backends.choose(client).unwrap();
        assert!((0..50).all(|_| backends.choose(client) == Some(first)));
        let others: Vec<_> = all.into_iter().filter(|one| *one != first).collect();
        backends.set(target(&others));
        assert!(others.contains(&backends.choose(client).unwrap()));
    }
}
