//! What is wrong with a chain, told apart: expired, not valid yet, another name, self-signed, unknown authority.

use super::chain::{Facts, date};
use crate::check::Found;
use rustls::{CertificateError, Error};

/// The finding of a chain that the verifier refuses.
pub fn refused(error: &Error, name: &str, chain: &[Facts], own_ca: bool) -> Found {
    let leaf = chain.first();
    let Error::InvalidCertificate(why) = error else {
        return Found::fail(format!("the certificate is refused: {error}"));
    };
    match why {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => expired(chain, why),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            let from = leaf.map(|leaf| date(leaf.from)).unwrap_or_default();
            Found::fail(format!(
                "the certificate is not valid before {from}; look at the clocks of both sides"
            ))
            .expected("valid now", format!("valid from {from}"))
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            let names = leaf.map(|leaf| leaf.names.join(", ")).filter(|names| !names.is_empty());
            let names = names.unwrap_or_else(|| "no name at all".to_owned());
            let reason = format!(
                "the certificate is for another name: expected {name}, got {names}; ask by the right name \
                 (`server_name`), or give the service a certificate for it"
            );
            Found::fail(reason).expected(name, names).for_good()
        }
        CertificateError::Revoked => Found::fail("the certificate is revoked; get a new one").for_good(),
        _ if leaf.is_some_and(|leaf| leaf.self_signed) => {
            let trust =
                if own_ca { "it is not among the authorities of `ca`" } else { "nobody vouches for it" };
            let reason = format!(
                "the certificate is self-signed, and {trust}; get one from an authority, or name its authority \
                 under `ca`"
            );
            Found::fail(reason).for_good()
        }
        CertificateError::UnknownIssuer => unknown_issuer(chain, own_ca),
        other => Found::fail(format!("the certificate is refused: {other}")),
    }
}

fn expired(chain: &[Facts], why: &CertificateError) -> Found {
    let until = chain.iter().map(|facts| facts.until).min();
    let until = match why {
        CertificateError::ExpiredContext { not_after, .. } => i64::try_from(not_after.as_secs()).ok(),
        _ => until,
    };
    let day = until.map(date).unwrap_or_default();
    let which = chain.iter().find(|facts| Some(facts.until) == until);
    let which = match which {
        Some(facts) if Some(facts) != chain.first() => {
            format!("the certificate of {}, above it,", facts.subject)
        }
        _ => "the certificate".to_owned(),
    };
    Found::fail(format!("{which} expired on {day}; renew it, and look why that was not done by itself"))
        .expected("valid now", format!("valid until {day}"))
}

fn unknown_issuer(chain: &[Facts], own_ca: bool) -> Found {
    let top = chain.last().map(|top| top.issuer.clone()).unwrap_or_default();
    let trusted = if own_ca { "the authorities of `ca`" } else { "the system's authorities" };
    let next = if chain.len() == 1 {
        "let the service send its intermediate certificates, or name the authority under `ca`"
    } else {
        "name the authority under `ca`"
    };
    Found::fail(format!("the certificate is signed by {top}, which is not among {trusted}; {next}"))
}
