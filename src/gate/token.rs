//! The words and signs of a gate, one at a time, each with its place.

use super::Comparison;
use super::error::GateError;
use std::ops::Range;

/// One word or sign.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token<'t> {
    pub(super) kind: TokenKind<'t>,
    /// Its bytes.
    pub(super) place: Range<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind<'t> {
    /// Anything without spaces and signs: `p99.9`, `250ms`, `0.1%`, `browse/list`.
    Word(&'t str),
    /// A text in quotes, without them.
    Text(String),
    Compare(Comparison),
    Open,
    Close,
    /// Any other sign.
    Sign(char),
    /// Nothing more.
    End,
}

/// Whether a letter can be part of a word.
fn in_word(letter: char) -> bool {
    !letter.is_whitespace() && !letter.is_control() && !"()<>=!≤≥\"'`,;*&|".contains(letter)
}

/// Whether a text is one word, so that it needs no quotes.
pub(super) fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(in_word)
}

/// Hands out tokens. Copying it remembers a position.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tokens<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Tokens<'t> {
    pub(super) fn of(text: &'t str) -> Tokens<'t> {
        Tokens { text, at: 0 }
    }

    /// The next token, without taking it.
    pub(super) fn peek(mut self) -> Result<Token<'t>, GateError> {
        self.next()
    }

    /// Takes the next token; `End` again and again at the end.
    pub(super) fn next(&mut self) -> Result<Token<'t>, GateError> {
        let rest = &self.text[self.at..];
        let start = self.at + (rest.len() - rest.trim_start().len());
        let rest = &self.text[start..];
        let Some(first) = rest.chars().next() else {
            let end = self.text.trim_end().len();
            return Ok(Token { kind: TokenKind::End, place: end..end });
        };
        let (kind, length) = match first {
            '(' => (TokenKind::Open, 1),
            ')' => (TokenKind::Close, 1),
            '"' | '\'' => quoted(rest, first, start)?,
            '<' | '>' | '=' | '!' | '≤' | '≥' => comparison(rest, start)?,
            _ if in_word(first) => {
                let end = rest.find(|letter| !in_word(letter)).unwrap_or(rest.len());
                (TokenKind::Word(&rest[..end]), end)
            }
            other => (TokenKind::Sign(other), other.len_utf8()),
        };
        self.at = start + length;
        Ok(Token { kind, place: start..self.at })
    }
}

/// A comparison at the beginning of `rest`, and its length.
fn comparison(rest: &str, start: usize) -> Result<(TokenKind<'_>, usize), GateError> {
    let length = rest.find(|letter| !"<>=!≤≥".contains(letter)).unwrap_or(rest.len());
    let sign = &rest[..length];
    let found = match sign {
        "<=" => Comparison::AtMost,
        "<" => Comparison::Below,
        ">=" => Comparison::AtLeast,
        ">" => Comparison::Above,
        "==" => Comparison::Equal,
        _ => {
            let meant = match sign {
                "=<" | "≤" => "write `<=`",
                "=>" | "≥" => "write `>=`",
                "=" => "write `<=`, `>=` or `==`",
                _ => "write `<=`, `<`, `>=`, `>` or `==`",
            };
            let message = format!("{} is not a comparison", super::error::shown(sign));
            return Err(GateError::at(start..start + length, message, meant));
        }
    };
    Ok((TokenKind::Compare(found), length))
}

/// A text in quotes at the beginning of `rest`, and its length with them. A backslash takes the next quote or
/// backslash as it is.
fn quoted(rest: &str, quote: char, start: usize) -> Result<(TokenKind<'_>, usize), GateError> {
    let mut text = String::new();
    let mut letters = rest.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            _ if letter == quote => return Ok((TokenKind::Text(text), at + 1)),
            '\\' => match letters.next_if(|(_, next)| matches!(next, '"' | '\'' | '\\')) {
                Some((_, next)) => text.push(next),
                None => text.push('\\'),
            },
            _ => text.push(letter),
        }
    }
    let help = format!("close it with another {quote}");
    Err(GateError::at(start..start + rest.len(), "the quoted text has no end", help))
}
