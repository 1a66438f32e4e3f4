//! A certificate authority of one test.

use rcgen::{
    BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

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
pub(crate) struct Authority {
    root: Identity,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub(crate) fn new() -> Authority {
        let mut params = CertificateParams::new([]).expect("no names are fine");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().expect("a new key");
        let certificate = params.self_signed(&key).expect("a root signs itself");
        Authority { root: identity(&certificate, &key), issuer: Issuer::new(params, key) }
    }

    /// Its own certificate.
    pub(crate) fn root(&self) -> &Identity {
        &self.root
    }

    /// A certificate for a server of these names or addresses.
    pub(crate) fn server(&self, names: &[&str]) -> Identity {
        self.sign(names, ExtendedKeyUsagePurpose::ServerAuth)
    }

    /// A certificate for a client.
    pub(crate) fn client(&self) -> Identity {
        self.sign(&["client.test"], ExtendedKeyUsagePurpose::ClientAuth)
    }

    fn sign(&self, names: &[&str], usage: ExtendedKeyUsagePurpose) -> Identity {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let mut params = CertificateParams::new(names).expect("names of a certificate");
        params.extended_key_usages = vec![usage];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate().expect("a new key");
        identity(&params.signed_by(&key, &self.issuer).expect("the authority signs"), &key)
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
