//! A file that a report goes to. What was there before stays until all of the new report is on the disk.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Where a report goes.
#[derive(Debug)]
pub(super) struct Place {
    path: PathBuf,
    /// The same for the same file, however its path is written.
    real: PathBuf,
    way: Way,
}

/// How a report gets there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Written beside its place and moved there when it is whole.
    Moved,
    /// Written where it belongs: a device, a pipe, or a file in a folder that takes no other.
    Direct,
}

impl Place {
    /// Looks whether a report can be written to this path. Nothing is changed and no folder is made.
    pub(super) fn look(path: &Path) -> io::Result<Place> {
        let real = resolved(path);
        let way = match fs::metadata(path) {
            Ok(found) if found.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
            // The program's own streams are there too, be they files or not. A pipe would wait for its reader.
            Ok(found) if !found.is_file() || path.starts_with("/dev") => Way::Direct,
            Ok(_) => {
                OpenOptions::new().write(true).open(path)?;
                takes_files(&real).map_or(Way::Direct, |()| Way::Moved)
            }
            // A link to what is not there yet stays a link.
            Err(error) if error.kind() == io::ErrorKind::NotFound && path.is_symlink() => Way::Direct,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                takes_files(&real)?;
                Way::Moved
            }
            Err(error) => return Err(error),
        };
        Ok(Place { path: path.to_owned(), real, way })
    }

    /// The path as it was given.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether two reports would lie in the same file.
    pub(super) fn is(&self, other: &Place) -> bool {
        self.real == other.real
    }

    /// Writes a report, and its folder where there is none. When that fails, what was there before is still there.
    pub(super) fn write(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        if self.way == Way::Direct {
            return fill(File::create(&self.path)?, write).map(drop);
        }
        if let Some(folder) = self.real.parent() {
            fs::create_dir_all(folder)?;
        }
        let part = part(&self.real);
        let written = File::create(&part).and_then(|file| fill(file, write)).and_then(|file| {
            file.sync_all()?;
            self.take_over(&part)
        });
        // Moved, copied or broken: in any case it is not needed any more, and mostly not there.
        let _ = fs::remove_file(&part);
        written
    }

    /// Puts the whole report in the place of the old one, whose rights it keeps.
    fn take_over(&self, part: &Path) -> io::Result<()> {
        if let Ok(old) = fs::metadata(&self.real) {
            fs::set_permissions(part, old.permissions())?;
        }
        match fs::rename(part, &self.real) {
            // A file that is mounted by itself, as into a container, cannot be replaced.
            Err(error) if error.kind() == io::ErrorKind::ResourceBusy => fs::copy(part, &self.real).map(drop),
            moved => moved,
        }
    }
}

fn fill(file: File, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<File> {
    let mut out = BufWriter::new(file);
    write(&mut out)?;
    out.into_inner().map_err(io::IntoInnerError::into_error)
}

/// Where a report grows, beside its place; two processes that write the same one do not meet there.
fn part(real: &Path) -> PathBuf {
    let mut name = real.file_name().map_or_else(OsString::new, OsString::from);
    name.push(format!(".{}.part", std::process::id()));
    real.with_file_name(name)
}

/// Whether the folder of this file, or the nearest one above it that is there, takes files.
fn takes_files(real: &Path) -> io::Result<()> {
    let folder = real.ancestors().skip(1).find(|folder| folder.exists());
    let folder = folder.ok_or(io::ErrorKind::NotFound)?;
    let name = part(real);
    let trial = folder.join(name.file_name().unwrap_or_default());
    OpenOptions::new().write(true).create_new(true).open(&trial)?;
    fs::remove_file(&trial)
}

/// The path with all links followed, as far as it is there.
fn resolved(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let found = path.ancestors().find_map(|above| Some((above, above.canonicalize().ok()?)));
    match found {
        Some((above, real)) => path
            .strip_prefix(above)
            .ok()
            .filter(|rest| !rest.as_os_str().is_empty())
            .map_or(real.clone(), |rest| real.join(rest)),
        None => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn fails(out: &mut dyn Write) -> io::Result<()> {
        out.write_all(b"half")?;
        Err(io::ErrorKind::StorageFull.into())
    }

    #[test]
    fn looking_changes_nothing_and_the_folder_comes_with_the_report() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b/report.json");
        let place = Place::look(&path).unwrap();
        assert_eq!(names(folder.path()), [""; 0]);
        place.write(|out| out.write_all(b"new")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(names(path.parent().unwrap()), ["report.json"]);
    }

    #[test]
    fn the_old_report_stays_until_the_new_one_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("report.json"), folder.path().join("link"));
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("report.json", &link).unwrap();
        for given in [&path, &link] {
            let place = Place::look(given).unwrap();
            place.write(fails).unwrap_err();
            assert_eq!(fs::read_to_string(&path).unwrap(), "old");
            place.write(|out| out.write_all(b"new")).unwrap();
            assert_eq!(fs::read_to_string(given).unwrap(), "new");
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
            assert_eq!(names(folder.path()), ["link", "report.json"]);
            fs::write(&path, "old").unwrap();
        }
        assert!(link.is_symlink());
    }

    #[test]
    fn a_file_is_the_same_however_it_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("in")).unwrap();
        symlink("in", path("link")).unwrap();
        for (one, other, same) in [
            ("in/x", "in/./x", true),
            ("in/x", "link/x", true),
            ("in/new/x", "link/new/x", true),
            ("x", "in/../x", true),
            ("in/x", "x", false),
        ] {
            let place = |name| Place::look(&path(name)).unwrap();
            assert_eq!(place(one).is(&place(other)), same, "{one} {other}");
        }
    }

    #[test]
    fn what_can_take_no_report_is_refused_and_a_device_is_written_into() {
        let folder = tempfile::tempdir().unwrap();
        for path in [folder.path(), Path::new("/dev/null/x"), Path::new("/proc/nothing/x")] {
            assert!(Place::look(path).is_err(), "{}", path.display());
        }
        let null = Place::look(Path::new("/dev/null")).unwrap();
        null.write(|out| out.write_all(b"gone")).unwrap();
        let full = Place::look(Path::new("/dev/full")).unwrap();
        assert_eq!(full.write(|out| out.write_all(b"x")).unwrap_err().kind(), io::ErrorKind::StorageFull);
    }
}
