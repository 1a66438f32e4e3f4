//! The last lines of a terminal, renewed in place.

use crate::report::{harmless, head};
use std::fmt::Write as _;
use std::io::{IsTerminal, Write as _};

/// Several lines on stderr that are written over and over.
#[derive(Debug, Default)]
pub(super) struct Block {
    lines: usize,
}

impl Block {
    /// A block, where stderr is a terminal that can go back.
    pub(super) fn of_terminal() -> Option<Block> {
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        (std::io::stderr().is_terminal() && !dumb).then(Block::default)
    }

    /// Shows a text in the place of the one before, cut to the terminal: what has scrolled away could not be taken
    /// back.
    pub(super) fn show(&mut self, text: &str) {
        let size = rustix::termios::tcgetwinsize(std::io::stderr()).ok();
        let cells = |count: u16, usual: usize| if count == 0 { usual } else { usize::from(count) };
        let columns = size.map_or(80, |size| cells(size.ws_col, 80)).saturating_sub(1);
        let rows = size.map_or(24, |size| cells(size.ws_row, 24)).saturating_sub(2).max(1);
        let all = text.lines().count();
        let kept = if all > rows { rows - 1 } else { all };
        let mut out = if self.lines > 0 { format!("\x1b[{}A\r\x1b[J", self.lines) } else { String::new() };
        for line in text.lines().take(kept) {
            out.push_str(&head(harmless(line).trim_end(), columns));
            out.push('\n');
        }
        if all > kept {
            // Writing to a string cannot fail.
            let _ = writeln!(out, "… and {} more", all - kept);
        }
        self.lines = kept + usize::from(all > kept);
        let mut stderr = std::io::stderr().lock();
        // A terminal that is gone needs no table.
        let _ = stderr.write_all(out.as_bytes()).and_then(|()| stderr.flush());
    }
}
