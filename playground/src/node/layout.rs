//! The folders of a container before it starts, and who owns them.

use crate::node::image::{Container, Launch};
use crate::node::{Supervisor, User};
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::Path;

/// Makes the image's folders anew and gives them, and the volumes, to the image's user. Errors in the words of
/// `CreateContainerError`.
pub(super) fn lay_out(root: &Path, container: &Container, launch: &Launch) -> Result<(), String> {
    let folders = container.unmounted(&launch.folders).map(|folder| (container.own(folder), folder));
    let folders: Vec<_> = folders.collect();
    for (place, folder) in &folders {
        let made = anew(place).and_then(|()| {
            folder.scripts.iter().try_for_each(|(name, text)| {
                let file = place.join(name);
                fs::write(&file, text)?;
                fs::set_permissions(&file, Permissions::from_mode(0o755))
            })
        });
        made.map_err(|error| format!("cannot make {}: {error}", place.display()))?;
    }
    let Some(user) = &launch.user else { return Ok(()) };
    let volumes = container.mounts.iter().map(|(_, folder)| Path::new(folder));
    let own = folders.iter().map(|(place, _)| place.as_path());
    open(root, container, user)?;
    for place in own.chain(volumes).chain([container.folder.as_path()]) {
        give(place, user)
            .map_err(|error| format!("cannot give {} to the user {}: {error}", place.display(), user.name))?;
    }
    Ok(())
}

fn anew(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => fs::create_dir_all(folder),
    }
}

/// Lets the user pass to the folders of the Pods, whose names nobody can guess or list.
fn open(root: &Path, container: &Container, user: &User) -> Result<(), String> {
    for folder in [root.to_owned(), root.join("pods"), root.join("claims")] {
        match fs::set_permissions(&folder, Permissions::from_mode(0o711)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(format!("cannot open {} for the user {}: {error}", folder.display(), user.name));
            }
            _ => {}
        }
    }
    let Some(closed) = user.stopped_at(&container.folder) else { return Ok(()) };
    Err(format!(
        "the program of the image refuses to run as root, and the user {} that it would run as may not enter {}; \
         set TMPDIR to a folder below ones that all users may enter, or start the playground as another user \
         than root",
        user.name,
        closed.display()
    ))
}

/// Makes a folder, if nothing is there, the user's; files stay as they are.
fn give(place: &Path, user: &User) -> io::Result<()> {
    if !place.exists() {
        fs::create_dir_all(place)?;
    }
    let meta = place.metadata()?;
    if meta.is_dir() && (meta.uid(), meta.gid()) != (user.uid, user.gid) {
        chown(place, Some(user.uid), Some(user.gid))?;
    }
    Ok(())
}

/// The supervisor where all users may run it: containers of other users call it. Only root starts such containers,
/// and only root has programs where others cannot reach them; those get a second name, or a copy, in `root`.
pub(super) fn for_everybody(supervisor: Supervisor, root: &Path) -> io::Result<Supervisor> {
    let nobody = User { name: "nobody".to_owned(), uid: u32::MAX - 1, gid: u32::MAX - 1 };
    if !rustix::process::geteuid().is_root() || nobody.stopped_at(&supervisor.program).is_none() {
        return Ok(supervisor);
    }
    let place = root.join("supervisor");
    if fs::hard_link(&supervisor.program, &place).is_err() {
        fs::copy(&supervisor.program, &place)?;
    }
    Ok(Supervisor { program: place, ..supervisor })
}
