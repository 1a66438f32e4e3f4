//! What the certificates of a chain say about themselves.

use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};

/// What one certificate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Whom it is for.
    pub subject: String,
    /// Who signed it.
    pub issuer: String,
    /// The names and addresses that it is for.
    pub names: Vec<String>,
    /// From when on it is valid, in seconds since 1970.
    pub from: i64,
    /// Until when it is valid, in seconds since 1970.
    pub until: i64,
    /// Whether its own key signed it. Equal names alone do not say so.
    pub self_signed: bool,
}

impl Facts {
    /// Reads a certificate; none where it cannot be read.
    pub fn of(certificate: &CertificateDer<'_>) -> Option<Facts> {
        let (_, read) = X509Certificate::from_der(certificate).ok()?;
        let names = read.subject_alternative_name().ok().flatten();
        let names = names.map(|names| names.value.general_names.iter().filter_map(name).collect());
        let validity = read.validity();
        Some(Facts {
            subject: read.subject().to_string(),
            issuer: read.issuer().to_string(),
            names: names.unwrap_or_default(),
            from: validity.not_before.timestamp(),
            until: validity.not_after.timestamp(),
            self_signed: read.subject() == read.issuer() && read.verify_signature(None).is_ok(),
        })
    }

    /// For how many whole days it is still valid; less than zero once it has expired.
    pub fn days_left(&self, now: i64) -> i64 {
        (self.until - now).div_euclid(24 * 60 * 60)
    }

    /// One line for people.
    pub fn line(&self) -> String {
        let names =
            if self.names.is_empty() { String::new() } else { format!(" for {}", self.names.join(", ")) };
        let Facts { subject, issuer, .. } = self;
        format!("{subject}{names}, signed by {issuer}, valid {} to {}", date(self.from), date(self.until))
    }
}

/// The day, as in `2026-11-21`.
pub fn date(seconds: i64) -> String {
    Timestamp::from_second(seconds)
        .map_or_else(|_| "a day out of range".to_owned(), |time| time.strftime("%Y-%m-%d").to_string())
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => match <[u8; 4]>::try_from(*bytes) {
            Ok(v4) => Some(std::net::Ipv4Addr::from(v4).to_string()),
            Err(_) => Some(std::net::Ipv6Addr::from(<[u8; 16]>::try_from(*bytes).ok()?).to_string()),
        },
        _ => None,
    }
}
