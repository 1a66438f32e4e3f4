//! Reads a gate: `metric[(name)] comparison value [window]`, one function per part; `window` has the last one, and
//! `of_fault` what is different where the name is a fault's.

use super::error::GateError;
use super::token::{TokenKind, Tokens};
use super::{Comparison, Gate, Limit, Metric, Of, Places, of_fault, sense};
use crate::units::{Rate, Ratio, Span};
use std::ops::Range;

/// A gate that is right, for messages that have nothing better.
const EXAMPLE: &str = "write for example `p99 <= 250ms`";

/// Reads the whole text as one gate.
pub(super) fn gate(text: &str) -> Result<Gate, GateError> {
    let (gate, compared, limited) = read(text)?;
    sense::check(&gate, compared, limited)?;
    Ok(gate)
}

/// Reads the whole text as what must not come about; gives the gate that breaks when it does.
pub(super) fn condition(text: &str) -> Result<Gate, GateError> {
    let (said, compared, limited) = read(text)?;
    of_fault::no_condition(&said, text)?;
    let all = compared.start..limited.end;
    let comparison = match said.comparison {
        Comparison::AtMost => Comparison::Above,
        Comparison::Below => Comparison::AtLeast,
        Comparison::AtLeast => Comparison::Below,
        Comparison::Above => Comparison::AtMost,
        Comparison::Equal => {
            let help = "write `>` or `<`: `error_rate > 50% last 10s`";
            return Err(GateError::at(compared, "`==` is no condition to stop at", help));
        }
    };
    let gate = Gate { comparison, ..said };
    sense::check(&gate, compared, limited).map_err(|_| {
        let message = "this would stop a run at once or never";
        GateError::at(all, message, "say how bad it has to be: `error_rate > 50% last 10s`")
    })?;
    Ok(gate)
}

/// The gate as it stands there, with the places of its comparison and its limit.
fn read(text: &str) -> Result<(Gate, Range<usize>, Range<usize>), GateError> {
    let mut parser = Parser { text, tokens: Tokens::of(text) };
    let metric = parser.metric()?;
    let (on, on_place) = parser.name_in_parentheses(metric)?;
    let (comparison, compared) = parser.comparison(metric)?;
    let (limit, limited) = parser.limit(metric)?;
    let (window, window_place) = parser.window()?;
    of_fault::no_window(metric, &window, &window_place)?;
    let places = Places { on: on_place, window: window_place };
    Ok((Gate { metric, on, comparison, limit, window, places }, compared, limited))
}

/// Reads one part after the other.
pub(super) struct Parser<'t> {
    pub(super) text: &'t str,
    pub(super) tokens: Tokens<'t>,
}

impl Parser<'_> {
    fn metric(&mut self) -> Result<Metric, GateError> {
        let token = self.tokens.next()?;
        match token.kind {
            TokenKind::Word(word) if !word.starts_with(|first: char| first.is_ascii_digit()) => {
                Metric::called(word).map_err(|(message, help)| GateError::at(token.place, message, help))
            }
            TokenKind::End => Err(GateError::at(token.place, "the gate is empty", EXAMPLE)),
            _ => Err(GateError::at(token.place, "a gate begins with a metric", EXAMPLE)),
        }
    }

    /// `(name)`, if it is there, and the place of the name.
    fn name_in_parentheses(&mut self, metric: Metric) -> Result<(Option<String>, Range<usize>), GateError> {
        let open = self.tokens.peek()?;
        if open.kind != TokenKind::Open {
            return of_fault::unnamed(metric, open.place).map(|()| (None, Range::default()));
        }
        self.tokens.next()?;
        let token = self.tokens.next()?;
        let name = match &token.kind {
            TokenKind::Word(word) => (*word).to_owned(),
            TokenKind::Text(text) if !text.trim().is_empty() => text.clone(),
            _ => {
                let place = open.place.start..token.place.end;
                return Err(GateError::at(place, "there is no name in the parentheses", whom(metric)));
            }
        };
        let close = self.tokens.next()?;
        match close.kind {
            TokenKind::Close => Ok((Some(name), token.place)),
            TokenKind::End => Err(GateError::at(
                close.place,
                "the parenthesis has no end",
                "close it with `)` after the name",
            )),
            _ => Err(GateError::at(
                token.place.start..close.place.end,
                "there is more than one name in the parentheses",
                quotes(metric),
            )),
        }
    }

    fn comparison(&mut self, metric: Metric) -> Result<(Comparison, Range<usize>), GateError> {
        let token = self.tokens.next()?;
        match token.kind {
            TokenKind::Compare(comparison) => Ok((comparison, token.place)),
            _ => {
                let message = format!("after `{}` a comparison is missing", metric.word());
                let help = format!("write `{}` here", metric.usual().symbol());
                Err(GateError::at(token.place, message, help))
            }
        }
    }

    fn limit(&mut self, metric: Metric) -> Result<(Limit, Range<usize>), GateError> {
        let token = self.tokens.next()?;
        match token.kind {
            TokenKind::Word("baseline") => Err(GateError::at(
                token.place,
                "this version does not know `baseline` yet",
                "compare with a fixed value for now",
            )),
            TokenKind::Word(_) => {
                let place = self.quantity(token.place)?;
                let limit = Limit::parse(&self.text[place.clone()], metric, place.clone())?;
                Ok((limit, place))
            }
            TokenKind::End => Err(GateError::at(token.place, "the value is missing", EXAMPLE)),
            _ => Err(GateError::at(token.place, "a value is expected here", EXAMPLE)),
        }
    }

    /// The place of a quantity that begins with the word at `place`: that word, and the next one too when only both
    /// together are a quantity, as in `250 ms`.
    pub(super) fn quantity(&mut self, place: Range<usize>) -> Result<Range<usize>, GateError> {
        let bare =
            self.text[place.clone()].chars().all(|letter| letter.is_ascii_digit() || "._".contains(letter));
        let next = self.tokens.peek()?;
        let both = place.start..next.place.end;
        if bare && matches!(next.kind, TokenKind::Word(_)) && is_quantity(&self.text[both.clone()]) {
            self.tokens.next()?;
            return Ok(both);
        }
        Ok(place)
    }
}

/// What to put into the parentheses.
fn whom(metric: Metric) -> String {
    match metric.of() {
        Of::Requests => {
            format!("name a journey or an endpoint: `{}(browse)`, or leave them out", metric.word())
        }
        Of::Fault | Of::Data => format!("name a fault: `{}`", metric.named()),
    }
}

/// How to write a name of several words.
fn quotes(metric: Metric) -> String {
    let name = if metric.of() == Of::Requests { "GET /products" } else { "kill one" };
    format!("write one; put it in quotes when it has spaces: `{}(\"{name}\")`", metric.word())
}

/// Whether a text is a number with a unit of any kind.
fn is_quantity(text: &str) -> bool {
    text.parse::<Span>().is_ok() || text.parse::<Ratio>().is_ok() || text.parse::<Rate>().is_ok()
}
