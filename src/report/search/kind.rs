//! What a report on a search is.

use super::KINDS;
use crate::report::{Format, Page};
use crate::search::Record;
use std::fmt;
use std::io::{self, Write};

/// One format of a search.
pub struct SearchKind {
    /// Its name on the command line.
    pub name: &'static str,
    /// Writes all of a search. Only what people read at a terminal cares for the page.
    pub write: fn(&Record, Page, &mut dyn Write) -> io::Result<()>,
}

impl fmt::Debug for SearchKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Format for SearchKind {
    fn list() -> &'static [SearchKind] {
        KINDS
    }

    fn name(&self) -> &'static str {
        self.name
    }
}
