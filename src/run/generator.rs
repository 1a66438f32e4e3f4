//! The load generator's confession: how late, how busy, and which seconds cannot be trusted.

use super::{Cause, Latencies};
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
    /// The most requests in flight at the end of a second.
    pub in_flight: u64,
    /// The most connections open at the end of a second.
    pub connections: u64,
    /// The seconds that cannot be trusted.
    pub untrusted: Untrusted,
}

/// The seconds of measured load that cannot be trusted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Untrusted {
    /// How many.
    pub seconds: u64,
    /// For each cause that occurred: the first second and how many.
    pub causes: Vec<UntrustedCause>,
    /// When, in order of time: neighbours with the same causes in one span, at most 100 spans.
    pub spans: Vec<UntrustedSpan>,
}

/// One cause and its seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UntrustedCause {
    /// Why.
    pub cause: Cause,
    /// The first second.
    pub first: u64,
    /// How many.
    pub seconds: u64,
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
    pub(super) fn note(&mut self, second: u64, causes: Vec<Cause>) {
        if causes.is_empty() {
            return;
        }
        self.seconds += 1;
        for cause in &causes {
            match self.causes.iter_mut().find(|known| known.cause == *cause) {
                Some(known) => known.seconds += 1,
                None => self.causes.push(UntrustedCause { cause: *cause, first: second, seconds: 1 }),
            }
        }
        let listed = self.spans.len();
        match self.spans.last_mut() {
            Some(span) if span.to == second && span.causes == causes => span.to += 1,
            _ if listed < SPANS => {
                self.spans.push(UntrustedSpan { from: second, to: second.saturating_add(1), causes });
            }
            _ => {}
        }
    }

    /// The first second and the number of seconds of one cause.
    pub fn of(&self, cause: Cause) -> Option<&UntrustedCause> {
        self.causes.iter().find(|known| known.cause == cause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_share_a_span_and_the_list_is_bounded() {
        let mut untrusted = Untrusted::default();
        untrusted.note(3, vec![Cause::Late]);
        untrusted.note(4, vec![Cause::Late]);
        untrusted.note(5, vec![]);
        untrusted.note(6, vec![Cause::Dropped, Cause::Late]);
        let spans: Vec<_> = untrusted.spans.iter().map(|span| (span.from, span.to)).collect();
        assert_eq!(spans, [(3, 5), (6, 7)]);
        assert_eq!(untrusted.of(Cause::Late).map(|late| (late.first, late.seconds)), Some((3, 3)));
        assert_eq!(untrusted.of(Cause::Cpu), None);
        (4..500).for_each(|n| untrusted.note(2 * n, vec![Cause::Cpu]));
        assert_eq!((untrusted.spans.len(), untrusted.seconds), (100, 3 + 496));
    }
}
