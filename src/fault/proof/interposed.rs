//! A Service whose connections go by the proxy, and feel it.

use super::endpoints::endpoints;
use super::felt::felt;
use super::look::Look;
use super::{Effect, Prove, Proving};
use crate::fault::FaultContext;
use crate::fault::reach::{Place, Seen, look, median};
use std::time::Duration;
use tokio::time::Instant;

/// How many looks make a judgement on times.
const LOOKS: usize = 5;
/// What of the asked delay has to be seen: the rest is left to a clock that is read late.
const MOST: f64 = 0.9;

/// What a fresh connection has to feel.
#[derive(Debug, Clone, PartialEq)]
pub enum Feels {
    /// Its first byte comes so much later.
    Slower {
        /// How much.
        delay: Duration,
        /// By how much that varies.
        jitter: Duration,
    },
    /// It is refused.
    Refused,
    /// It is reset.
    Reset,
    /// It is not answered.
    Silent,
    /// Nothing that shows by a few bytes; why.
    Nothing(&'static str),
}

/// Which of the connections feel it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whom {
    /// Every one.
    All,
    /// A share of them.
    Some,
}

/// The only endpoint of the Service is the proxy, and fresh connections feel what was asked.
#[derive(Debug, Clone)]
pub struct Interposed {
    /// The Service's name.
    pub service: String,
    /// The proxy's Pod.
    pub pod: String,
    /// Where the Service worked from here before.
    pub places: Vec<Place>,
    /// What is felt.
    pub feels: Feels,
    /// By which connections.
    pub whom: Whom,
}

impl Prove for Interposed {
    fn what(&self) -> String {
        let by_proxy = format!("Service/{} sends to the proxy", self.service);
        let felt = match &self.feels {
            Feels::Slower { delay, .. } => format!("the first byte comes {} ms later", delay.as_millis()),
            Feels::Refused => "a fresh connection is refused".to_owned(),
            Feels::Reset => "a fresh connection is reset".to_owned(),
            Feels::Silent => "a fresh connection is not answered".to_owned(),
            Feels::Nothing(_) => return by_proxy,
        };
        if self.places.is_empty() { by_proxy } else { format!("{by_proxy}, and {felt}") }
    }

    fn prove<'a>(&'a self, cx: &'a FaultContext, within: Duration) -> Proving<'a> {
        Box::pin(async move {
            let deadline = Instant::now() + within;
            let re_pointed = endpoints(cx, &self.service, within, |ready| {
                if ready.len() == 1 && ready.contains(&self.pod) {
                    return Look::Seen(String::new());
                }
                let names: Vec<&str> = ready.iter().map(String::as_str).collect();
                Look::NotYet(format!("the endpoints were {}", names.join(", ")))
            });
            if let Effect::Unproven(why) = re_pointed.await {
                return Effect::Unproven(why);
            }
            self.feel(deadline).await
        })
    }
}

impl Interposed {
    /// The endpoints are as they should be; now for the connections.
    async fn feel(&self, deadline: Instant) -> Effect {
        let by_proxy = "the proxy is the only endpoint";
        if let Feels::Nothing(why) = self.feels {
            return Effect::Proven(format!("{by_proxy}; {why}"));
        }
        let fit: Vec<Place> = self.places.iter().copied().filter(|place| self.can_tell(place)).collect();
        if fit.is_empty() {
            let why = if self.places.is_empty() {
                "the Service cannot be tried from here"
            } else {
                "what it speaks is not known, so its answers cannot be timed from here"
            };
            return Effect::Proven(format!("{by_proxy}; {why}"));
        }
        match felt(&fit, deadline, |place| self.look(place)).await {
            Ok(seen) => Effect::Proven(format!("{by_proxy}, and {seen}")),
            Err(seen) => Effect::Unproven(format!("{by_proxy}, but {seen}")),
        }
    }

    /// Whether the effect can be told at this place: without answers there is no time and no silence.
    fn can_tell(&self, place: &Place) -> bool {
        place.usual.is_some() || matches!(self.feels, Feels::Refused | Feels::Reset)
    }

    /// Looks at one place; `Ok` when the effect shows.
    async fn look(&self, place: &Place) -> Result<String, String> {
        let Feels::Slower { delay, jitter } = self.feels else {
            let seen = place.look().await;
            return if self.shows(&seen) { Ok(seen.to_string()) } else { Err(seen.to_string()) };
        };
        let mut times = Vec::new();
        for _ in 0..LOOKS {
            let limit = place.patience() + 2 * (delay + jitter);
            match look(place.address, place.speech, limit).await {
                Seen::Answered(time) => times.push(time),
                seen => return Err(seen.to_string()),
            }
        }
        let time = match self.whom {
            Whom::All => median(&mut times),
            Whom::Some => times.into_iter().max().unwrap_or_default(),
        };
        let usual = place.usual.unwrap_or_default();
        let said = format!(
            "is answered after {:.1} ms, before it was {:.1} ms",
            time.as_secs_f64() * 1e3,
            usual.as_secs_f64() * 1e3
        );
        if time.saturating_sub(usual) >= wanted(delay, jitter) { Ok(said) } else { Err(said) }
    }

    fn shows(&self, seen: &Seen) -> bool {
        match self.feels {
            // What balances a Service in between may take the connection first and reset it then.
            Feels::Refused => matches!(seen, Seen::Refused | Seen::Reset),
            Feels::Reset => *seen == Seen::Reset,
            Feels::Silent => *seen == Seen::Silent,
            Feels::Slower { .. } | Feels::Nothing(_) => false,
        }
    }
}

/// How much later the first byte has to come at least. Of a delay that varies, the middle one of some looks is at its
/// lower end at worst.
fn wanted(delay: Duration, jitter: Duration) -> Duration {
    delay.saturating_sub(jitter).max(delay / 2).mul_f64(MOST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::reach::Speech;

    #[test]
    fn a_jitter_lowers_what_has_to_be_seen() {
        for (delay, jitter, expected) in [(100, 0, 90), (100, 20, 72), (100, 100, 45)] {
            let ms = Duration::from_millis;
            assert_eq!(wanted(ms(delay), ms(jitter)), ms(expected));
        }
    }

    #[test]
    fn each_effect_has_its_own_sight() {
        let proof = |feels| Interposed {
            service: "s".to_owned(),
            pod: "p".to_owned(),
            places: Vec::new(),
            feels,
            whom: Whom::All,
        };
        for (feels, seen, expected) in [
            (Feels::Refused, Seen::Refused, true),
            (Feels::Refused, Seen::Reset, true),
            (Feels::Refused, Seen::Silent, false),
            (Feels::Reset, Seen::Reset, true),
            (Feels::Reset, Seen::Refused, false),
            (Feels::Silent, Seen::Silent, true),
            (Feels::Silent, Seen::Open, false),
        ] {
            assert_eq!(proof(feels.clone()).shows(&seen), expected, "{feels:?} {seen:?}");
        }
    }

    #[tokio::test]
    async fn where_nothing_can_be_tried_the_words_say_so() {
        let address = "127.0.0.1:9".parse().unwrap();
        let place = Place { address, speech: Speech::Unknown, usual: None };
        for (places, words) in [(vec![], "cannot be tried from here"), (vec![place], "is not known")] {
            let proof = Interposed {
                service: "s".to_owned(),
                pod: "p".to_owned(),
                places,
                feels: Feels::Silent,
                whom: Whom::All,
            };
            let Effect::Proven(said) = proof.feel(Instant::now()).await else { panic!() };
            assert!(said.contains(words), "{said}");
        }
    }
}
