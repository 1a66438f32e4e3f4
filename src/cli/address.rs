//! Addresses on the command line: what is wrong with one is said before anything else happens.

use crate::transport::{HttpVersion, Target, TargetError, TlsOptions, web_url};
use std::time::Duration;
use url::Url;

/// Reads the URL of `load`: any page.
pub(super) fn page(text: &str) -> Result<Url, String> {
    let (url, _) = web_url(text).map_err(|error| said(&error))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            "a user or password in a URL is not sent; give it with -H 'authorization: Basic …'".into()
        );
    }
    Ok(url)
}

/// Reads the URL of `--target`: what may stand in a scenario's `target.http`.
pub(super) fn target(text: &str) -> Result<String, String> {
    let wrong = Target::new(text, HttpVersion::Auto, &TlsOptions::default(), Duration::ZERO).err();
    match wrong {
        // TLS is set up with the scenario's own certificates.
        None | Some(TargetError::Tls(_)) => Ok(text.to_owned()),
        Some(error) => Err(said(&error)),
    }
}

fn said(error: &TargetError) -> String {
    match error {
        TargetError::Scheme(_) => format!("{error}; write for example http://127.0.0.1:8080"),
        TargetError::Extra(_)
        | TargetError::NoScheme(_)
        | TargetError::NotAUrl { .. }
        | TargetError::Tls(_) => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_addresses_say_the_next_move() {
        for (text, words) in [
            ("127.0.0.1:8080/a", "`127.0.0.1:8080/a` has no scheme; write `http://127.0.0.1:8080/a`, or"),
            ("localhost:8080", "`localhost:8080` has no scheme; write `http://localhost:8080`, or"),
            ("ftp://x", "`ftp` is not http or https; write for example"),
            ("/products", "`/products` is not a URL: it names no host; write for example"),
            ("http://u:p@x/", "a user or password in a URL is not sent; give it with -H"),
        ] {
            let said = page(text).unwrap_err();
            assert!(said.starts_with(words), "{said}");
        }
        assert!(target("http://x/?a=1").unwrap_err().starts_with("the target's URL must not have a query"));
        assert!(target("shop:8080").unwrap_err().contains("write `http://shop:8080`"));
        assert_eq!(target("https://shop.test/api").as_deref(), Ok("https://shop.test/api"));
    }
}
