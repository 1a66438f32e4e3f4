//! What was measured of a second that cannot be trusted, in words, and what helps.

use super::{Cause, GeneratorSummary, UntrustedCause};
use crate::units::grouped;

impl UntrustedCause {
    /// What was measured in the worst of its seconds, and the limit: one sentence without a full stop.
    pub fn measured(&self, generator: &GeneratorSummary) -> String {
        let UntrustedCause { worst, limit, .. } = *self;
        let (millis, percent) = (|us: f64| number(us / 1e3), |share: f64| number(share * 100.0));
        let full = |what: &str| {
            let (used, all) = (grouped(worst as u64), grouped(limit as u64));
            format!("requests could not be sent, with {used} of {all} {what} in use")
        };
        match self.cause {
            Cause::Throttled => {
                let (held, limit) = (millis(worst * 1e6), millis(limit * 1e6));
                format!(
                    "the control group of the generator held it back for up to {held} ms (limit {limit} ms)"
                )
            }
            Cause::Stolen => format!(
                "the host gave up to {} % of this machine's processor time to others (limit {} %)",
                percent(worst),
                percent(limit)
            ),
            Cause::Starved => format!(
                "others ran on the generator's cores: it waited for its turn up to {} % of a second (limit {} %)",
                percent(worst),
                percent(limit)
            ),
            Cause::Queue => format!(
                "others ran on the generator's cores: it waited for its turn, on average, up to {} ms (limit {} ms)",
                millis(worst),
                millis(limit)
            ),
            Cause::Cpu => {
                format!("the generator used up to {} cores (limit {})", number(worst), number(limit))
            }
            Cause::Ports => full("local ports"),
            Cause::Descriptors => full("descriptors"),
            Cause::Unsent => {
                format!("up to {} requests failed on our side in a second", grouped(worst as u64))
            }
            Cause::Dropped => format!(
                "up to {} % of the arrivals were dropped (limit {} %)",
                percent(worst),
                percent(limit)
            ),
            Cause::Late => format!(
                "up to {} % of the requests started more than {} ms late (limit {} %), so the generator measured itself",
                percent(worst),
                millis(generator.late_after.as_secs_f64() * 1e6),
                percent(limit)
            ),
        }
    }

    /// What helps against it.
    pub fn advice(&self, generator: &GeneratorSummary) -> String {
        let quota = generator.quota.map(number);
        match (self.cause, quota) {
            (Cause::Throttled, Some(quota)) => {
                format!("raise the CPU limit of its pod, container or control group from {quota}")
            }
            (Cause::Throttled, None) => {
                "raise the CPU limit of its pod, container or control group".to_owned()
            }
            (Cause::Cpu, Some(quota)) if generator.quota.is_some_and(|quota| quota > self.limit) => format!(
                "raise the CPU limit of its pod, container or control group from {quota}, or ask for fewer \
                 requests per second"
            ),
            (Cause::Cpu, _) => "use a machine with more cores, or ask for fewer requests per second".to_owned(),
            (Cause::Stolen, _) => "run the generator on a machine whose cores are its own".to_owned(),
            (Cause::Starved | Cause::Queue, _) => {
                "give the generator a core of its own, or end what else runs on this machine".to_owned()
            }
            (Cause::Ports, _) => {
                "keep connections alive, use more addresses of the target, or widen `net.ipv4.ip_local_port_range`"
                    .to_owned()
            }
            (Cause::Descriptors, _) => "raise `ulimit -n`, or lower `load.max_in_flight`".to_owned(),
            (Cause::Unsent, _) => {
                "look at the examples of class `generator`: for want of descriptors raise `ulimit -n`, for want of \
                 ports keep connections alive"
                    .to_owned()
            }
            (Cause::Dropped, _) => {
                "raise `load.max_in_flight`, or ask for fewer requests per second".to_owned()
            }
            (Cause::Late, _) => {
                "use a quieter machine, more workers or fewer requests per second; in a virtual machine, try \
                 `--keep-awake`"
                    .to_owned()
            }
        }
    }
}

/// A figure with as many digits as say something.
fn number(value: f64) -> String {
    let digits = match value.abs() {
        100.0.. => 0,
        10.0.. => 1,
        1.0.. => 2,
        _ => 3,
    };
    let text = format!("{value:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::Untrusted;
    use std::time::Duration;

    #[test]
    fn each_cause_says_its_number_its_limit_and_what_helps() {
        let generator = |quota| GeneratorSummary {
            lag: None,
            late_after: Duration::from_millis(25),
            cpu: None,
            quota,
            in_flight: 0,
            connections: 0,
            untrusted: Untrusted::default(),
        };
        let of = |cause, worst, limit| UntrustedCause { cause, first: 3, seconds: 1, worst, limit };
        for (known, quota, says, helps) in [
            (of(Cause::Throttled, 0.9, 0.01), Some(0.1), ["900 ms", "limit 10 ms"], "from 0.1"),
            (of(Cause::Throttled, 0.9, 0.01), None, ["900 ms", "limit 10 ms"], "the CPU limit"),
            (of(Cause::Stolen, 0.333, 0.1), None, ["33.3 %", "limit 10 %"], "cores are its own"),
            (of(Cause::Starved, 0.95, 0.8), None, ["95 %", "limit 80 %"], "a core of its own"),
            (of(Cause::Queue, 12_345.0, 500.0), None, ["12.3 ms", "limit 0.5 ms"], "a core of its own"),
            (of(Cause::Cpu, 1.95, 1.9), None, ["1.95 cores", "limit 1.9"], "more cores"),
            (of(Cause::Cpu, 1.95, 1.9), Some(8.0), ["1.95 cores", "limit 1.9"], "from 8"),
            (of(Cause::Cpu, 0.1, 0.095), Some(0.1), ["0.1 cores", "limit 0.095"], "from 0.1"),
            (of(Cause::Ports, 28_200.0, 28_232.0), None, ["28,200 of 28,232", "ports"], "port_range"),
            (of(Cause::Descriptors, 64.0, 64.0), None, ["64 of 64", "descriptors"], "ulimit -n"),
            (of(Cause::Unsent, 1_234.0, 0.0), None, ["1,234 requests", "our side"], "ulimit -n"),
            (of(Cause::Dropped, 0.5, 0.001), None, ["50 %", "limit 0.1 %"], "max_in_flight"),
            (of(Cause::Late, 1.0, 0.01), None, ["started more than 25 ms late", "limit 1 %"], "--keep-awake"),
        ] {
            let (measured, advice) = (known.measured(&generator(quota)), known.advice(&generator(quota)));
            assert!(says.iter().all(|part| measured.contains(part)), "{measured}");
            assert!(advice.contains(helps), "{advice}");
        }
    }
}
