//! The image `redis`.

use crate::entrypoint::{REDIS, REDIS_SERVER};
use crate::images::name::{Version, version_of};
use crate::images::programs::{self, Software};
use crate::images::script::{becoming, entrypoint};
use crate::node::{Container, ImageFolder, ImageSource, Launch};
use std::path::PathBuf;

/// Redis of this machine as the official image `redis`.
///
/// Its arguments go to `redis-server`, also after the path of a configuration file; the data is in `/data`, the
/// working directory. A configuration file that names folders of volumes is started from a copy with the folders of
/// this machine, so `CONFIG REWRITE` does not outlive the container. A replica tells its Pod's address to the others. `redis-cli` asks the Pod's own server
/// unless it is given another.
#[derive(Debug, Clone)]
pub struct Redis {
    folders: Vec<PathBuf>,
}

const SOFTWARE: Software = Software {
    name: "Redis",
    programs: &["redis-server", "redis-cli"],
    hint: "on Debian and Ubuntu: apt-get install redis-server",
};

impl Default for Redis {
    fn default() -> Redis {
        Redis::new()
    }
}

impl Redis {
    /// From `PATH` and the usual folders.
    pub fn new() -> Redis {
        Redis { folders: programs::path() }
    }

    /// From these folders only.
    pub fn from_folders(folders: Vec<PathBuf>) -> Redis {
        Redis { folders }
    }

    fn launch(&self, image: &str, wanted: Version, container: &Container) -> Result<Launch, String> {
        let programs = SOFTWARE.find(image, wanted, &self.folders)?;
        let folder = |path: &str, name| ImageFolder { path: path.to_owned(), name, scripts: Vec::new() };
        let mut folders = vec![folder("/usr/local/bin", "bin"), folder("/data", "data")];
        let program = |name: &str| programs.join(name).display().to_string();
        let address = container.address.to_string();
        let bin = container.place("/usr/local/bin", &folders);
        let mut server = vec![REDIS_SERVER.to_owned(), program("redis-server"), address.clone(), bin.clone()];
        server.extend(container.places(&folders).into_iter().map(|(path, place)| format!("{path}={place}")));
        let scripts = [
            ("docker-entrypoint.sh", entrypoint(&container.supervisor, &[REDIS.to_owned()])),
            ("redis-server", entrypoint(&container.supervisor, &server)),
            ("redis-cli", becoming(&[program("redis-cli"), "-h".to_owned(), address], &[])),
        ];
        folders[0].scripts = scripts.map(|(name, text)| (name.to_owned(), text)).to_vec();
        let path = format!(
            "{bin}:{}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            programs.display()
        );
        Ok(Launch {
            entrypoint: vec![format!("{bin}/docker-entrypoint.sh")],
            args: vec!["redis-server".to_owned()],
            env: vec![("PATH".to_owned(), path)],
            folders,
            working_dir: Some("/data".to_owned()),
            ..Launch::default()
        })
    }
}

impl ImageSource for Redis {
    fn resolve(&self, image: &str, container: &Container) -> Option<Result<Launch, String>> {
        let wanted = version_of(image, "redis")?;
        Some(self.launch(image, wanted, container))
    }
}
