//! Where runs are kept: one folder a run, named by when it started and what it ran, so that a listing is in order.

use super::WriteError;
use std::fs;
use std::path::{Path, PathBuf};

/// Longest part of a folder's name that comes from the scenario.
const LONGEST: usize = 60;

/// Makes the folder of a new run below `root` and returns it, for instance
/// `reports/runs/20261121T101500Z-checkout-under-load`. `started` is RFC 3339 in UTC. Runs of the same second get
/// `-2`, `-3` and so on.
pub fn folder(root: &Path, scenario: &str, started: &str) -> Result<PathBuf, WriteError> {
    let at = |path: &Path| {
        let path = path.to_owned();
        |source| WriteError::Io { path, source }
    };
    fs::create_dir_all(root).map_err(at(root))?;
    let name = format!("{}-{}", compact(started), slug(scenario));
    let mut path = root.join(&name);
    let mut number = 2;
    // Making the folder is what claims the name, so two runs that start together cannot share one.
    loop {
        match fs::create_dir(&path) {
            Ok(()) => return Ok(path),
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {
                path = root.join(format!("{name}-{number}"));
                number += 1;
            }
            Err(e) => return Err(at(&path)(e)),
        }
    }
}

/// `2026-11-21T10:15:00.123Z` as `20261121T101500Z`.
fn compact(started: &str) -> String {
    let seconds = started.split(['.', 'Z', '+']).next().unwrap_or_default();
    seconds.chars().filter(char::is_ascii_alphanumeric).chain(['Z']).collect()
}

/// Lower-case letters and digits with single hyphens between words; never empty.
fn slug(scenario: &str) -> String {
    let words = scenario.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), " ");
    let mut slug = words.split_whitespace().collect::<Vec<_>>().join("-");
    slug.truncate(LONGEST);
    match slug.trim_end_matches('-') {
        "" => "run".to_owned(),
        slug => slug.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_when_and_what() {
        let root = tempfile::tempdir().unwrap();
        let name = |scenario, started| {
            let path = folder(root.path(), scenario, started).unwrap();
            path.file_name().unwrap().to_str().unwrap().to_owned()
        };
        assert_eq!(
            name("Checkout: under  load!", "2026-11-21T10:15:00Z"),
            "20261121T101500Z-checkout-under-load"
        );
        assert_eq!(
            name("checkout under load", "2026-11-21T10:15:00.25Z"),
            "20261121T101500Z-checkout-under-load-2",
            "the same second"
        );
        assert_eq!(
            name("../../etc", "2026-11-21T10:15:01Z"),
            "20261121T101501Z-etc",
            "no way out of the root"
        );
        assert_eq!(name("負荷", "2026-11-21T10:15:02Z"), "20261121T101502Z-run");
        assert!(name(&"long ".repeat(99), "2026-11-21T10:15:03Z").len() <= 17 + LONGEST);
    }

    #[test]
    fn an_error_names_the_path() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("file");
        fs::write(&file, "").unwrap();
        let error = folder(&file, "x", "2026-11-21T10:15:00Z").unwrap_err().to_string();
        assert!(error.contains(&file.display().to_string()), "{error}");
    }
}
