//! What an image stands for: a program of this machine.

use crate::node::HostPrograms;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;

/// What a source of images may want to know of the container that is to start.
#[derive(Debug, Clone)]
pub struct Container {
    /// The address of the Pod.
    pub address: Ipv4Addr,
    /// The environment as the Pod's manifest and the playground make it.
    pub env: Vec<(String, String)>,
    /// A folder of the Pod's own, the working directory unless the manifest names another.
    pub folder: PathBuf,
}

/// How to start an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Launch {
    /// The program and its first arguments: what `command` in a manifest replaces.
    pub entrypoint: Vec<String>,
    /// The further arguments: what `args` in a manifest replaces.
    pub args: Vec<String>,
    /// Environment that the image adds; the manifest's wins.
    pub env: Vec<(String, String)>,
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
        Ok(Launch { entrypoint: vec![path.to_owned()], args: Vec::new(), env: Vec::new() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_that_cannot_run_says_why() {
        let container = Container { address: Ipv4Addr::LOCALHOST, env: Vec::new(), folder: PathBuf::new() };
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
