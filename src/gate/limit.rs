//! What a metric is compared with.

use super::error::{GateError, shown};
use super::metric::{Metric, Of, Takes};
use crate::units::{Rate, Ratio, Span, UnitError};
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

/// The value of a gate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Limit {
    /// A length of time in whole microseconds.
    Time(Span),
    /// A share.
    Share(Ratio),
    /// A rate.
    Rate(Rate),
    /// A plain count.
    Count(u64),
}

impl Limit {
    /// Reads the value of a gate on `metric`, which stands at `place`.
    pub(super) fn parse(text: &str, metric: Metric, place: Range<usize>) -> Result<Limit, GateError> {
        let error = |(message, help)| GateError::at(place.clone(), message, help);
        match metric.takes() {
            Takes::Time => match text.parse::<Span>() {
                Ok(span) => whole_micros(span, text).map(Limit::Time).map_err(error),
                Err(unit) => Err(error(wrong(text, metric, &unit))),
            },
            Takes::Share => text.parse().map(Limit::Share).map_err(|unit| error(wrong(text, metric, &unit))),
            Takes::Rate => text.parse().map(Limit::Rate).map_err(|unit| error(wrong(text, metric, &unit))),
            Takes::CountOrShare => match text.replace('_', "").parse() {
                Ok(count) => Ok(Limit::Count(count)),
                Err(_) => text.parse().map(Limit::Share).map_err(|unit| error(wrong(text, metric, &unit))),
            },
            Takes::Count => match text.replace('_', "").parse() {
                Ok(count) => Ok(Limit::Count(count)),
                Err(_) => Err(error(wrong_count(text, metric))),
            },
        }
    }

    /// What the numbers of a decision on it are.
    pub(super) const fn unit(self) -> &'static str {
        match self {
            Limit::Time(_) => "us",
            Limit::Share(_) => "ratio",
            Limit::Rate(_) => "per_s",
            Limit::Count(_) => "count",
        }
    }

    /// Whether it is zero of its kind.
    pub(super) fn is_zero(self) -> bool {
        match self {
            Limit::Time(span) => span.get().is_zero(),
            Limit::Share(share) => share.get() <= 0.0,
            Limit::Rate(rate) => rate.as_per_second() <= 0.0,
            Limit::Count(count) => count == 0,
        }
    }
}

/// A span that histograms can tell from its neighbours.
pub(super) fn whole_micros(span: Span, text: &str) -> Result<Span, (String, String)> {
    if span.get().subsec_nanos().is_multiple_of(1_000) {
        return Ok(span);
    }
    Err((
        format!("{} is finer than a microsecond, which is as fine as time is measured", shown(text)),
        "write whole microseconds, such as `850us`".to_owned(),
    ))
}

/// The message and the next move for a value of the wrong kind.
fn wrong(text: &str, metric: Metric, unit: &UnitError) -> (String, String) {
    let word = metric.word();
    let (wanted, example) = match metric.takes() {
        Takes::Time if metric.of() != Of::Requests => ("a length of time", "30s"),
        Takes::Time => ("a length of time", "250ms"),
        Takes::Share => ("a share", "0.1%"),
        Takes::Rate => ("a rate", "200/s"),
        Takes::CountOrShare => ("a count or a share", "0.1%"),
        Takes::Count => ("a count", "0"),
    };
    let help = format!("write for example `{} {} {example}`", metric.named(), metric.usual().symbol());
    match (other_kind(text), unit) {
        (Some(other), _) => (format!("{} is {other}, but `{word}` is {wanted}", shown(text)), help),
        (None, UnitError::NoUnit { example, .. }) => {
            (format!("{} has no unit", shown(text)), format!("write {example}"))
        }
        (None, UnitError::Range { range, .. }) => {
            (format!("{} is out of range", shown(text)), format!("write {wanted} within {range}"))
        }
        (None, UnitError::NotA { .. }) => (format!("{} is not {wanted}", shown(text)), help),
    }
}

/// The message and the next move for what is no plain count.
fn wrong_count(text: &str, metric: Metric) -> (String, String) {
    let what = match other_kind(text) {
        Some(other) => format!("{} is {other}, but `{}` is a count", shown(text), metric.word()),
        None => format!("{} is not a count", shown(text)),
    };
    (what, format!("write for example `{} == 0`", metric.named()))
}

/// What a quantity is, by its unit.
fn other_kind(text: &str) -> Option<&'static str> {
    match () {
        () if text.parse::<Span>().is_ok() => Some("a length of time"),
        () if text.parse::<Ratio>().is_ok() => Some("a share"),
        () if text.parse::<Rate>().is_ok() => Some("a rate"),
        () => None,
    }
}

impl fmt::Display for Limit {
    /// The short form where that is exact, else a longer one: reading it again gives the same value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Limit::Time(span) => f.write_str(&exact_span(*span)),
            Limit::Share(share) => f.write_str(&exact_share(*share)),
            Limit::Rate(rate) => {
                f.write_str(&exact(rate).unwrap_or_else(|| format!("{}/s", rate.as_per_second())))
            }
            Limit::Count(count) => write!(f, "{count}"),
        }
    }
}

/// The usual text of a quantity, if reading it gives the same quantity.
fn exact<T: fmt::Display + FromStr + PartialEq>(value: &T) -> Option<String> {
    let text = value.to_string();
    text.parse().is_ok_and(|read: T| read == *value).then_some(text)
}

pub(super) fn exact_span(span: Span) -> String {
    exact(&span).unwrap_or_else(|| format!("{}us", span.get().as_micros()))
}

fn exact_share(share: Ratio) -> String {
    let percent = share.get() * 100.0;
    // The percentage that was written lies within two steps of a double from the product.
    let near = [percent, percent.next_down(), percent.next_up(), percent.next_down().next_down()];
    let written = near.into_iter().find(|percent| (percent / 100.0).to_bits() == share.get().to_bits());
    exact(&share).unwrap_or_else(|| format!("{}%", written.unwrap_or(percent)))
}
