//! For how long of a second the generator may have been unable to look after its requests: less than a request's own
//! timeout cannot have been the reason for it.

use super::{Cause, Limits, Second};
use std::time::Duration;

const WHOLE: Duration = Duration::from_secs(1);

impl Limits {
    /// The longest time of this second in which requests may have waited for the generator and not for the target. All of
    /// it where it said nothing of itself, or had no processor time left: then nobody knows.
    pub fn held(&self, second: &Second) -> Duration {
        let busy = self.doubts(second).iter().any(|doubt| doubt.cause == Cause::Cpu);
        let Some(said) = second.said.as_ref().filter(|_| !busy) else { return WHOLE + second.latest };
        let waited = said.queue.map_or(0.0, |queue| queue.waited_us as f64 / 1e6);
        let stood = said.throttled.unwrap_or_default() + said.stolen.unwrap_or_default() + waited;
        // What started late shows that there were other reasons to wait for it.
        Duration::from_secs_f64(stood.clamp(0.0, 1.0)) + second.latest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{GeneratorSecond, RunQueue};

    #[test]
    fn what_held_the_generator_up_adds_up_to_a_second_at_most_and_to_what_started_late() {
        let limits = Limits { late: Duration::from_millis(25), cores: Some(2.0) };
        let queue = |waited_us| Some(RunQueue { waited_us, ran_us: 1, turns: 1 });
        let fine = GeneratorSecond::default();
        for (said, latest, held) in [
            (Some(fine.clone()), 0, 0),
            (None, 0, 1_000),
            (None, 300, 1_300),
            (Some(GeneratorSecond { throttled: Some(0.25), ..fine.clone() }), 0, 250),
            (Some(GeneratorSecond { stolen: Some(0.5), queue: queue(125_000), ..fine.clone() }), 0, 625),
            (
                Some(GeneratorSecond { throttled: Some(1.5), queue: queue(900_000), ..fine.clone() }),
                40,
                1_040,
            ),
            (Some(GeneratorSecond { cpu: 2.0, ..fine.clone() }), 0, 1_000),
            (Some(fine), 400, 400),
        ] {
            let second = Second { said, latest: Duration::from_millis(latest), ..Second::default() };
            assert_eq!(limits.held(&second), Duration::from_millis(held), "{second:?}");
        }
    }
}
