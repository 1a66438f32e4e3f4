//! What a gate can be about.

use super::error::shown;
use crate::source::suggest;

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
const SYNONYMS: [(&str, &str); 9] = [
    ("avg", "mean"),
    ("average", "mean"),
    ("median", "p50"),
    ("p999", "p99.9"),
    ("errors", "error_rate"),
    ("failure_rate", "error_rate"),
    ("success_rate", "availability"),
    ("rps", "throughput"),
    ("latency", "p99"),
];

/// Metrics of faults and workloads, which are planned but not there yet.
const NOT_YET: [&str; 10] =
    ["failover", "detection", "rto", "rpo", "lost", "downtime", "restarts", "cpu", "memory", "slope"];

impl Metric {
    /// All metrics, in the order of messages.
    pub const ALL: [Metric; 12] = [
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
    pub(super) fn of(word: &str) -> Result<Metric, (String, String)> {
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
