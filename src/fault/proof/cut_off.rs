//! A Service that leads nowhere.

use super::endpoints::endpoints;
use super::felt::felt;
use super::look::Look;
use super::{Effect, Prove, Proving};
use crate::fault::FaultContext;
use crate::fault::reach::Place;
use std::time::Duration;
use tokio::time::Instant;

/// The Service has no ready endpoint, and fresh connections fail where they worked before.
#[derive(Debug, Clone)]
pub struct CutOff {
    /// Its name.
    pub service: String,
    /// Where it worked from here before.
    pub places: Vec<Place>,
}

impl Prove for CutOff {
    fn what(&self) -> String {
        let felt = if self.places.is_empty() { "" } else { ", and a fresh connection fails" };
        format!("no endpoint of Service/{} is ready{felt}", self.service)
    }

    fn prove<'a>(&'a self, cx: &'a FaultContext, within: Duration) -> Proving<'a> {
        Box::pin(async move {
            let deadline = Instant::now() + within;
            let gone = endpoints(cx, &self.service, within, |ready| match ready.len() {
                0 => Look::Seen(String::new()),
                left => Look::NotYet(format!("{left} endpoints were still ready")),
            });
            if let Effect::Unproven(why) = gone.await {
                return Effect::Unproven(why);
            }
            let gone = "no endpoint is ready";
            if self.places.is_empty() {
                return Effect::Proven(format!("{gone}; the Service cannot be tried from here"));
            }
            match felt(&self.places, deadline, |place: &Place| async {
                let seen = place.look().await;
                if seen.works() { Err(seen.to_string()) } else { Ok(seen.to_string()) }
            })
            .await
            {
                Ok(seen) => Effect::Proven(format!("{gone}, and {seen}")),
                Err(seen) => Effect::Unproven(format!("{gone}, but {seen}")),
            }
        })
    }
}
