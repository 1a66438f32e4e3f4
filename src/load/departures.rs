//! Which arrivals leave together. Waking a thread costs the machine several times what a request costs, so arrivals that
//! lie closer together than any server could tell are sent in one go: the plan stays what it is, and each leaves within
//! an eighth of a millisecond or so of it.

use super::Arrival;
use crate::clock::Offset;
use std::collections::VecDeque;
use std::time::Duration;

/// Arrivals of such a slot of time leave together, five at 20,000/s: what it costs grows smoothly with the rate, as it
/// would not if each slot began with its first arrival.
const SLOT: u64 = 250;
/// The most that an arrival leaves before or after its planned instant on purpose.
pub const TOLERANCE: Duration = Duration::from_micros(SLOT / 2);
/// Fewer than this are not worth leaving the plan for: below 8,000/s each arrival leaves at its own instant.
const WORTH_IT: usize = 3;
/// No more leave in one go, so that the first of them does not wait for the last to be handed out.
const MOST: usize = 32;

/// Arrivals in order, grouped by when they leave.
#[derive(Debug)]
pub struct Departures<I> {
    arrivals: I,
    ahead: VecDeque<Arrival>,
}

impl<I: Iterator<Item = Arrival>> Departures<I> {
    /// The departures of `arrivals`, which come in order of time.
    pub fn new(arrivals: I) -> Departures<I> {
        Departures { arrivals, ahead: VecDeque::with_capacity(MOST + 1) }
    }

    /// Puts the next arrivals that leave together into `together` and says when: in the middle between the first and
    /// the last. `None` after the last arrival.
    pub fn next(&mut self, together: &mut Vec<Arrival>) -> Option<Offset> {
        together.clear();
        let first = self.look_ahead(0)?.at;
        let slot = first.micros() / SLOT;
        let mut near = 1;
        while near < MOST && self.look_ahead(near).is_some_and(|next| next.at.micros() / SLOT == slot) {
            near += 1;
        }
        let leave = if near < WORTH_IT { 1 } else { near };
        together.extend(self.ahead.drain(..leave));
        let last = together.last()?.at;
        Some(first + last.since(first) / 2)
    }

    /// The arrival that comes `place` after the next one.
    fn look_ahead(&mut self, place: usize) -> Option<Arrival> {
        while self.ahead.len() <= place {
            let arrival = self.arrivals.next()?;
            self.ahead.push_back(arrival);
        }
        self.ahead.get(place).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn departures(micros: &[u64]) -> Vec<(Offset, Vec<Arrival>)> {
        let arrivals = micros.iter().zip(0..);
        let arrivals = arrivals.map(|(at, n)| Arrival { n, at: Offset::from_micros(*at), stage: 0 });
        let mut departures = Departures::new(arrivals);
        let mut together = Vec::new();
        std::iter::from_fn(|| departures.next(&mut together).map(|at| (at, together.clone()))).collect()
    }

    fn at_and_count(micros: &[u64]) -> Vec<(u64, usize)> {
        departures(micros).iter().map(|(at, together)| (at.micros(), together.len())).collect()
    }

    #[test]
    fn arrivals_that_are_far_enough_apart_leave_at_their_own_instants() {
        let every_200: Vec<u64> = (0..5).map(|n| n * 200).collect();
        assert_eq!(at_and_count(&every_200), [(0, 1), (200, 1), (400, 1), (600, 1), (800, 1)]);
    }

    #[test]
    fn at_20_000_a_second_five_leave_together_in_their_middle() {
        let every_50: Vec<u64> = (0..24).map(|n| n * 50).collect();
        let together = [(100, 5), (350, 5), (600, 5), (850, 5), (1_075, 4)];
        assert_eq!(at_and_count(&every_50), together);
    }

    #[test]
    fn a_crowd_leaves_in_parts() {
        assert_eq!(at_and_count(&[7; 70]), [(7, 32), (7, 32), (7, 6)]);
    }

    proptest! {
        #[test]
        fn every_arrival_leaves_once_in_order_and_within_the_tolerance(
            gaps in prop::collection::vec(0..400_u64, 0..200),
        ) {
            let micros: Vec<u64> = gaps.iter().scan(0, |at, gap| { *at += gap; Some(*at) }).collect();
            let departures = departures(&micros);
            for (at, together) in &departures {
                for arrival in together {
                    let distance = at.since(arrival.at).max(arrival.at.since(*at));
                    prop_assert!(distance <= TOLERANCE, "{distance:?}");
                }
            }
            let left: Vec<u64> = departures.iter().flat_map(|(_, together)| together).map(|a| a.n).collect();
            prop_assert_eq!(left, (0..micros.len() as u64).collect::<Vec<_>>());
            prop_assert!(departures.is_sorted_by_key(|(at, _)| *at));
        }
    }
}
