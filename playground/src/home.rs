//! The folder of a playground: kubeconfig, Pods, volumes. Nothing of it stays behind for long: what a killed
//! playground leaves is removed when the next one starts.

use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Folders of playgrounds begin so.
const PREFIX: &str = "playground-";
/// The file in it that its playground holds locked; the kernel frees the lock however the playground ends.
const LOCK: &str = "lock";
/// So often it is tried to remove the own folder.
const TRIES: u32 = 10;
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(10);

/// A playground's own folder, which only this user can read. It is removed with its last clone.
#[derive(Debug, Clone)]
pub struct Home {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    folder: PathBuf,
    _lock: File,
}

impl Home {
    /// Makes the folder among the temporary files, after removing those of playgrounds that are dead.
    ///
    /// Errors: the folder for temporary files cannot be written.
    pub fn create() -> io::Result<Home> {
        let place = std::env::temp_dir();
        sweep(&place)?;
        Home::create_in(&place)
    }

    fn create_in(place: &Path) -> io::Result<Home> {
        loop {
            let permissions = std::os::unix::fs::PermissionsExt::from_mode(0o700);
            let folder =
                tempfile::Builder::new().prefix(PREFIX).permissions(permissions).tempdir_in(place)?.keep();
            let path = folder.join(LOCK);
            let lock = File::create_new(&path)?;
            // A playground that starts at this very moment may have locked it first, and is removing it.
            if lock.try_lock().is_ok() && is_at(&lock, &path) {
                return Ok(Home { inner: Arc::new(Inner { folder, _lock: lock }) });
            }
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.inner.folder
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // A process that is being ended may still write. What stays nevertheless goes when the next one starts.
        for _ in 0..TRIES {
            if remove(&self.folder).is_ok() {
                return;
            }
            std::thread::sleep(PAUSE);
        }
    }
}

/// Removes the folders in `place` of playgrounds that are dead.
fn sweep(place: &Path) -> io::Result<()> {
    for entry in fs::read_dir(place)?.flatten() {
        if entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX)) {
            // Another user's, or one that another playground is removing at this moment: not ours to tell of.
            let _ = remove_if_dead(&entry.path());
        }
    }
    Ok(())
}

fn remove_if_dead(folder: &Path) -> io::Result<()> {
    let meta = fs::symlink_metadata(folder)?;
    if !meta.is_dir() || meta.uid() != rustix::process::geteuid().as_raw() {
        return Ok(());
    }
    let path = folder.join(LOCK);
    let lock = File::open(&path)?;
    match lock.try_lock() {
        Ok(()) if is_at(&lock, &path) => remove(folder),
        Ok(()) | Err(TryLockError::WouldBlock) => Ok(()),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Whether the file that was opened is the one that is there now.
fn is_at(file: &File, path: &Path) -> bool {
    let both = file.metadata().and_then(|one| Ok((one, fs::metadata(path)?)));
    both.is_ok_and(|(one, other)| (one.dev(), one.ino()) == (other.dev(), other.ino()))
}

/// Removes a folder, the lock last: should it stop half-way, the rest is found by the next sweep.
fn remove(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name() == LOCK {
            continue;
        }
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else {
            fs::remove_file(entry.path())?;
        }
    }
    fs::remove_file(folder.join(LOCK))?;
    fs::remove_dir(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folders_of_the_dead_are_removed_and_those_of_the_living_stay() {
        let place = tempfile::tempdir().unwrap();
        let alive = Home::create_in(place.path()).unwrap();
        let dead = place.path().join("playground-dead");
        fs::create_dir_all(dead.join("pods/one/logs")).unwrap();
        fs::write(dead.join("kubeconfig"), "token").unwrap();
        fs::write(dead.join(LOCK), "").unwrap();
        let strange = place.path().join("playground-notes");
        fs::create_dir_all(&strange).unwrap();
        sweep(place.path()).unwrap();
        assert!(alive.path().exists());
        assert!(!dead.exists());
        assert!(strange.exists(), "a folder without a lock file is not a playground's");
    }

    #[test]
    fn a_folder_goes_with_its_last_clone() {
        let place = tempfile::tempdir().unwrap();
        let home = Home::create_in(place.path()).unwrap();
        let clone = home.clone();
        fs::create_dir_all(home.path().join("pods/one")).unwrap();
        drop(home);
        sweep(place.path()).unwrap();
        assert!(clone.path().join("pods/one").exists());
        drop(clone);
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
    }

    #[test]
    fn playgrounds_that_start_together_do_not_remove_each_other() {
        let place = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        let home = Home::create_in(place.path()).unwrap();
                        fs::write(home.path().join("kubeconfig"), "mine").unwrap();
                        sweep(place.path()).unwrap();
                        assert!(home.path().join("kubeconfig").exists());
                    }
                });
            }
        });
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
    }
}
