//! What may be shown of a URL of a database, and what may not, and whether it can be one.

use crate::source::{Located, Problem};

/// Host, port and path of a URL: all but who we are.
pub fn place(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split(['?', '#']).next().unwrap_or(rest);
    rest.rsplit_once('@').map_or(rest, |(_, place)| place)
}

/// The password of a URL, as it is written there.
pub fn password(url: &str) -> Option<&str> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let (who, _) = rest.rsplit_once('@')?;
    who.split_once(':').map(|(_, password)| password).filter(|password| !password.is_empty())
}

/// The problem of a URL of another scheme, or without a host.
pub fn right_url(url: &Located<String>, schemes: &[&str], example: &str) -> Option<Problem> {
    let (scheme, _) = url.split_once("://").unwrap_or_default();
    let host = place(url).split(['/', ':']).next().unwrap_or_default();
    let right = schemes.contains(&scheme) && !host.is_empty();
    // The URL is not repeated: a password that was written into it stays out of messages.
    let message = format!("this is not a URL of the form {}://…", schemes[0]);
    (!right).then(|| Problem::at(url.mark, message).help(format!("write for example {example}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_no_password() {
        for (url, shown, hidden) in [
            ("postgres://u:p%40ss@db:5432/shop?sslmode=disable", "db:5432/shop", Some("p%40ss")),
            ("postgres://u:p@ss@db/shop", "db/shop", Some("p@ss")),
            ("redis://:secret@127.0.0.1:6379/0", "127.0.0.1:6379/0", Some("secret")),
            ("redis://127.0.0.1", "127.0.0.1", None),
            ("postgres://u@db", "db", None),
            ("", "", None),
        ] {
            assert_eq!((place(url), password(url)), (shown, hidden), "{url}");
        }
    }
}
