//! The users of this machine, for programs that refuse to run as root.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// A user that the programs of an image run as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The login name.
    pub name: String,
    /// The number.
    pub uid: u32,
    /// The number of the user's group.
    pub gid: u32,
}

impl User {
    /// The first of `names` that is a user of this machine other than root, by `/etc/passwd`.
    pub fn first_of(names: &[&str]) -> Option<User> {
        let file = std::fs::read_to_string("/etc/passwd").ok()?;
        names.iter().find_map(|name| User::parse(&file, name))
    }

    fn parse(passwd: &str, name: &str) -> Option<User> {
        passwd.lines().find_map(|line| {
            let mut fields = line.split(':');
            if fields.next()? != name {
                return None;
            }
            let (uid, gid) = (fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?);
            (uid != 0).then(|| User { name: name.to_owned(), uid, gid })
        })
    }

    /// The first folder above `path` that this user may not pass through.
    pub(super) fn stopped_at<'p>(&self, path: &'p Path) -> Option<&'p Path> {
        let mut above: Vec<&Path> = path.ancestors().skip(1).collect();
        above.reverse();
        above.into_iter().find(|folder| !folder.metadata().is_ok_and(|meta| self.may_execute(&meta)))
    }

    fn may_execute(&self, meta: &Metadata) -> bool {
        let bit = match meta {
            meta if meta.uid() == self.uid => 0o100,
            meta if meta.gid() == self.gid => 0o010,
            _ => 0o001,
        };
        meta.mode() & bit != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_found_by_name_but_never_root() {
        let passwd = "root:x:0:0:root:/root:/bin/sh\npg:x:101:104:,,,:/var:/bin/sh\nbad:x:a:b::/:\n";
        let expected = User { name: "pg".into(), uid: 101, gid: 104 };
        for (name, user) in [("pg", Some(expected)), ("root", None), ("bad", None), ("p", None)] {
            assert_eq!(User::parse(passwd, name), user, "{name}");
        }
    }
}
