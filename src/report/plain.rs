//! Text from outside, made harmless and short. Names and answers come from scenarios and servers; at a terminal an
//! escape sequence in them could repaint the verdict.

use tabled::grid::util::string::get_line_width;

/// Columns that a text takes at a terminal.
pub(super) fn width(text: &str) -> usize {
    get_line_width(text)
}

/// The text with everything that moves the cursor, changes colours or turns the writing direction shown as an
/// escape such as `\n` or `\u{1b}`.
pub fn harmless(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || is_format(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Invisible characters: zero width, direction and byte order marks, line and paragraph separators.
fn is_format(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

/// At most `columns` wide, the middle left out: the beginning and the end of a name tell most.
pub fn middle(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let room = columns.saturating_sub(1);
    let head = take(text.chars(), room.div_ceil(2));
    let tail: String = take(text.chars().rev(), room / 2).chars().rev().collect();
    format!("{head}…{tail}")
}

/// At most `columns` wide, the end left out.
pub fn head(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    format!("{}…", take(text.chars(), columns.saturating_sub(1)))
}

/// As many characters as fit into `columns`.
fn take(chars: impl Iterator<Item = char>, columns: usize) -> String {
    let mut taken = String::new();
    let mut used = 0;
    for c in chars {
        used += width(c.encode_utf8(&mut [0; 4]));
        if used > columns {
            break;
        }
        taken.push(c);
    }
    taken
}

/// The text in lines of at most `columns`, broken between words where possible.
pub(super) fn lines(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ').flat_map(|word| pieces(word, columns)) {
        let wide = width(&word);
        if used > 0 && used + 1 + wide > columns {
            lines.push(String::new());
            used = 0;
        }
        if let Some(line) = lines.last_mut() {
            if used > 0 {
                line.push(' ');
                used += 1;
            }
            line.push_str(&word);
            used += wide;
        }
    }
    lines
}

/// A word in pieces that fit.
fn pieces(word: &str, columns: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut rest = word;
    while width(rest) > columns {
        let piece = take(rest.chars(), columns.max(2));
        rest = rest.get(piece.len()..).unwrap_or_default();
        pieces.push(piece);
    }
    pieces.push(rest.to_owned());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_from_outside_reaches_the_terminal_raw() {
        for (raw, shown) in [
            ("\u{1b}[2J\u{1b}[1;32mPASS", r"\u{1b}[2J\u{1b}[1;32mPASS"),
            ("a\nb\tc\r", r"a\nb\tc\r"),
            ("\u{9b}31m", r"\u{9b}31m"),
            ("user\u{202e}txt.exe", r"user\u{202e}txt.exe"),
            ("größe ✓ 負荷", "größe ✓ 負荷"),
        ] {
            assert_eq!(harmless(raw), shown);
        }
    }

    #[test]
    fn names_are_cut_in_the_middle_and_sentences_at_the_end() {
        assert_eq!(middle("checkout/GET /orders/{{ id }}/lines", 16), "checkout…}/lines");
        assert_eq!(middle("short", 16), "short");
        assert_eq!(head("expected status 200", 9), "expected…");
        assert_eq!(width(&middle("負荷負荷負荷負荷", 8)), 7, "wide characters are not cut in half");
    }

    #[test]
    fn lines_break_between_words() {
        assert_eq!(lines("one two three", 8), ["one two", "three"]);
        assert_eq!(lines("abcdefgh ij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(lines("", 4), [""]);
    }

    proptest! {
        #[test]
        fn everything_fits(text in "\\PC{0,80}", columns in 4usize..40) {
            let text = harmless(&text);
            prop_assert!(width(&middle(&text, columns)) <= columns);
            prop_assert!(width(&head(&text, columns)) <= columns);
            for line in lines(&text, columns) {
                prop_assert!(width(&line) <= columns, "{line:?}");
            }
        }
    }
}
