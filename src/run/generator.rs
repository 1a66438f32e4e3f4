//! The load generator's confession: how late, how busy, and which seconds cannot be trusted.

use super::{Cause, Latencies};
use crate::trust::Doubt;
use std::time::Duration;

/// At most this many spans are listed; all seconds are counted.
const SPANS: usize = 100;

/// The generator during the measured load.
#[derive(Debug, Clone, PartialEq)]
pub struct GeneratorSummary {
    /// Planned to sent; `None` when nothing was sent, and of users, whose requests nobody planned.
    pub lag: Option<Latencies>,
    /// A start later than this counted as late.
    pub late_after: Duration,
    /// Mean processor time in cores; `None` when it was not measured.
    pub cpu: Option<f64>,
    /// The fewest cores that its control groups let it use; `None` where they set no limit.
    pub quota: Option<f64>,
    /// The most requests in flight at the end of a second.
    pub in_flight: u64,
    /// The most connections open at the end of a second.
    pub connections: u64,
    /// The seconds that cannot be trusted.
    pub untrusted: Untrusted,
}

/// The seconds of measured load that cannot be trusted.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Untrusted {
    /// How many.
    pub seconds: u64,
    /// For each cause that occurred: the first second and how many.
    pub causes: Vec<UntrustedCause>,
    /// When, in order of time: neighbours with the same causes in one span, at most 100 spans.
    pub spans: Vec<UntrustedSpan>,
}

/// One cause and its seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UntrustedCause {
    /// Why.
    pub cause: Cause,
    /// The first second.
    pub first: u64,
    /// How many.
    pub seconds: u64,
    /// The worst that was measured in one of them: throttled, for how long of the second; stolen, starved, dropped and late,
    /// which share; waiting for a core, the mean wait in microseconds; the processor, how many cores; ports, descriptors
    /// and failures of its own, how many.
    pub worst: f64,
    /// The limit in that second; of ports and descriptors, how many there were.
    pub limit: f64,
}

/// Neighbouring seconds that cannot be trusted for the same causes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UntrustedSpan {
    /// The first second.
    pub from: u64,
    /// The second after the last one.
    pub to: u64,
    /// Why.
    pub causes: Vec<Cause>,
}

impl Untrusted {
    /// Notes one second; seconds come in order.
    pub(super) fn note(&mut self, second: u64, doubts: &[Doubt]) {
        if doubts.is_empty() {
            return;
        }
        self.seconds += 1;
        for &Doubt { cause, value: worst, limit } in doubts {
            match self.causes.iter_mut().find(|known| known.cause == cause) {
                Some(known) => {
                    known.seconds += 1;
                    if worst > known.worst {
                        (known.worst, known.limit) = (worst, limit);
                    }
                }
                None => self.causes.push(UntrustedCause { cause, first: second, seconds: 1, worst, limit }),
            }
        }
        let causes: Vec<Cause> = doubts.iter().map(|doubt| doubt.cause).collect();
        let listed = self.spans.len();
        match self.spans.last_mut() {
            Some(span) if span.to == second && span.causes == causes => span.to += 1,
            _ if listed < SPANS => {
                self.spans.push(UntrustedSpan { from: second, to: second.saturating_add(1), causes });
            }
            _ => {}
        }
    }

    /// What is known of one cause.
    pub fn of(&self, cause: Cause) -> Option<&UntrustedCause> {
        self.causes.iter().find(|known| known.cause == cause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doubts(causes: &[Cause], value: f64) -> Vec<Doubt> {
        causes.iter().map(|cause| Doubt { cause: *cause, value, limit: 0.01 }).collect()
    }

    #[test]
    fn neighbours_share_a_span_and_the_list_is_bounded() {
        let mut untrusted = Untrusted::default();
        untrusted.note(3, &doubts(&[Cause::Late], 0.2));
        untrusted.note(4, &doubts(&[Cause::Late], 0.5));
        untrusted.note(5, &[]);
        untrusted.note(6, &doubts(&[Cause::Dropped, Cause::Late], 0.3));
        let spans: Vec<_> = untrusted.spans.iter().map(|span| (span.from, span.to)).collect();
        assert_eq!(spans, [(3, 5), (6, 7)]);
        let late = untrusted.of(Cause::Late).map(|late| (late.first, late.seconds, late.worst));
        assert_eq!(late, Some((3, 3, 0.5)));
        assert_eq!(untrusted.of(Cause::Cpu), None);
        (4..500).for_each(|n| untrusted.note(2 * n, &doubts(&[Cause::Cpu], 1.0)));
        assert_eq!((untrusted.spans.len(), untrusted.seconds), (100, 3 + 496));
    }
}
