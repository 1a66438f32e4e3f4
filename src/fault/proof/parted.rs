//! Pods that cannot be reached any longer, by fresh connections and by open ones.

use super::felt::felt;
use super::{Effect, Prove, Proving};
use crate::fault::FaultContext;
use crate::fault::quarantine::Direction;
use crate::fault::reach::Place;
use futures_util::future::join_all;
use k8s_openapi::api::core::v1::Pod;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// Fresh connections to the Pods fail, and so do those that were open before.
#[derive(Debug)]
pub struct Parted {
    places: Vec<Place>,
    /// Made before the fault.
    held: Mutex<Vec<(Place, TcpStream)>>,
    direction: Direction,
}

impl Parted {
    /// Finds out which ports of the Pods can be reached from here now, and holds a connection to each.
    pub async fn of(pods: &[Pod], ports: &[u16], direction: Direction) -> Parted {
        let found = join_all(pods.iter().map(Place::of_pod)).await.into_iter().flatten();
        let meant = |place: &Place| ports.is_empty() || ports.contains(&place.address.port());
        let places: Vec<Place> = found.filter(meant).collect();
        let held = join_all(places.iter().map(async |place| Some((*place, place.hold().await?)))).await;
        Parted { places, held: Mutex::new(held.into_iter().flatten().collect()), direction }
    }

    /// How it is with the connections that are held. `Err` when one of them still works.
    async fn held(&self) -> Result<&'static str, String> {
        let mut held = self.held.lock().await;
        if held.is_empty() {
            return Ok("whether open ones do too cannot be seen: what the Pods speak is not known");
        }
        for (place, stream) in held.iter_mut() {
            if place.ask(stream).await.works() {
                return Err(format!(
                    "a fresh connection to {place} fails, but one that was open before still works: this CNI leaves \
                     open connections alone, and clients that keep theirs will not notice; end them with `pod_kill`, \
                     or use `network`"
                ));
            }
        }
        Ok("so does one that was open")
    }
}

impl Prove for Parted {
    fn what(&self) -> String {
        "a fresh connection to the Pods fails, and so does one that was open before".to_owned()
    }

    fn prove<'a>(&'a self, _cx: &'a FaultContext, within: Duration) -> Proving<'a> {
        Box::pin(async move {
            let unproven = |why: &str| Effect::Unproven(why.to_owned());
            if self.direction == Direction::Egress {
                return unproven(
                    "what the Pods may send cannot be seen from here; let a check of theirs tell",
                );
            }
            if self.places.is_empty() {
                return unproven(
                    "none of the Pods could be reached from here before, so it cannot be seen from here whether \
                     this CNI enforces NetworkPolicy; run shakedown where their addresses can be reached",
                );
            }
            let deadline = Instant::now() + within;
            let fails = |place: &Place| {
                let place = *place;
                async move {
                    let seen = place.look().await;
                    if seen.works() { Err(seen.to_string()) } else { Ok(seen.to_string()) }
                }
            };
            match felt(&self.places, deadline, fails).await {
                Err(seen) => Effect::Unproven(format!(
                    "this CNI does not enforce NetworkPolicy: a fresh connection still succeeds ({seen}); or \
                     this machine is the Pod's own node, whose traffic is always let through"
                )),
                Ok(seen) => match self.held().await {
                    Ok(words) => Effect::Proven(format!("{seen}, and {words}")),
                    Err(why) => Effect::Unproven(why),
                },
            }
        })
    }
}
