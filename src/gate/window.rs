//! Reads the window of a gate: the part of the run that it judges.

use super::error::{GateError, shown};
use super::limit::whole_micros;
use super::parse::Parser;
use super::token::{Token, TokenKind};
use super::{Around, Window};
use crate::source::nearest;
use crate::units::Span;
use std::ops::Range;
use std::time::Duration;

/// The windows there are, for messages.
const WINDOWS: &str = "a window is `stage NAME`, `last 30s`, `before FAULT`, `during FAULT`, `after FAULT` or \
                       `after FAULT +30s`; without one the whole run counts";

/// The words that begin a window.
const WORDS: [&str; 5] = ["stage", "last", "before", "during", "after"];

impl Parser<'_> {
    /// The window, and where it stands; without one the whole run.
    pub(super) fn window(&mut self) -> Result<(Window, Range<usize>), GateError> {
        let token = self.tokens.next()?;
        let (window, end) = match token.kind {
            TokenKind::End => return Ok((Window::WholeRun, token.place)),
            TokenKind::Word("stage") => self.stage()?,
            TokenKind::Word("last") => self.last()?,
            TokenKind::Word("before") => self.fault(Around::Before)?,
            TokenKind::Word("during") => self.fault(Around::During)?,
            TokenKind::Word("after") => self.fault(Around::After(None))?,
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
        if !matches!(token.kind, TokenKind::Word(_)) {
            let help = "write for example `last 30s`";
            return Err(GateError::at(token.place, "the length of the window is missing", help));
        }
        let (span, end) = self.length(token.place, "last ")?;
        Ok((Window::Last(span), end))
    }

    /// The name of a fault, and for `after` a length if one is there.
    fn fault(&mut self, part: Around) -> Result<(Window, usize), GateError> {
        let token = self.tokens.next()?;
        let name = match token.kind {
            TokenKind::Word(word) if !word.starts_with('+') => word.to_owned(),
            TokenKind::Text(text) if !text.trim().is_empty() => text,
            _ => {
                let help =
                    format!("write for example `{} kill-one`; put a name with spaces in quotes", part.word());
                return Err(GateError::at(token.place, "the name of the fault is missing", help));
            }
        };
        let plus = self.tokens.peek()?;
        let TokenKind::Word(word) = plus.kind else {
            return Ok((Window::Fault { name, part }, token.place.end));
        };
        if !word.starts_with('+') {
            return Ok((Window::Fault { name, part }, token.place.end));
        }
        if !matches!(part, Around::After(_)) {
            let help = "write it after the end of a fault: `after kill-one +30s`";
            let message = format!("`{}` takes no length", part.word());
            return Err(GateError::at(plus.place, message, help));
        }
        let (span, end) = self.plus_length(word)?;
        Ok((Window::Fault { name, part: Around::After(Some(span)) }, end))
    }

    /// `+30s`, also with a space between. The word that begins with the plus sign was only looked at.
    fn plus_length(&mut self, word: &str) -> Result<(Span, usize), GateError> {
        let mut token = self.tokens.next()?;
        if word == "+" {
            token = self.tokens.next()?;
            if !matches!(token.kind, TokenKind::Word(_)) {
                let help = "write for example `after kill-one +30s`";
                return Err(GateError::at(token.place, "the length of the window is missing", help));
            }
        } else {
            token.place.start += 1;
        }
        self.length(token.place, "+")
    }

    /// A length of at least a second that begins with the word at `place`, and where it ends. `sign` stands before
    /// it, for messages.
    fn length(&mut self, place: Range<usize>, sign: &str) -> Result<(Span, usize), GateError> {
        let place = self.quantity(place)?;
        let text = &self.text[place.clone()];
        let error = |(message, help): (String, String)| GateError::at(place.clone(), message, help);
        let not_a_length = |_| {
            error((
                format!("{} is not a length of time", shown(text)),
                format!("write for example `{sign}30s`"),
            ))
        };
        let span: Span = text.parse().map_err(not_a_length)?;
        if span.get() < Duration::from_secs(1) {
            let message =
                format!("{} is shorter than a second, the shortest window that is kept", shown(text));
            return Err(error((message, format!("write at least `{sign}1s`"))));
        }
        let span = whole_micros(span, text).map_err(error)?;
        Ok((span, place.end))
    }
}

/// A token where a window or the end should be.
fn unexpected(token: &Token<'_>, text: &str) -> GateError {
    let written = &text[token.place.clone()];
    let place = token.place.clone();
    match token.kind {
        TokenKind::Word(word) if WORDS.contains(&word) => {
            GateError::at(place, "a gate has only one window", "leave one out, or write two gates")
        }
        TokenKind::Word("and" | "or") | TokenKind::Compare(_) | TokenKind::Sign('&' | '|' | ',' | ';') => {
            let message = format!("{} does not belong in a gate", shown(written));
            GateError::at(place, message, "write one comparison in each gate, and each gate on its own line")
        }
        TokenKind::Sign('*') => {
            GateError::at(place, "this version does not know arithmetic in gates", "write the value itself")
        }
        TokenKind::Word("within") => GateError::at(
            place,
            "`within` is not a window",
            "write `after FAULT +30s` for the 30 s that follow a fault",
        ),
        TokenKind::Word(word) if word.len() <= 100 => {
            let help = match nearest(word, WORDS) {
                Some(meant) => format!("did you mean `{meant}`? {WINDOWS}"),
                None => WINDOWS.to_owned(),
            };
            GateError::at(place, format!("{} is not a window", shown(written)), help)
        }
        _ => GateError::at(place, format!("{} is not a window", shown(written)), WINDOWS),
    }
}
