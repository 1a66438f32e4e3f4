//! Names of official images.

use std::fmt;

/// The version of a server that an image asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    Any,
    Major(u32),
}

impl fmt::Display for Version {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Version::Any => write!(out, "any version"),
            Version::Major(number) => write!(out, "{number}"),
        }
    }
}

/// The version in the tag of `image`; `None` when it is not the official image `name`.
pub(super) fn version_of(image: &str, name: &str) -> Option<Version> {
    let image = image.split('@').next().unwrap_or(image);
    let official = ["docker.io/library/", "index.docker.io/library/", "docker.io/", "library/"];
    let short = official.iter().find_map(|prefix| image.strip_prefix(prefix)).unwrap_or(image);
    let (short, tag) = short.split_once(':').unwrap_or((short, "latest"));
    let digits = tag.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    (short == name).then(|| digits.parse().map_or(Version::Any, Version::Major))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn official_names_and_their_versions_are_told_from_others() {
        for (image, expected) in [
            ("postgres", Some(Version::Any)),
            ("postgres:latest", Some(Version::Any)),
            ("postgres:alpine", Some(Version::Any)),
            ("postgres:16", Some(Version::Major(16))),
            ("postgres:16.4-alpine", Some(Version::Major(16))),
            ("docker.io/library/postgres:15", Some(Version::Major(15))),
            ("postgres:15@sha256:00", Some(Version::Major(15))),
            ("library/postgres", Some(Version::Any)),
            ("postgresql", None),
            ("me/postgres:16", None),
            ("registry.example/postgres", None),
        ] {
            assert_eq!(version_of(image, "postgres"), expected, "{image}");
        }
    }
}
