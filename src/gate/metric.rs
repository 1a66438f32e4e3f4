//! What a gate can be about.

use super::error::shown;
use crate::source::suggest;
use crate::stats::Times;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Metric {
    /// The response time that half of the requests stay within.
    P50,
    /// The response time that 90 % of the requests stay within.
    P90,
    /// The response time that 95 % of the requests stay within.
    P95,
    /// The response time that 99 % of the requests stay within.
    P99,
    /// The response time that 99.9 % of the requests stay within.
    P999,
    /// The longest response time.
    Max,
    /// The mean response time of the requests that went well.
    Mean,
    /// The share of requests that failed.
    ErrorRate,
    /// The share of requests that went well.
    Availability,
    /// Requests that went well in a second.
    Throughput,
    /// Arrivals that were never sent, as a count or as a share of the planned ones.
    Dropped,
    /// The 99th percentile of the generator's own delay.
    Lag,
    /// How long after a fault's effect the platform noticed it.
    Detection,
    /// How long after the first error of a fault the service was good again.
    Failover,
    /// How long after a fault's effect the service was good again.
    Rto,
    /// From which moment before a fault's effect on acknowledged writes are gone.
    Rpo,
    /// How many acknowledged writes a fault cost.
    Lost,
    /// All the time in which the service was not good because of a fault.
    Downtime,
}

/// What a metric is measured of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// The requests of a part of the run.
    Requests,
    /// What users felt of one fault.
    Fault,
    /// What one fault cost of the acknowledged writes: there must be a ledger.
    Data,
}

/// What a metric is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    /// A length of time.
    Time,
    /// A share in percent.
    Share,
    /// A rate.
    Rate,
    /// A plain count or a share in percent.
    CountOrShare,
    /// A plain count.
    Count,
}

/// Which way is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Better {
    /// The lower the better.
    Lower,
    /// The higher the better.
    Higher,
}

/// Words that other tools use, and ours for the same.
const SYNONYMS: [(&str, &str); 13] = [
    ("avg", "mean"),
    ("average", "mean"),
    ("median", "p50"),
    ("p999", "p99.9"),
    ("errors", "error_rate"),
    ("failure_rate", "error_rate"),
    ("success_rate", "availability"),
    ("rps", "throughput"),
    ("latency", "p99"),
    ("recovery", "rto"),
    ("mttr", "rto"),
    ("mttd", "detection"),
    ("data_loss", "lost"),
];

/// Metrics of workloads, which are planned but not there yet.
const NOT_YET: [&str; 4] = ["restarts", "cpu", "memory", "slope"];

impl Metric {
    /// All metrics, in the order of messages.
    pub const ALL: [Metric; 18] = [
        Metric::P50,
        Metric::P90,
        Metric::P95,
        Metric::P99,
        Metric::P999,
        Metric::Max,
        Metric::Mean,
        Metric::ErrorRate,
        Metric::Availability,
        Metric::Throughput,
        Metric::Dropped,
        Metric::Lag,
        Metric::Detection,
        Metric::Failover,
        Metric::Rto,
        Metric::Rpo,
        Metric::Lost,
        Metric::Downtime,
    ];

    /// The word for it in a gate.
    pub const fn word(self) -> &'static str {
        match self {
            Metric::P50 => "p50",
            Metric::P90 => "p90",
            Metric::P95 => "p95",
            Metric::P99 => "p99",
            Metric::P999 => "p99.9",
            Metric::Max => "max",
            Metric::Mean => "mean",
            Metric::ErrorRate => "error_rate",
            Metric::Availability => "availability",
            Metric::Throughput => "throughput",
            Metric::Dropped => "dropped",
            Metric::Lag => "lag",
            Metric::Detection => "detection",
            Metric::Failover => "failover",
            Metric::Rto => "rto",
            Metric::Rpo => "rpo",
            Metric::Lost => "lost",
            Metric::Downtime => "downtime",
        }
    }

    /// What it is measured of.
    pub const fn of(self) -> Of {
        match self {
            Metric::Detection | Metric::Failover | Metric::Rto | Metric::Downtime => Of::Fault,
            Metric::Rpo | Metric::Lost => Of::Data,
            _ => Of::Requests,
        }
    }

    /// The durations that it is decided from, where it is one of requests; their counts always belong to it.
    pub const fn times(self) -> Times {
        match self {
            Metric::P50
            | Metric::P90
            | Metric::P95
            | Metric::P99
            | Metric::P999
            | Metric::Max
            | Metric::Mean => Times::Response,
            Metric::Lag => Times::Lag,
            Metric::ErrorRate
            | Metric::Availability
            | Metric::Throughput
            | Metric::Dropped
            | Metric::Detection
            | Metric::Failover
            | Metric::Rto
            | Metric::Rpo
            | Metric::Lost
            | Metric::Downtime => Times::None,
        }
    }

    /// Whether it is one of requests, and tells of the target: not of what the generator itself did.
    pub const fn tells_of_target(self) -> bool {
        matches!(self.of(), Of::Requests) && !matches!(self, Metric::Lag | Metric::Dropped)
    }

    /// The word with a name behind it, where it cannot do without one.
    pub(super) fn named(self) -> String {
        match self.of() {
            Of::Requests => self.word().to_owned(),
            Of::Fault | Of::Data => format!("{}(kill-one)", self.word()),
        }
    }

    /// For a percentile the share of requests that stay within it, and the share that may lie beyond.
    pub const fn percentile(self) -> Option<(f64, f64)> {
        match self {
            Metric::P50 => Some((0.5, 0.5)),
            Metric::P90 => Some((0.9, 0.1)),
            Metric::P95 => Some((0.95, 0.05)),
            Metric::P99 => Some((0.99, 0.01)),
            Metric::P999 => Some((0.999, 0.001)),
            _ => None,
        }
    }

    pub(super) const fn takes(self) -> Takes {
        match self {
            Metric::ErrorRate | Metric::Availability => Takes::Share,
            Metric::Throughput => Takes::Rate,
            Metric::Dropped => Takes::CountOrShare,
            Metric::Lost => Takes::Count,
            _ => Takes::Time,
        }
    }

    pub(super) const fn better(self) -> Better {
        match self {
            Metric::Availability | Metric::Throughput => Better::Higher,
            _ => Better::Lower,
        }
    }

    /// The metric of this word, or the message and the next move when there is none.
    pub(super) fn called(word: &str) -> Result<Metric, (String, String)> {
        let known = || Metric::ALL.iter().map(|metric| metric.word());
        if let Some(metric) = Metric::ALL.into_iter().find(|metric| metric.word() == word) {
            return Ok(metric);
        }
        let all = || known().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
        if NOT_YET.contains(&word) {
            return Err((
                format!("this version does not know the metric `{word}` yet"),
                format!("known are {}", all()),
            ));
        }
        let unknown = format!("{} is not a metric", shown(word));
        if let Some((_, ours)) = SYNONYMS.iter().find(|(theirs, _)| *theirs == word) {
            return Err((unknown, format!("write `{ours}`")));
        }
        let percentile = word.strip_prefix('p').is_some_and(|rest| rest.parse::<f64>().is_ok());
        if percentile {
            let percentiles = "`p50`, `p90`, `p95`, `p99` and `p99.9`";
            return Err((
                format!("{} is not measured", shown(word)),
                format!("the percentiles are {percentiles}"),
            ));
        }
        // A comparison of very long words costs more than it is worth.
        let help = if word.len() > 100 { format!("known are {}", all()) } else { suggest(word, known()) };
        Err((unknown, help))
    }
}
