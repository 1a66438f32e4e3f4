//! The image `shakedown`: this program.

use crate::cluster::{SERVICE_ACCOUNT, USUAL_PLACE};
use ::playground::node::{Container, ImageSource, Launch};
use std::path::PathBuf;

/// Answers `shakedown`, with any registry before it and any tag after it: the program that embeds the playground, as
/// the image that people build of it has it as its entry point.
pub(super) struct OwnImage {
    /// Where this program lies.
    pub(super) program: PathBuf,
}

impl ImageSource for OwnImage {
    fn resolve(&self, image: &str, _: &Container) -> Option<Result<Launch, String>> {
        // The playground replaces the folder by where it really is, as in all that a manifest sets.
        let account = (SERVICE_ACCOUNT.to_owned(), USUAL_PLACE.to_owned());
        let launch = Launch {
            entrypoint: vec![self.program.display().to_string()],
            env: vec![account],
            ..Launch::default()
        };
        is_own(image).then_some(Ok(launch))
    }
}

fn is_own(image: &str) -> bool {
    let last = image.rsplit('/').next().unwrap_or(image);
    last.split([':', '@']).next() == Some("shakedown")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registry_and_tag_do_not_matter() {
        for (image, own) in [
            ("shakedown", true),
            ("shakedown:0.1.0", true),
            ("registry.example:5000/tools/shakedown@sha256:00", true),
            ("shakedown-api", false),
            ("shakedown/api", false),
        ] {
            assert_eq!(is_own(image), own, "{image}");
        }
    }
}
