//! What a report is, which there are, and how one is asked for.

use super::{KINDS, Page};
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
    /// Makes its writer. Only what people read at a terminal cares for the page.
    pub make: fn(Page) -> Box<dyn Report>,
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

/// A choice of formats, for one sort of result.
pub trait Format: Sized + 'static {
    /// All of them, in the order of help texts.
    fn list() -> &'static [Self];

    /// The name on the command line.
    fn name(&self) -> &'static str;
}

impl Format for Kind {
    fn list() -> &'static [Kind] {
        KINDS
    }

    fn name(&self) -> &'static str {
        self.name
    }
}

/// A report that was asked for.
#[derive(Debug, PartialEq)]
pub struct Request<K: 'static> {
    /// Which format.
    pub kind: &'static K,
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
    #[error("there is no report `{kind}`; {}the reports are {}", meant(kind, known), names(known))]
    Unknown {
        /// What was asked for.
        kind: String,
        /// What there is.
        known: Vec<&'static str>,
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

fn names(known: &[&str]) -> String {
    let names: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

fn meant(kind: &str, known: &[&str]) -> String {
    source::nearest(kind, known.iter().copied())
        .map(|near| format!("did you mean `{near}`? "))
        .unwrap_or_default()
}

/// Reads `KIND=PATH`; the path `-` is standard output.
pub fn parse<K: Format>(written: &str) -> Result<Request<K>, RequestError> {
    let (name, path) = written.split_once('=').unwrap_or((written, ""));
    let name = name.trim();
    let kind = K::list().iter().find(|kind| kind.name() == name).ok_or_else(|| {
        let known = K::list().iter().map(K::name).collect();
        RequestError::Unknown { kind: name.to_owned(), known }
    })?;
    match path.trim() {
        "" => Err(RequestError::Nowhere { written: written.to_owned(), kind: kind.name() }),
        "-" => Ok(Request { kind, to: Destination::Stdout }),
        path => Ok(Request { kind, to: Destination::File(path.into()) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_names_a_kind_and_a_place() {
        let request = parse::<Kind>("junit=out/report.xml").unwrap();
        assert_eq!((request.kind.name, request.to), ("junit", Destination::File("out/report.xml".into())));
        assert_eq!(parse::<Kind>("json=-").unwrap().to, Destination::Stdout);
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
            assert_eq!(parse::<Kind>(written).unwrap_err().to_string(), words);
        }
    }
}
