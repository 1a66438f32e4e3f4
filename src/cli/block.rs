//! The last lines of a terminal, renewed in place.

use crate::report::{harmless, head};
use std::fmt::Write as _;
use std::io::{IsTerminal, Write as _};

/// Several lines on stderr that are written over and over. While they are shown nothing else may write there:
/// whoever has something to say clears them first and shows them again.
#[derive(Debug, Default)]
pub(super) struct Block {
    lines: usize,
}

/// How much a block can show.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    /// How wide a line may be.
    pub(super) columns: usize,
    /// How many lines there may be.
    pub(super) rows: usize,
}

impl Block {
    /// A block, where stderr is a terminal that can go back.
    pub(super) fn of_terminal() -> Option<Block> {
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        (std::io::stderr().is_terminal() && !dumb).then(Block::default)
    }

    /// The room there is now; a terminal may change its size at any time.
    pub(super) fn room() -> Room {
        let size = rustix::termios::tcgetwinsize(std::io::stderr()).ok();
        let cells = |count: u16, usual: usize| if count == 0 { usual } else { usize::from(count) };
        let columns = size.map_or(80, |size| cells(size.ws_col, 80)).saturating_sub(1);
        let rows = size.map_or(24, |size| cells(size.ws_row, 24)).saturating_sub(2).max(1);
        Room { columns, rows }
    }

    /// Shows a text in the place of the one before, cut to the terminal: what has scrolled away could not be taken
    /// back.
    pub(super) fn show(&mut self, text: &str) {
        let frame = self.frame(text, Block::room());
        write(&frame);
    }

    /// Takes the lines away, so that others can be written.
    pub(super) fn clear(&mut self) {
        if self.lines > 0 {
            let lines = std::mem::take(&mut self.lines);
            write(&format!("\x1b[{lines}A\r\x1b[J"));
        }
    }

    /// What to write. Each line is written over the one that was there, and only what is left of that is erased: so
    /// nothing flickers.
    fn frame(&mut self, text: &str, room: Room) -> String {
        let all = text.lines().count();
        let kept = if all > room.rows { room.rows - 1 } else { all };
        // No further up than the terminal reaches, should it have become smaller.
        let up = self.lines.min(room.rows);
        let mut out = if up > 0 { format!("\x1b[{up}A\r") } else { String::new() };
        for line in text.lines().take(kept) {
            out.push_str(&head(harmless(line).trim_end(), room.columns));
            out.push_str("\x1b[K\n");
        }
        if all > kept {
            // Writing to a string cannot fail.
            let _ = writeln!(out, "… and {} more\x1b[K", all - kept);
        }
        out.push_str("\x1b[J");
        self.lines = kept + usize::from(all > kept);
        out
    }
}

fn write(text: &str) {
    let mut stderr = std::io::stderr().lock();
    // A terminal that is gone needs no block.
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A terminal without an end, that knows what a block writes.
    #[derive(Default)]
    struct Paper {
        lines: Vec<String>,
        row: usize,
    }

    impl Paper {
        fn take(&mut self, text: &str) {
            for piece in text.split_inclusive('\n') {
                let mut rest = piece;
                if let Some((up, after)) = rest.strip_prefix("\x1b[").and_then(|rest| rest.split_once("A\r"))
                {
                    self.row -= up.parse::<usize>().unwrap();
                    rest = after;
                }
                if rest == "\x1b[J" {
                    self.lines.truncate(self.row);
                } else {
                    let line = rest.strip_suffix("\n").unwrap().trim_end_matches("\x1b[K").to_owned();
                    match self.lines.get_mut(self.row) {
                        Some(old) => *old = line,
                        None => self.lines.push(line),
                    }
                    self.row += 1;
                }
            }
        }
    }

    #[test]
    fn each_text_takes_the_place_of_the_one_before() {
        let (mut block, mut paper) = (Block::default(), Paper::default());
        paper.take("before\n");
        let room = Room { columns: 10, rows: 4 };
        for (text, shown) in [
            ("a\nb\nc", &["a", "b", "c"][..]),
            ("d", &["d"]),
            ("1\n2\n3\n4\n5\n6", &["1", "2", "3", "… and 3 more"]),
            ("a line that is too long\nx\x1b[2J", &["a line th…", "x\\u{1b}[2J"]),
            ("", &[]),
            ("e\nf", &["e", "f"]),
        ] {
            paper.take(&block.frame(text, room));
            assert_eq!(paper.lines[0], "before");
            let seen: Vec<&str> = paper.lines[1..].iter().map(String::as_str).collect();
            assert_eq!(seen, shown, "{text}");
        }
    }
}
