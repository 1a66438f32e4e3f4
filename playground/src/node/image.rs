//! What an image stands for: a program of this machine.

use crate::node::mount::relocate;
use crate::node::{HostPrograms, Supervisor, User};
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;

/// What a source of images may want to know of the container that is to start.
#[derive(Debug, Clone)]
pub struct Container {
    /// Its name in the manifest.
    pub name: String,
    /// The address of the Pod.
    pub address: Ipv4Addr,
    /// The environment as the Pod's manifest and the playground make it.
    pub env: Vec<(String, String)>,
    /// A folder of the Pod's own, the working directory unless the manifest names another.
    pub folder: PathBuf,
    /// The `mountPath`s of the manifest and the folders behind them, the longest first.
    pub mounts: Vec<(String, String)>,
    /// The program that watches over it, where every user of this machine may run it.
    pub supervisor: Supervisor,
}

impl Container {
    /// Where the image's `path` is on this machine: in a volume of the manifest, in one of the image's own
    /// folders, or at the very same path.
    pub fn place(&self, path: &str, folders: &[ImageFolder]) -> String {
        relocate(path, &self.places(folders))
    }

    /// All paths that are elsewhere on this machine, and where, the longest first; the manifest's mounts win.
    pub(crate) fn places(&self, folders: &[ImageFolder]) -> Vec<(String, String)> {
        let own = self.unmounted(folders);
        let own = own.map(|folder| (folder.path.clone(), self.own(folder).display().to_string()));
        let mut places: Vec<(String, String)> = self.mounts.iter().cloned().chain(own).collect();
        places.sort_by_key(|(path, _)| std::cmp::Reverse(path.len()));
        places
    }

    /// Those of the image's folders that the manifest puts no volume in the place of.
    pub(super) fn unmounted<'f>(&self, folders: &'f [ImageFolder]) -> impl Iterator<Item = &'f ImageFolder> {
        folders.iter().filter(|folder| !self.mounts.iter().any(|(path, _)| *path == folder.path))
    }

    /// The folder on this machine of one of the image's.
    pub(super) fn own(&self, folder: &ImageFolder) -> PathBuf {
        self.folder.join(format!("{}-{}", folder.name, self.name))
    }
}

/// A folder that a container of the image finds at a path of its own. As all that a container writes outside of
/// volumes, what is in it is lost when the container starts again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageFolder {
    /// The path in the image.
    pub path: String,
    /// A short name for the folder on this machine.
    pub name: &'static str,
    /// Scripts in it, by name, ready to be executed.
    pub scripts: Vec<(String, String)>,
}

/// How a container is asked to end: the image's `STOPSIGNAL`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StopSignal {
    /// SIGTERM.
    #[default]
    Terminate,
    /// SIGINT.
    Interrupt,
}

/// How to start an image.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Launch {
    /// The program and its first arguments: what `command` in a manifest replaces.
    pub entrypoint: Vec<String>,
    /// The further arguments: what `args` in a manifest replaces.
    pub args: Vec<String>,
    /// Environment that the image adds; the manifest's wins. Paths at the beginning of a value are replaced as in
    /// the manifest's.
    pub env: Vec<(String, String)>,
    /// Folders of the image.
    pub folders: Vec<ImageFolder>,
    /// The path in the image where its programs start; none: the Pod's folder.
    pub working_dir: Option<String>,
    /// Whose rights its programs have, to whom its folders and volumes then belong; none: those of the
    /// playground. Only root may choose.
    pub user: Option<User>,
    /// How it is asked to end.
    pub stop: StopSignal,
}

/// Who knows some images.
pub trait ImageSource: Send + Sync + 'static {
    /// How to start `image`; `None` when the name is not one of this source's, an error in words when it is
    /// but cannot be started here (the program is not installed).
    fn resolve(&self, image: &str, container: &Container) -> Option<Result<Launch, String>>;
}

/// The images of this playground.
#[derive(Clone)]
pub(super) struct Images {
    pub(super) host_programs: HostPrograms,
    pub(super) sources: Vec<Arc<dyn ImageSource>>,
}

impl Images {
    /// How to start `image`, or why it cannot be, in words.
    pub(super) fn resolve(&self, image: &str, container: &Container) -> Result<Launch, String> {
        if let Some(path) = image.strip_prefix("process:") {
            return self.host_program(path);
        }
        let found = self.sources.iter().find_map(|source| source.resolve(image, container));
        found.unwrap_or_else(|| {
            Err(format!(
                "failed to pull image \"{image}\": the playground has no registry and does not know this image; \
                 use one of its own, or process:/path/to/program"
            ))
        })
    }

    fn host_program(&self, path: &str) -> Result<Launch, String> {
        if self.host_programs == HostPrograms::Refused {
            return Err(format!(
                "failed to pull image \"process:{path}\": programs of the host are not allowed; start the \
                 playground with --allow-host-programs"
            ));
        }
        if !path.starts_with('/') {
            return Err(format!("failed to pull image \"process:{path}\": the path must begin with /"));
        }
        if !std::path::Path::new(path).is_file() {
            return Err(format!("failed to pull image \"process:{path}\": there is no such file"));
        }
        Ok(Launch { entrypoint: vec![path.to_owned()], ..Launch::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn container(mounts: Vec<(String, String)>) -> Container {
        let supervisor = Supervisor { program: PathBuf::new(), args: Vec::new() };
        let (name, folder) = ("c".to_owned(), PathBuf::from("/pod"));
        Container { name, address: Ipv4Addr::LOCALHOST, env: Vec::new(), folder, mounts, supervisor }
    }

    #[test]
    fn a_path_of_the_image_is_where_the_manifest_or_else_the_image_puts_it() {
        let folder = |path: &str, name| ImageFolder { path: path.to_owned(), name, scripts: Vec::new() };
        let folders = [folder("/var/lib", "lib"), folder("/run", "run")];
        let container =
            container(vec![("/var/lib/data".into(), "/v/1".into()), ("/run".into(), "/v/2".into())]);
        for (path, expected) in [
            ("/var/lib/data/x", "/v/1/x"),
            ("/var/lib/other", "/pod/lib-c/other"),
            ("/run", "/v/2"),
            ("/etc/x", "/etc/x"),
        ] {
            assert_eq!(container.place(path, &folders), expected);
        }
    }

    #[test]
    fn an_image_that_cannot_run_says_why() {
        let container = container(Vec::new());
        let images = |host_programs| Images { host_programs, sources: Vec::new() };
        for (rule, image, expected) in [
            (HostPrograms::Refused, "process:/bin/sh", Some("--allow-host-programs")),
            (HostPrograms::Allowed, "process:bin/sh", Some("must begin with /")),
            (HostPrograms::Allowed, "process:/no/such", Some("no such file")),
            (HostPrograms::Allowed, "nginx", Some("does not know")),
            (HostPrograms::Allowed, "process:/bin/sh", None),
        ] {
            match (images(rule).resolve(image, &container), expected) {
                (Err(why), Some(part)) => assert!(why.contains(part), "{why}"),
                (Ok(launch), None) => assert_eq!(launch.entrypoint, ["/bin/sh"]),
                (other, _) => panic!("{image}: {other:?}"),
            }
        }
    }
}
