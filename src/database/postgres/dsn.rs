//! The URL of a PostgreSQL database, and what it says of TLS: `sslmode` and `sslrootcert` are read here, because the
//! client library knows neither `verify-full` nor certificates.

use super::tls::Rustls;
use super::words::words;
use crate::transport::{Pem, TlsError, TlsOptions, Verify};
use std::path::PathBuf;
use std::time::Duration;
use tokio_postgres::Config;
use tokio_postgres::config::SslMode;

/// Where and how to connect.
#[derive(Debug, Clone)]
pub struct Dsn {
    pub(super) config: Config,
    pub(super) tls: Rustls,
}

/// Why a URL cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DsnError {
    /// The library does not understand it. What it says never holds the password.
    #[error("not a URL of PostgreSQL: {0}; write for example postgres://user@host:5432/database")]
    Parse(String),
    /// A mode that this program does not speak.
    #[error("sslmode `{0}` is not supported; write disable, prefer, require or verify-full")]
    Mode(String),
    /// A file that cannot be read.
    #[error("sslrootcert {}: {source}", path.display())]
    Root {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// TLS cannot be set up.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

impl Dsn {
    /// Reads a URL. Connecting to one address takes at most `connect`.
    pub fn parse(url: &str, connect: Duration) -> Result<Dsn, DsnError> {
        let (rest, ours) = take_ours(url);
        let value = |key: &str| ours.iter().rfind(|(known, _)| known == key).map(|(_, value)| value.as_str());
        // As libpq: without verification unless it is asked for.
        let (mode, verify) = match value("sslmode") {
            Some("disable") => (SslMode::Disable, Verify::No),
            None | Some("prefer") => (SslMode::Prefer, Verify::No),
            Some("require") => (SslMode::Require, Verify::No),
            Some("verify-full") => (SslMode::Require, Verify::Yes),
            Some(other) => return Err(DsnError::Mode(other.to_owned())),
        };
        let ca = match value("sslrootcert") {
            None | Some("system") => None,
            Some(path) => {
                let read = std::fs::read(path);
                let content = read.map_err(|source| DsnError::Root { path: path.into(), source })?;
                Some(Pem { name: path.to_owned(), content })
            }
        };
        let mut config: Config = rest.parse().map_err(|error| DsnError::Parse(words(&error)))?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(DsnError::Parse("it names no host".to_owned()));
        }
        config.ssl_mode(mode).connect_timeout(connect).application_name("shakedown");
        let tls = Rustls::new(&TlsOptions { ca, verify, ..TlsOptions::default() })?;
        Ok(Dsn { config, tls })
    }

    /// Who connects; empty where the URL does not say.
    pub fn user(&self) -> &str {
        self.config.get_user().unwrap_or_default()
    }
}

/// Takes the settings that the library does not know out of the URL.
fn take_ours(url: &str) -> (String, Vec<(String, String)>) {
    let Some((base, query)) = url.split_once('?') else { return (url.to_owned(), Vec::new()) };
    let is_ours = |pair: &&str| pair.starts_with("sslmode=") || pair.starts_with("sslrootcert=");
    let (ours, rest): (Vec<&str>, Vec<&str>) = query.split('&').partition(is_ours);
    let decoded = url::form_urlencoded::parse(ours.join("&").as_bytes()).into_owned().collect();
    let separator = if rest.is_empty() { "" } else { "?" };
    (format!("{base}{separator}{}", rest.join("&")), decoded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio_postgres::config::{Host, TargetSessionAttrs};

    fn parse(text: &str) -> Result<Dsn, DsnError> {
        Dsn::parse(text, Duration::from_secs(1))
    }

    #[test]
    fn what_the_library_does_not_know_is_read_here() {
        let Dsn { config, tls } = parse(
            "postgres://u:p@db.test:5433/shop?sslmode=require&target_session_attrs=read-write&application_name=x",
        )
        .unwrap();
        assert_eq!(config.get_hosts(), [Host::Tcp("db.test".into())]);
        assert_eq!((config.get_ports(), config.get_user()), ([5433].as_slice(), Some("u")));
        assert_eq!((config.get_dbname(), config.get_ssl_mode()), (Some("shop"), SslMode::Require));
        assert_eq!(config.get_target_session_attrs(), TargetSessionAttrs::ReadWrite);
        assert_eq!(tls.verify(), Verify::No);
    }

    #[test]
    fn each_mode_is_kept_or_refused() {
        for (mode, expected) in [
            ("disable", Ok((SslMode::Disable, Verify::No))),
            ("prefer", Ok((SslMode::Prefer, Verify::No))),
            ("require", Ok((SslMode::Require, Verify::No))),
            ("verify-full", Ok((SslMode::Require, Verify::Yes))),
            (
                "verify-ca",
                Err("sslmode `verify-ca` is not supported; write disable, prefer, require or verify-full"),
            ),
            ("allow", Err("sslmode `allow` is not supported; write disable, prefer, require or verify-full")),
        ] {
            let parsed = parse(&format!("postgres://h/d?sslmode={mode}"));
            let found = parsed.map(|dsn| (dsn.config.get_ssl_mode(), dsn.tls.verify()));
            assert_eq!(found.map_err(|error| error.to_string()), expected.map_err(str::to_owned), "{mode}");
        }
    }

    #[test]
    fn what_cannot_be_used_is_said_without_its_password() {
        for url in ["postgres://u:s3cret@h:port/d", "postgres://u:s3cret@h/d?sslkey=x", "postgres:///d"] {
            let said = parse(url).unwrap_err().to_string();
            assert!(said.contains("write for example postgres://") && !said.contains("s3cret"), "{said}");
        }
        let said = parse("postgres://h/d?sslrootcert=/nowhere/ca.pem").unwrap_err().to_string();
        assert!(said.starts_with("sslrootcert /nowhere/ca.pem: "), "{said}");
    }
}
