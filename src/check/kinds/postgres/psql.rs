//! The question as a command of psql.

use crate::check::shell::quoted;
use crate::database::{password, place};

/// What is needed to type it.
#[derive(Debug)]
pub(super) struct Psql {
    /// Host, port and database.
    pub(super) place: String,
    /// The URL without any password.
    url: String,
    has_password: bool,
}

impl Psql {
    pub(super) fn new(url: &str) -> Psql {
        let within = password(url);
        let bare = within.map_or_else(|| url.to_owned(), |word| url.replacen(&format!(":{word}@"), "@", 1));
        let (start, query) = bare.split_once('?').unwrap_or((&bare, ""));
        let secret = |pair: &&str| pair.starts_with("password=") || pair.starts_with("sslpassword=");
        let (secrets, rest): (Vec<&str>, Vec<&str>) =
            query.split('&').filter(|pair| !pair.is_empty()).partition(secret);
        let separator = if rest.is_empty() { "" } else { "?" };
        Psql {
            place: place(url).to_owned(),
            url: format!("{start}{separator}{}", rest.join("&")),
            has_password: within.is_some() || !secrets.is_empty(),
        }
    }

    /// The command that asks this.
    pub(super) fn command(&self, query: &str) -> String {
        let password = if self.has_password { "PGPASSWORD=*** " } else { "" };
        format!("{password}psql -X -A -t -d {} -c {}", quoted(&self.url), quoted(query))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_can_be_typed_and_tells_no_password() {
        for (url, command) in [
            ("postgres://u@h/d", "psql -X -A -t -d postgres://u@h/d -c 'SELECT 1'"),
            (
                "postgres://u:p%40@h:5433/d",
                "PGPASSWORD=*** psql -X -A -t -d postgres://u@h:5433/d -c 'SELECT 1'",
            ),
            (
                "postgres://h/d?user=u&password=s3cret&sslmode=require",
                "PGPASSWORD=*** psql -X -A -t -d 'postgres://h/d?user=u&sslmode=require' -c 'SELECT 1'",
            ),
        ] {
            assert_eq!(Psql::new(url).command("SELECT 1"), command);
        }
    }
}
