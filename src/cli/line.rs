//! The last line of a terminal, renewed in place.

use crate::report::{harmless, head};
use std::io::{IsTerminal, Write};

/// Where nobody knows how wide the terminal is.
const WIDTH: usize = 80;

/// One line on stderr that is written over and over.
#[derive(Debug, Default)]
pub(super) struct Line {
    is_open: bool,
}

impl Line {
    /// A line, where stderr is a terminal that can go back to its beginning.
    pub(super) fn of_terminal() -> Option<Line> {
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        (std::io::stderr().is_terminal() && !dumb).then(Line::default)
    }

    /// Shows a text, cut to the width of the terminal: a line that wraps could not be taken back.
    pub(super) fn show(&mut self, text: &str) {
        let columns = width().saturating_sub(1);
        self.write(&format!("\r{}\x1b[K", head(&harmless(text), columns)));
        self.is_open = true;
    }

    /// Takes the line away, so that what follows starts on a clean one.
    pub(super) fn clear(&mut self) {
        if std::mem::take(&mut self.is_open) {
            self.write("\r\x1b[K");
        }
    }

    /// Past the stream that strips colours: under `NO_COLOR` it would take the cursor's moves away as well.
    #[expect(clippy::unused_self, reason = "only who holds the line may write on it")]
    fn write(&self, text: &str) {
        let mut stderr = std::io::stderr().lock();
        // A terminal that is gone needs no progress.
        let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
    }
}

/// How wide the terminal is now; people change it while they watch.
fn width() -> usize {
    let columns = rustix::termios::tcgetwinsize(std::io::stderr()).map_or(0, |size| usize::from(size.ws_col));
    if columns == 0 { WIDTH } else { columns }
}
