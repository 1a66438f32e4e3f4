//! What a report is, which there are, and how one is asked for.

use super::{KINDS, Style};
use crate::run::Run;
use crate::source;
use std::fmt;
use std::io::{self, Write};
use std::path::PathBuf;

/// Writes a run in one format.
pub trait Report {
    /// Writes all of it.
    fn write(&self, run: &Run, out: &mut dyn Write) -> io::Result<()>;

    /// Writes several runs into one report: one after the other, where the format has no better way.
    fn write_all(&self, runs: &[Run], out: &mut dyn Write) -> io::Result<()> {
        runs.iter().try_for_each(|run| self.write(run, out))
    }
}

/// One format.
pub struct Kind {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is for, in a few words.
    pub about: &'static str,
    /// Makes its writer. Only what people read at a terminal cares for the style.
    pub make: fn(Style) -> Box<dyn Report>,
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for Kind {
    fn eq(&self, other: &Kind) -> bool {
        self.name == other.name
    }
}

/// All formats.
pub fn list() -> &'static [Kind] {
    KINDS
}

/// A report that was asked for.
#[derive(Debug, PartialEq)]
pub struct Request {
    /// Which format.
    pub kind: &'static Kind,
    /// Where to.
    pub to: Destination,
}

/// Where a report goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// Standard output.
    Stdout,
    /// A file.
    File(PathBuf),
}

/// Why a request for a report could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// No format is called so.
    #[error("there is no report `{kind}`; {}the reports are {}", meant(kind), names())]
    Unknown {
        /// What was asked for.
        kind: String,
    },
    /// It does not say where to.
    #[error("`{written}` does not say where to; write `{kind}=PATH`, or `{kind}=-` for standard output")]
    Nowhere {
        /// What was written.
        written: String,
        /// The format it names.
        kind: &'static str,
    },
}

fn names() -> String {
    let names: Vec<String> = KINDS.iter().map(|kind| format!("`{}`", kind.name)).collect();
    names.join(", ")
}

fn meant(kind: &str) -> String {
    source::nearest(kind, KINDS.iter().map(|kind| kind.name))
        .map(|near| format!("did you mean `{near}`? "))
        .unwrap_or_default()
}

/// Reads `KIND=PATH`; the path `-` is standard output.
pub fn parse(written: &str) -> Result<Request, RequestError> {
    let (name, path) = written.split_once('=').unwrap_or((written, ""));
    let known = KINDS.iter().find(|kind| kind.name == name.trim());
    let kind = known.ok_or_else(|| RequestError::Unknown { kind: name.trim().to_owned() })?;
    match path.trim() {
        "" => Err(RequestError::Nowhere { written: written.to_owned(), kind: kind.name }),
        "-" => Ok(Request { kind, to: Destination::Stdout }),
        path => Ok(Request { kind, to: Destination::File(path.into()) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_names_a_kind_and_a_place() {
        let request = parse("junit=out/report.xml").unwrap();
        assert_eq!((request.kind.name, request.to), ("junit", Destination::File("out/report.xml".into())));
        assert_eq!(parse("json=-").unwrap().to, Destination::Stdout);
    }

    #[test]
    fn wrong_requests_and_their_messages() {
        for (written, words) in [
            (
                "jsno=x",
                "there is no report `jsno`; did you mean `json`? the reports are `terminal`, `json`, `junit`",
            ),
            ("report.json", "there is no report `report.json`; the reports are `terminal`, `json`, `junit`"),
            ("json", "`json` does not say where to; write `json=PATH`, or `json=-` for standard output"),
            (
                "junit=",
                "`junit=` does not say where to; write `junit=PATH`, or `junit=-` for standard output",
            ),
        ] {
            assert_eq!(parse(written).unwrap_err().to_string(), words);
        }
    }
}
