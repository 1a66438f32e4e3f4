//! The scripts for a new database.

use crate::entrypoint::initialise::{InitialiseError, at};
use std::fs;
use std::path::PathBuf;

/// The files, with folders in the order of their files' names.
pub(super) fn scripts(places: &[PathBuf]) -> Result<Vec<PathBuf>, InitialiseError> {
    let mut all = Vec::new();
    for place in places.iter().filter(|place| place.exists()) {
        if !place.is_dir() {
            all.push(place.clone());
            continue;
        }
        for entry in fs::read_dir(place).map_err(at(place))? {
            all.push(entry.map_err(at(place))?.path());
        }
    }
    all.sort_by(|one, other| one.file_name().cmp(&other.file_name()));
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_run_in_the_order_of_their_names_wherever_they_are_mounted() {
        let folder = tempfile::tempdir().unwrap();
        let (many, one) = (folder.path().join("many"), folder.path().join("2.sql"));
        fs::create_dir(&many).unwrap();
        for file in [&one, &many.join("3.sql"), &many.join("1.sql")] {
            fs::write(file, "").unwrap();
        }
        let found = scripts(&[one.clone(), many.clone(), folder.path().join("missing")]).unwrap();
        assert_eq!(found, [many.join("1.sql"), one, many.join("3.sql")]);
    }
}
