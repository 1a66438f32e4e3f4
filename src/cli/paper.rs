//! What standard output is, for reports that people read.

use crate::report::Page;
use std::io::{IsTerminal as _, stdout};

/// The terminal, with its width; else a page of text.
pub(super) fn paper() -> Page {
    if !stdout().is_terminal() {
        return Page::PLAIN;
    }
    let size = rustix::termios::tcgetwinsize(stdout()).ok();
    Page::terminal(size.map(|size| usize::from(size.ws_col)).filter(|columns| *columns > 0))
}
