//! Servers that are installed on this machine.

use crate::images::name::Version;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A server: its programs, the first of which tells its version, and how to get it.
pub(super) struct Software {
    pub(super) name: &'static str,
    pub(super) programs: &'static [&'static str],
    pub(super) hint: &'static str,
}

impl Software {
    /// The first of `folders` with all programs, in the version that `image` asks for; an error in the words of
    /// `ErrImagePull`.
    pub(super) fn find(&self, image: &str, wanted: Version, folders: &[PathBuf]) -> Result<PathBuf, String> {
        let complete = |folder: &&PathBuf| self.programs.iter().all(|name| is_program(&folder.join(name)));
        let failed = |why: String| format!("failed to pull image \"{image}\": {why}");
        let mut others = Vec::new();
        for folder in folders.iter().filter(complete) {
            let Version::Major(wanted) = wanted else { return Ok(folder.clone()) };
            match version(&folder.join(self.programs[0])) {
                Some(major) if major == wanted => return Ok(folder.clone()),
                other => others.push((folder, other)),
            }
        }
        let name = self.name;
        let Some((folder, version)) = others.first() else {
            let programs = self.programs.join(", ");
            return Err(failed(format!(
                "the playground starts {name} of this machine, and it is not installed (looked for {programs} \
                 together in one folder of {folders:?}); {}",
                self.hint
            )));
        };
        let version = version.map_or("of an unknown version".to_owned(), |version| version.to_string());
        Err(failed(format!(
            "this machine has {name} {version} ({}), not {wanted}; name the image without a version to take what is \
             there, or install {name} {wanted}",
            folder.display()
        )))
    }
}

fn is_program(file: &Path) -> bool {
    file.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

/// The major version that a program prints: `postgres (PostgreSQL) 15.18 (…)`, `Redis server v=7.0.15 sha=…`.
fn version(program: &Path) -> Option<u32> {
    let output = Command::new(program).arg("--version").output().ok()?;
    parse(&String::from_utf8_lossy(&output.stdout))
}

fn parse(text: &str) -> Option<u32> {
    let mut numbers = text.split(|c: char| c.is_whitespace() || c == '=').filter(|word| word.contains('.'));
    numbers.find_map(|word| word.split('.').next()?.parse().ok())
}

/// The folders of `PATH`, and the usual ones.
pub(super) fn path() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let usual = ["/usr/local/bin", "/usr/bin", "/usr/sbin"].map(PathBuf::from);
    std::env::split_paths(&path).filter(|folder| folder.is_absolute()).chain(usual).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_what_servers_print() {
        for (text, expected) in [
            ("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n", Some(15)),
            ("Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.2.1 bits=64 build=2\n", Some(7)),
            ("something else\n", None),
        ] {
            assert_eq!(parse(text), expected);
        }
    }
}
