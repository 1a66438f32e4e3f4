//! Names of official images.

/// The major version that an image's tag names, `None` in it when the tag names none; `None` at all when `image` is
/// not the official image `name`.
pub(super) fn version_of(image: &str, name: &str) -> Option<Option<u32>> {
    let image = image.split('@').next().unwrap_or(image);
    let official = ["docker.io/library/", "index.docker.io/library/", "docker.io/", "library/"];
    let short = official.iter().find_map(|prefix| image.strip_prefix(prefix)).unwrap_or(image);
    let (short, tag) = short.split_once(':').unwrap_or((short, "latest"));
    let digits = tag.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    (short == name).then(|| digits.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn official_names_and_their_versions_are_told_from_others() {
        for (image, expected) in [
            ("postgres", Some(None)),
            ("postgres:latest", Some(None)),
            ("postgres:alpine", Some(None)),
            ("postgres:16", Some(Some(16))),
            ("postgres:16.4-alpine", Some(Some(16))),
            ("docker.io/library/postgres:15", Some(Some(15))),
            ("postgres:15@sha256:00", Some(Some(15))),
            ("library/postgres", Some(None)),
            ("postgresql", None),
            ("me/postgres:16", None),
            ("registry.example/postgres", None),
        ] {
            assert_eq!(version_of(image, "postgres"), expected, "{image}");
        }
    }
}
