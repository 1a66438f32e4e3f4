//! The files that a scenario is made of, read once and kept for messages.

use super::{Mark, Problem, Secrets};
use std::io::Read;
use std::path::{Component, Path, PathBuf};
use std::{fs, io};

/// The largest scenario file; data belongs into CSV and JSON lines files.
const MAX_BYTES: u64 = 1024 * 1024;

/// One file that was read.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// Its name in messages: as given for the scenario, relative to that for includes.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// Its text; empty when it could not be read.
    pub text: String,
}

/// All files that were read, in order of reading; the scenario itself is the first.
#[derive(Debug, Clone, Default)]
pub struct Files {
    list: Vec<SourceFile>,
    hidden: Secrets,
}

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There is none.
    #[error("there is no file `{0}`")]
    Missing(String),
    /// A directory stands there.
    #[error("`{0}` is a directory, not a file")]
    Directory(String),
    /// It is larger than allowed.
    #[error("`{name}` is too large: more than {limit} bytes")]
    TooLarge {
        /// The file's name.
        name: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// It is no text.
    #[error("`{0}` is not UTF-8 text")]
    NotText(String),
    /// Anything else.
    #[error("cannot read `{name}`: {error}")]
    Io {
        /// The file's name.
        name: String,
        /// What the system said.
        error: io::Error,
    },
}

impl Files {
    /// The file of a mark.
    pub fn get(&self, file: usize) -> Option<&SourceFile> {
        self.list.get(file)
    }

    /// All files, in order of reading.
    pub fn all(&self) -> &[SourceFile] {
        &self.list
    }

    /// Reads a scenario file and remembers it, even when it could not be read: messages name it. Its place in the
    /// list, and its text or the reason why there is none.
    pub fn read(&mut self, path: &Path, name: String) -> (usize, Result<&str, ReadError>) {
        let readable = |file: &SourceFile| file.path == path && !file.text.is_empty();
        if let Some(known) = self.list.iter().position(readable) {
            return (known, Ok(&self.list[known].text));
        }
        let text = read_text(path, &name, MAX_BYTES);
        let (text, error) = match text {
            Ok(text) => (text, None),
            Err(error) => (String::new(), Some(error)),
        };
        let place = self.list.len();
        self.list.push(SourceFile { name, path: path.to_owned(), text });
        (place, error.map_or_else(|| Ok(self.list[place].text.as_str()), Err))
    }

    /// From now on lines are shown without these.
    pub fn hide(&mut self, secrets: Secrets) {
        self.hidden = secrets;
    }

    pub(super) fn hidden(&self) -> &Secrets {
        &self.hidden
    }

    /// Takes in a text that stands in no file.
    pub fn remember(&mut self, path: &Path, name: &str, text: &str) {
        self.list.push(SourceFile { name: name.to_owned(), path: path.to_owned(), text: text.to_owned() });
    }

    /// The path that a file names, from that file's own folder.
    pub fn beside(&self, file: usize, named: &str) -> PathBuf {
        let folder = self.get(file).and_then(|file| file.path.parent());
        folder.unwrap_or(Path::new("")).join(named)
    }

    /// The name in messages of a path that a file names.
    pub fn name_beside(&self, file: usize, named: &str) -> String {
        let folder = self.get(file).and_then(|file| Path::new(&file.name).parent());
        let path = folder.unwrap_or(Path::new("")).join(named);
        without_dots(&path).to_string_lossy().into_owned()
    }
}

impl ReadError {
    /// The problem with the next move, at the place that names the file; the scenario itself is named nowhere.
    pub fn problem(&self, mark: Mark) -> Problem {
        let help = match self {
            ReadError::Missing(_) if mark == Mark::default() => {
                "correct the name; `shakedown load URL` needs no file"
            }
            ReadError::Missing(_) => "paths count from the folder of the file that names them",
            ReadError::Directory(_) => "name a file in it",
            ReadError::TooLarge { .. } => "keep data in CSV or JSON lines files",
            ReadError::NotText(_) => "save it as UTF-8",
            ReadError::Io { .. } => "make it readable, or name another file",
        };
        Problem::at(mark, self.to_string()).help(help)
    }
}

/// Reads a text file of at most `limit` bytes.
pub fn read_text(path: &Path, name: &str, limit: u64) -> Result<String, ReadError> {
    String::from_utf8(read_bytes(path, name, limit)?).map_err(|_| ReadError::NotText(name.to_owned()))
}

/// Reads a file of at most `limit` bytes.
pub fn read_bytes(path: &Path, name: &str, limit: u64) -> Result<Vec<u8>, ReadError> {
    let name = || name.to_owned();
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => ReadError::Missing(name()),
        io::ErrorKind::IsADirectory => ReadError::Directory(name()),
        _ => ReadError::Io { name: name(), error },
    };
    let about = fs::metadata(path).map_err(failed)?;
    if about.is_dir() {
        return Err(ReadError::Directory(name()));
    }
    if about.len() > limit {
        return Err(ReadError::TooLarge { name: name(), limit });
    }
    // A pipe or a device has no length of its own: reading stops at the limit as well.
    let mut bytes = Vec::new();
    fs::File::open(path).and_then(|file| file.take(limit + 1).read_to_end(&mut bytes)).map_err(failed)?;
    if bytes.len() as u64 > limit {
        return Err(ReadError::TooLarge { name: name(), limit });
    }
    Ok(bytes)
}

/// `a/b/../c` as `a/c`, by the letters alone.
fn without_dots(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        let up = part == Component::ParentDir;
        let named = matches!(clean.components().next_back(), Some(Component::Normal(_)));
        match part {
            Component::CurDir => {}
            _ if up && named => {
                clean.pop();
            }
            other => clean.push(other),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_relative_to_the_scenario_as_given() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.yaml");
        fs::write(&path, "a: 1").unwrap();
        let mut files = Files::default();
        let (first, text) = files.read(&path, "scenarios/demo/a.yaml".into());
        assert_eq!((first, text.unwrap()), (0, "a: 1"));
        for (named, name) in [
            ("b.yaml", "scenarios/demo/b.yaml"),
            ("../../chaos/c.yaml", "chaos/c.yaml"),
            ("../../../d.yaml", "../d.yaml"),
            ("./x/../e.yaml", "scenarios/demo/e.yaml"),
        ] {
            assert_eq!(files.name_beside(0, named), name);
        }
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("big"), vec![b'#'; 10 * 1024 * 1024]).unwrap();
        fs::write(path("binary"), [0xff, 0xfe, 0x00]).unwrap();
        for (name, words) in [
            ("none", "there is no file `none`"),
            ("", "`` is a directory, not a file"),
            ("big", "`big` is too large: more than 1048576 bytes"),
            ("binary", "`binary` is not UTF-8 text"),
        ] {
            let (_, read) = Files::default()
                .read(&path(name), name.into())
                .1
                .map_or_else(|error| (0, error.to_string()), |text| (0, text.to_owned()));
            assert_eq!(read, words);
        }
    }
}
