//! The question as a command of mongosh.

use crate::check::shell::quoted;
use crate::database::password;

/// Settings of a URL that may hold secrets.
const SECRETS: [&str; 3] = ["authmechanismproperties", "tlscertificatekeyfilepassword", "proxypassword"];

/// What is needed to type it: the URL without secrets.
#[derive(Debug)]
pub(super) struct Mongosh(String);

impl Mongosh {
    pub(super) fn new(url: &str) -> Mongosh {
        let bare = password(url)
            .map_or_else(|| url.to_owned(), |word| url.replacen(&format!(":{word}@"), ":***@", 1));
        let Some((start, query)) = bare.split_once('?') else { return Mongosh(bare) };
        let pairs = query.split('&').map(|pair| match pair.split_once('=') {
            Some((name, _)) if SECRETS.contains(&name.to_lowercase().as_str()) => format!("{name}=***"),
            _ => pair.to_owned(),
        });
        Mongosh(format!("{start}?{}", pairs.collect::<Vec<_>>().join("&")))
    }

    /// The command that asks this.
    pub(super) fn command(&self, question: &str) -> String {
        format!("mongosh {} --quiet --eval {}", quoted(&self.0), quoted(question))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_can_be_typed_and_tells_no_password() {
        for (url, command) in [
            ("mongodb://h:27017", "mongosh mongodb://h:27017 --quiet --eval 'rs.status()'"),
            (
                "mongodb://u:p%40@a,b/shop?replicaSet=rs0&tlsCertificateKeyFilePassword=s3cret",
                "mongosh 'mongodb://u:***@a,b/shop?replicaSet=rs0&tlsCertificateKeyFilePassword=***' --quiet --eval 'rs.status()'",
            ),
        ] {
            assert_eq!(Mongosh::new(url).command("rs.status()"), command);
        }
    }
}
