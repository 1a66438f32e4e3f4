//! The question as a command of redis-cli.

use crate::check::shell::quoted;
use crate::database::{password, place};

/// What is needed to type it.
#[derive(Debug)]
pub(super) struct Cli {
    before: String,
    scheme: &'static str,
    place: String,
    options: String,
}

impl Cli {
    pub(super) fn new(url: &str) -> Cli {
        let (scheme, rest) = url.split_once("://").unwrap_or(("redis", url));
        let user =
            rest.rsplit_once('@').and_then(|(who, _)| who.split(':').next()).filter(|user| !user.is_empty());
        let user = user.map_or_else(String::new, |user| format!(" --user {}", quoted(user)));
        let insecure = if url.ends_with("#insecure") { " --insecure" } else { "" };
        Cli {
            before: if password(url).is_some() { "REDISCLI_AUTH=*** ".to_owned() } else { String::new() },
            scheme: if scheme == "rediss" { "rediss" } else { "redis" },
            place: place(url).to_owned(),
            options: format!("{user}{insecure}"),
        }
    }

    /// The command that asks this.
    pub(super) fn command(&self, words: &[&str]) -> String {
        let url = quoted(&format!("{}://{}", self.scheme, self.place));
        let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
        format!("{}redis-cli -u {url}{} {}", self.before, self.options, words.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_can_be_typed_and_tells_no_password() {
        for (url, command) in [
            ("redis://h:6379/0", "redis-cli -u redis://h:6379/0 GET 'a b'"),
            ("redis://:s3cret@h/2", "REDISCLI_AUTH=*** redis-cli -u redis://h/2 GET 'a b'"),
            (
                "rediss://pat:s3cret@h#insecure",
                "REDISCLI_AUTH=*** redis-cli -u rediss://h --user pat --insecure GET 'a b'",
            ),
        ] {
            assert_eq!(Cli::new(url).command(&["GET", "a b"]), command);
        }
    }
}
