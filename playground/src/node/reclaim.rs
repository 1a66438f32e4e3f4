//! The folders of volume claims go with their claims: the reclaim policy is `Delete`, as of most storage
//! classes. A claim goes when no Pod uses it any more.

use crate::cluster::Cluster;
use crate::object;
use crate::resource::by_kind;
use crate::selector::Selector;
use crate::store::{ChangeKind, Expired, From};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// So often a folder is tried in which a process that is being killed still writes.
const TRIES: u32 = 20;
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(100);

/// The folder of the claim with this uid.
pub(super) fn folder(root: &Path, uid: &str) -> PathBuf {
    root.join("claims").join(uid)
}

/// Runs until it is dropped.
pub(super) async fn run(cluster: Cluster, root: PathBuf) -> Result<(), Expired> {
    let Some(claims) = by_kind("v1", "PersistentVolumeClaim") else { return Ok(()) };
    let mut changes = cluster.follow(claims, None, Selector::default(), From::Present)?;
    loop {
        let sight = changes.next().await?;
        if sight.kind == ChangeKind::Deleted {
            remove(folder(&root, object::uid(&sight.change.object))).await;
        }
    }
}

/// What cannot be removed goes with the playground's folder.
async fn remove(folder: PathBuf) {
    for _ in 0..TRIES {
        let path = folder.clone();
        let removed = tokio::task::spawn_blocking(move || std::fs::remove_dir_all(path)).await;
        match removed {
            Ok(Err(error)) if error.kind() != std::io::ErrorKind::NotFound => {
                tokio::time::sleep(PAUSE).await;
            }
            _ => return,
        }
    }
}
