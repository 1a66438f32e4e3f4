//! A certificate authority of one test.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How good a server's certificate is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Quality {
    /// Signed by the authority, and valid for years.
    #[default]
    Good,
    /// Signed by the authority, and valid for so many days and an hour.
    DaysLeft(u64),
    /// It was valid in 2020 only.
    Expired,
    /// It will be valid in 2090.
    NotYetValid,
    /// Signed by nobody but itself.
    SelfSigned,
}

/// A certificate and its key.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The certificate as PEM.
    pub certificate_pem: String,
    /// The key as PEM, PKCS #8.
    pub key_pem: String,
    certificate: CertificateDer<'static>,
    key: Vec<u8>,
}

impl Identity {
    pub(crate) fn certificate(&self) -> CertificateDer<'static> {
        self.certificate.clone()
    }

    pub(crate) fn key(&self) -> PrivateKeyDer<'static> {
        PrivatePkcs8KeyDer::from(self.key.clone()).into()
    }
}

/// Signs certificates.
#[derive(Debug)]
pub struct Authority {
    root: Identity,
    issuer: Issuer<'static, KeyPair>,
}

/// Every one is its own.
impl Default for Authority {
    fn default() -> Authority {
        Authority::new()
    }
}

impl Authority {
    /// One that nobody knows yet.
    pub fn new() -> Authority {
        let mut params = CertificateParams::new([]).expect("no names are fine");
        // The usual name is that of its leaves too, which OpenSSL takes for signed by themselves.
        params.distinguished_name.push(DnType::CommonName, "authority of a test");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().expect("a new key");
        let certificate = params.self_signed(&key).expect("a root signs itself");
        Authority { root: identity(&certificate, &key), issuer: Issuer::new(params, key) }
    }

    /// Its own certificate.
    pub fn root(&self) -> &Identity {
        &self.root
    }

    /// A certificate for a server of these names or addresses.
    pub fn server(&self, names: &[&str], quality: Quality) -> Identity {
        self.sign(names, ExtendedKeyUsagePurpose::ServerAuth, quality)
    }

    /// A certificate for a client.
    pub(crate) fn client(&self) -> Identity {
        self.sign(&["client.test"], ExtendedKeyUsagePurpose::ClientAuth, Quality::Good)
    }

    fn sign(&self, names: &[&str], usage: ExtendedKeyUsagePurpose, quality: Quality) -> Identity {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let mut params = CertificateParams::new(names).expect("names of a certificate");
        params.extended_key_usages = vec![usage];
        params.use_authority_key_identifier_extension = true;
        let years = match quality {
            Quality::Good | Quality::SelfSigned => None,
            Quality::DaysLeft(days) => {
                let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970");
                let end = now + Duration::from_hours(24 * days + 1);
                Some((date_time_ymd(2020, 1, 1), date_time_ymd(1970, 1, 1) + end))
            }
            Quality::Expired => Some((date_time_ymd(2020, 1, 1), date_time_ymd(2020, 12, 31))),
            Quality::NotYetValid => Some((date_time_ymd(2090, 1, 1), date_time_ymd(2090, 12, 31))),
        };
        if let Some((from, until)) = years {
            (params.not_before, params.not_after) = (from, until);
        }
        let key = KeyPair::generate().expect("a new key");
        let certificate = match quality {
            Quality::SelfSigned => {
                params.use_authority_key_identifier_extension = false;
                params.self_signed(&key)
            }
            _ => params.signed_by(&key, &self.issuer),
        };
        identity(&certificate.expect("a certificate can be signed"), &key)
    }
}

fn identity(certificate: &rcgen::Certificate, key: &KeyPair) -> Identity {
    Identity {
        certificate_pem: certificate.pem(),
        key_pem: key.serialize_pem(),
        certificate: certificate.der().clone(),
        key: key.serialize_der(),
    }
}
