//! A gate: one objective, as read.

use super::error::GateError;
use super::limit::exact_span;
use super::metric::{Better, Of};
use super::token::is_word;
use super::{Limit, Metric, parse};
use crate::stats::{ALPHA, FEWEST_FOR_A_MEAN, fewest};
use crate::units::Span;
use std::fmt;
use std::ops::Range;
use std::time::Duration;

/// One objective: `p99(browse) <= 250ms stage hold`. Two gates are equal when they mean the same, wherever their
/// parts stood.
#[derive(Debug, Clone)]
pub struct Gate {
    /// What is measured.
    pub metric: Metric,
    /// The journey, endpoint or step that it is measured of; all when left out. Of a metric of faults the fault.
    pub on: Option<String>,
    /// How it is compared.
    pub comparison: Comparison,
    /// What it is compared with.
    pub limit: Limit,
    /// The part of the run that counts.
    pub window: Window,
    /// Where the parts that name something stood.
    pub places: Places,
}

/// Where the parts of a gate that name something of the scenario stood, in bytes of its text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Places {
    /// The name in parentheses.
    pub on: Range<usize>,
    /// The window, with its first word.
    pub window: Range<usize>,
}

impl PartialEq for Gate {
    fn eq(&self, other: &Gate) -> bool {
        let meaning = |gate: &Gate| (gate.metric, gate.comparison, gate.limit);
        meaning(self) == meaning(other) && self.on == other.on && self.window == other.window
    }
}

/// How a value is compared with its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `<=`
    AtMost,
    /// `<`
    Below,
    /// `>=`
    AtLeast,
    /// `>`
    Above,
    /// `==`
    Equal,
}

impl Comparison {
    /// As it is written.
    pub const fn symbol(self) -> &'static str {
        match self {
            Comparison::AtMost => "<=",
            Comparison::Below => "<",
            Comparison::AtLeast => ">=",
            Comparison::Above => ">",
            Comparison::Equal => "==",
        }
    }

    /// Whether `value` compares so with `limit`.
    pub(super) fn holds<T: PartialOrd>(self, value: &T, limit: &T) -> bool {
        match self {
            Comparison::AtMost => value <= limit,
            Comparison::Below => value < limit,
            Comparison::AtLeast => value >= limit,
            Comparison::Above => value > limit,
            Comparison::Equal => value == limit,
        }
    }
}

impl Metric {
    /// The comparison that makes sense for this metric.
    pub(super) const fn usual(self) -> Comparison {
        match self.better() {
            Better::Lower => Comparison::AtMost,
            Better::Higher => Comparison::AtLeast,
        }
    }
}

/// The part of the run that a gate judges.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Window {
    /// All of it but warm-up stages.
    #[default]
    WholeRun,
    /// One stage by its name.
    Stage(String),
    /// The last stretch of the load, this long.
    Last(Span),
    /// A stretch around a fault.
    Fault {
        /// The fault's name.
        name: String,
        /// Which stretch.
        part: Around,
    },
}

/// Which stretch around a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Around {
    /// From the beginning of the measured load until it is injected for the first time.
    Before,
    /// While it is active.
    During,
    /// From its end on, this long or to the end of the load.
    After(Option<Span>),
}

impl Around {
    /// The word that the window begins with.
    pub const fn word(self) -> &'static str {
        match self {
            Around::Before => "before",
            Around::During => "during",
            Around::After(_) => "after",
        }
    }
}

impl Gate {
    /// Reads a gate.
    pub fn parse(text: &str) -> Result<Gate, GateError> {
        parse::gate(text)
    }

    /// Reads a condition that must not come about, such as `error_rate > 50% last 10s`: the gate that breaks when it
    /// does.
    pub fn condition(text: &str) -> Result<Gate, GateError> {
        parse::condition(text)
    }

    /// The fewest requests with which this gate can pass, when all of them are as good as can be.
    pub fn needs(&self) -> u64 {
        let share = match (self.metric, self.limit) {
            (Metric::ErrorRate, Limit::Share(limit)) => Some(limit.get()),
            (Metric::Availability, Limit::Share(limit)) => Some(1.0 - limit.get()),
            (metric, _) => metric.percentile().map(|(_, beyond)| beyond),
        };
        match share {
            Some(share) => fewest(share, ALPHA).unwrap_or(1),
            None if self.metric == Metric::Mean => FEWEST_FOR_A_MEAN,
            None => 1,
        }
    }

    /// The limit on response times, when this gate sets one: the generator must be well more punctual than that.
    pub fn latency_limit(&self) -> Option<Duration> {
        match (self.metric, self.limit) {
            (Metric::Lag, _) => None,
            (metric, Limit::Time(limit)) if metric.of() == Of::Requests => Some(limit.get()),
            _ => None,
        }
    }
}

impl fmt::Display for Gate {
    /// The canonical form; reading it gives an equal gate.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.metric.word())?;
        if let Some(name) = &self.on {
            write!(f, "({})", Name(name))?;
        }
        write!(f, " {} {}", self.comparison.symbol(), self.limit)?;
        match &self.window {
            Window::WholeRun => Ok(()),
            Window::Stage(name) => write!(f, " stage {}", Name(name)),
            Window::Last(span) => write!(f, " last {}", exact_span(*span)),
            Window::Fault { name, part } => {
                write!(f, " {} {}", part.word(), Name(name))?;
                match part {
                    Around::After(Some(span)) => write!(f, " +{}", exact_span(*span)),
                    Around::Before | Around::During | Around::After(None) => Ok(()),
                }
            }
        }
    }
}

/// A name as it is written in a gate: bare where that is one word, else in quotes. A plus sign begins a length.
struct Name<'a>(&'a str);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if is_word(self.0) && !self.0.starts_with('+') {
            return f.write_str(self.0);
        }
        write!(f, "\"{}\"", self.0.replace('\\', r"\\").replace('"', "\\\""))
    }
}
