//! Reads a gate: `metric[(name)] comparison value [window]`, one function per part.

use super::error::{GateError, shown};
use super::limit::whole_micros;
use super::token::{Token, TokenKind, Tokens};
use super::{Comparison, Gate, Limit, Metric, Places, Window, sense};
use crate::source::nearest;
use crate::units::{Rate, Ratio, Span};
use std::ops::Range;
use std::time::Duration;

/// A gate that is right, for messages that have nothing better.
const EXAMPLE: &str = "write for example `p99 <= 250ms`";

/// The windows there are, for messages.
const WINDOWS: &str = "a window is `stage NAME` or `last 30s`; without one the whole run counts";

/// What begins a window of a fault, which is planned but not there yet.
const FAULT_WINDOWS: [&str; 4] = ["before", "during", "after", "within"];

/// Reads the whole text as one gate.
pub(super) fn gate(text: &str) -> Result<Gate, GateError> {
    let mut parser = Parser { text, tokens: Tokens::of(text) };
    let metric = parser.metric()?;
    let (on, on_place) = parser.name_in_parentheses(metric)?;
    let (comparison, compared) = parser.comparison(metric)?;
    let (limit, limited) = parser.limit(metric)?;
    let (window, window_place) = parser.window()?;
    let places = Places { on: on_place, window: window_place };
    let gate = Gate { metric, on, comparison, limit, window, places };
    sense::check(&gate, compared, limited)?;
    Ok(gate)
}

struct Parser<'t> {
    text: &'t str,
    tokens: Tokens<'t>,
}

impl Parser<'_> {
    fn metric(&mut self) -> Result<Metric, GateError> {
        let token = self.tokens.next()?;
        match token.kind {
            TokenKind::Word(word) if !word.starts_with(|first: char| first.is_ascii_digit()) => {
                Metric::of(word).map_err(|(message, help)| GateError::at(token.place, message, help))
            }
            TokenKind::End => Err(GateError::at(token.place, "the gate is empty", EXAMPLE)),
            _ => Err(GateError::at(token.place, "a gate begins with a metric", EXAMPLE)),
        }
    }

    /// `(name)`, if it is there, and the place of the name.
    fn name_in_parentheses(&mut self, metric: Metric) -> Result<(Option<String>, Range<usize>), GateError> {
        let open = self.tokens.peek()?;
        if open.kind != TokenKind::Open {
            return Ok((None, Range::default()));
        }
        self.tokens.next()?;
        let token = self.tokens.next()?;
        let name = match &token.kind {
            TokenKind::Word(word) => (*word).to_owned(),
            TokenKind::Text(text) if !text.trim().is_empty() => text.clone(),
            _ => {
                let help =
                    format!("name a journey or an endpoint: `{}(browse)`, or leave them out", metric.word());
                return Err(GateError::at(
                    open.place.start..token.place.end,
                    "there is no name in the parentheses",
                    help,
                ));
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
                format!(
                    "write one; put it in quotes when it has spaces: `{}(\"GET /products\")`",
                    metric.word()
                ),
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
    fn quantity(&mut self, place: Range<usize>) -> Result<Range<usize>, GateError> {
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

    fn window(&mut self) -> Result<(Window, Range<usize>), GateError> {
        let token = self.tokens.next()?;
        let (window, end) = match token.kind {
            TokenKind::End => return Ok((Window::WholeRun, token.place)),
            TokenKind::Word("stage") => self.stage()?,
            TokenKind::Word("last") => self.last()?,
            _ => return Err(unexpected(&token, self.text)),
        };
        let more = self.tokens.next()?;
        if more.kind == TokenKind::End {
            return Ok((window, token.place.start..end));
        }
        Err(unexpected(&more, self.text))
    }

    fn stage(&mut self) -> Result<(Window, usize), GateError> {
        let token = self.tokens.next()?;
        match token.kind {
            TokenKind::Word(word) => Ok((Window::Stage(word.to_owned()), token.place.end)),
            TokenKind::Text(text) if !text.trim().is_empty() => Ok((Window::Stage(text), token.place.end)),
            _ => Err(GateError::at(
                token.place,
                "the name of the stage is missing",
                "write for example `stage hold`",
            )),
        }
    }

    fn last(&mut self) -> Result<(Window, usize), GateError> {
        let token = self.tokens.next()?;
        let help = "write for example `last 30s`";
        if !matches!(token.kind, TokenKind::Word(_)) {
            return Err(GateError::at(token.place, "the length of the window is missing", help));
        }
        let place = self.quantity(token.place)?;
        let text = &self.text[place.clone()];
        let error = |(message, help): (String, String)| GateError::at(place.clone(), message, help);
        let not_a_length = |_| error((format!("{} is not a length of time", shown(text)), help.to_owned()));
        let span: Span = text.parse().map_err(not_a_length)?;
        if span.get() < Duration::from_secs(1) {
            let message =
                format!("{} is shorter than a second, the shortest window that is kept", shown(text));
            return Err(error((message, "write at least `last 1s`".to_owned())));
        }
        let span = whole_micros(span, text).map_err(error)?;
        Ok((Window::Last(span), place.end))
    }
}

/// Whether a text is a number with a unit of any kind.
fn is_quantity(text: &str) -> bool {
    text.parse::<Span>().is_ok() || text.parse::<Ratio>().is_ok() || text.parse::<Rate>().is_ok()
}

/// A token where a window or the end should be.
fn unexpected(token: &Token<'_>, text: &str) -> GateError {
    let written = &text[token.place.clone()];
    let place = token.place.clone();
    match token.kind {
        TokenKind::Word(word) if FAULT_WINDOWS.contains(&word) => {
            GateError::at(place, "this version does not know windows of faults yet", WINDOWS)
        }
        TokenKind::Word("stage" | "last") => {
            GateError::at(place, "a gate has only one window", "leave one out, or write two gates")
        }
        TokenKind::Word("and" | "or") | TokenKind::Compare(_) | TokenKind::Sign('&' | '|' | ',' | ';') => {
            let message = format!("{} does not belong in a gate", shown(written));
            GateError::at(place, message, "write one comparison in each gate, and each gate on its own line")
        }
        TokenKind::Sign('*') => {
            GateError::at(place, "this version does not know arithmetic in gates", "write the value itself")
        }
        TokenKind::Word(word) if word.len() <= 100 => {
            let help = match nearest(word, ["stage", "last"]) {
                Some(meant) => format!("did you mean `{meant}`? {WINDOWS}"),
                None => WINDOWS.to_owned(),
            };
            GateError::at(place, format!("{} is not a window", shown(written)), help)
        }
        _ => GateError::at(place, format!("{} is not a window", shown(written)), WINDOWS),
    }
}
