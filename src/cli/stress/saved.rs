//! `search.json`: a search in its folder, beside the runs that it made.

use crate::cli::Failure;
use crate::history::WriteError;
use crate::search::{Record, SCHEMA};
use std::fs;
use std::path::{Path, PathBuf};

/// Its name.
const FILE: &str = "search.json";

/// Whether a folder holds a search.
pub(in crate::cli) fn is_search(folder: &Path) -> bool {
    folder.join(FILE).is_file()
}

/// Writes what is known so far, so that a reader sees either all of it or what was there before.
pub(super) fn write(folder: &Path, record: &Record) -> Result<(), Failure> {
    let (path, half) = (folder.join(FILE), folder.join("search.json.part"));
    let text = serde_json::to_vec_pretty(record)
        .map_err(|source| WriteError::Json { what: "the search", source })?;
    let at = |path: &Path| {
        let path: PathBuf = path.into();
        |source| WriteError::Io { path, source }
    };
    fs::write(&half, text).map_err(at(&half))?;
    fs::rename(&half, &path).map_err(at(&path))?;
    Ok(())
}

/// Reads a saved search.
pub(super) fn read(folder: &Path) -> Result<Record, Failure> {
    let path = folder.join(FILE);
    let wrong = |why: String| Failure::Usage(format!("cannot read {}: {why}", path.display()));
    let text = fs::read(&path)
        .map_err(|e| wrong(format!("{e}; give the folder of a search, as printed at its end")))?;
    let record: Record = serde_json::from_slice(&text)
        .map_err(|e| wrong(format!("{e}; it was changed or damaged, search again")))?;
    if record.schema == SCHEMA {
        return Ok(record);
    }
    let (schema, version) = (record.schema, &record.version);
    Err(wrong(format!("it has schema {schema}, this build reads {SCHEMA}; show it with shakedown {version}")))
}
