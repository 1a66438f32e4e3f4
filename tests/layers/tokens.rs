//! Rust source as words and marks, without comments and without the insides of strings: as much as it takes to find
//! paths and macro calls. Not a parser; it knows no grammar.

/// A word, `::`, or one other character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub text: String,
    /// From 1.
    pub line: usize,
}

/// The tokens of a source. A string or character literal is left out altogether.
pub fn tokens(source: &str) -> Vec<Token> {
    let mut scan = Scan { rest: source, line: 1, found: Vec::new() };
    while scan.step() {}
    scan.found
}

struct Scan<'s> {
    rest: &'s str,
    line: usize,
    found: Vec<Token>,
}

impl Scan<'_> {
    /// Reads one token, comment, literal or blank; `false` at the end.
    fn step(&mut self) -> bool {
        let Some(first) = self.rest.chars().next() else { return false };
        if self.rest.starts_with("//") {
            self.skip(self.rest.find('\n').unwrap_or(self.rest.len()));
        } else if self.rest.starts_with("/*") {
            self.skip(block_comment(self.rest));
        } else if first == '"' {
            self.skip(string(self.rest));
        } else if first == '\'' {
            self.skip(character_or_lifetime(self.rest));
        } else if is_word(first) {
            self.word();
        } else if first.is_whitespace() {
            self.skip(first.len_utf8());
        } else {
            let length = if self.rest.starts_with("::") { 2 } else { first.len_utf8() };
            self.take(length);
        }
        true
    }

    /// A word, or the string that it is the prefix of: `r"…"`, `b"…"`, `br#"…"#`, `r#word`.
    fn word(&mut self) {
        let length = self.rest.find(|c| !is_word(c)).unwrap_or(self.rest.len());
        let (word, after) = self.rest.split_at(length);
        let hashes = after.len() - after.trim_start_matches('#').len();
        let quoted = after[hashes..].starts_with('"');
        match word {
            "r" | "br" | "cr" if quoted => {
                let end = format!("\"{}", "#".repeat(hashes));
                let body = length + hashes + 1;
                let close = self.rest[body..].find(&end).map_or(self.rest.len(), |at| body + at + end.len());
                self.skip(close);
            }
            "b" | "c" if quoted && hashes == 0 => self.skip(length + string(after)),
            "b" if after.starts_with('\'') => self.skip(length + character_or_lifetime(after)),
            "r" if hashes == 1 => self.skip(length + 1),
            _ => self.take(length),
        }
    }

    fn take(&mut self, length: usize) {
        self.found.push(Token { text: self.rest[..length].to_owned(), line: self.line });
        self.skip(length);
    }

    fn skip(&mut self, length: usize) {
        let (gone, rest) = self.rest.split_at(length.min(self.rest.len()));
        self.line += gone.matches('\n').count();
        self.rest = rest;
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The length of a block comment; they nest.
fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < text.len() {
        let rest = &text.as_bytes()[at..];
        if rest.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    text.len()
}

/// The length of a `"…"` with escapes.
fn string(text: &str) -> usize {
    let mut escaped = false;
    let end = text.char_indices().skip(1).find(|&(_, c)| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    });
    end.map_or(text.len(), |(at, _)| at + 1)
}

/// The length of `'x'`, `'\n'`, or of the lifetime `'a`.
fn character_or_lifetime(text: &str) -> usize {
    let mut chars = text.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), Some((at, escaped))) => {
            let from = at + escaped.len_utf8();
            text[from..].find('\'').map_or(text.len(), |end| from + end + 1)
        }
        (Some((_, '\\')), None) => text.len(),
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 1 + text[1..].find(|c| !is_word(c)).unwrap_or(text.len() - 1),
    }
}

#[test]
fn comments_and_literals_are_left_out() {
    let source =
        "a /* b /* c */ d */ e // f\n'g' h<'i> \"j \\\" k\" r#\"l \" m\"# b'n' '\\'' b\"o\" r#mod::p";
    let found: Vec<_> = tokens(source).into_iter().map(|token| (token.line, token.text)).collect();
    let expected = [(1, "a"), (1, "e"), (2, "h"), (2, "<"), (2, ">"), (2, "mod"), (2, "::"), (2, "p")]
        .map(|(l, t)| (l, t.to_owned()));
    assert_eq!(found, expected);
}

#[test]
fn a_multi_line_string_counts_its_lines() {
    assert_eq!(tokens("\"a\nb\"\nc"), [Token { text: "c".to_owned(), line: 3 }]);
}

#[test]
fn an_unfinished_literal_ends_with_the_file() {
    for source in ["\"a", "r#\"a", "/* a", "'", "'\\", "b\""] {
        assert_eq!(tokens(source), [], "{source}");
    }
}
