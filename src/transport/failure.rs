//! Why there was no answer, told apart by whose fault it is.

use super::SPEAKS_TLS;
use crate::sample::ErrorClass;
use std::error::Error;
use std::{fmt, io};

/// What rustls names by its own code, in words.
const IN_WORDS: [(&str, &str); 4] = [
    (
        "Other(OtherError(CaUsedAsEndEntity))",
        "it is that of an authority, which no server may show as its own",
    ),
    ("UnknownIssuer", "no authority that is known here has signed it"),
    ("received corrupt message of type InvalidContentType", "what answers there does not speak TLS"),
    // One whose end lies before its beginning; any other is told with its dates.
    (
        "invalid peer certificate: Expired",
        "invalid peer certificate: certificate expired before it was valid",
    ),
];

/// Where the other side ended TLS and said why, in the words of rustls; the name of the alert follows.
const ALERT: &str = "received fatal alert: ";

/// What helps against alerts.
const AGAINST_ALERTS: [(&[&str], &str); 5] = [
    (
        // With TLS 1.2 servers use the second where no certificate was shown at all.
        &[
            "CertificateRequired",
            "BadCertificate",
            "NoCertificate",
            "UnsupportedCertificate",
            "CertificateRevoked",
            "CertificateExpired",
            "CertificateUnknown",
            "UnknownCA",
            "AccessDenied",
        ],
        "show it a certificate that it trusts: write `certificate` and `key` under `target.tls`",
    ),
    (
        &["HandshakeFailure"],
        "see which versions and ciphers it takes, and whether it wants a certificate (`certificate` and `key` under \
         `target.tls`)",
    ),
    (&["ProtocolVersion", "InsufficientSecurity"], "let it speak TLS 1.2 or 1.3"),
    (&["UnrecognisedName"], "write the name that it goes by as `target.tls.server_name`"),
    (
        &["NoApplicationProtocol"],
        "let it offer this version of HTTP by ALPN, or write another `target.http_version`",
    ),
];

/// A request that got no complete answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Failure {
    /// Which class of failure.
    pub class: ErrorClass,
    /// What happened, in words.
    pub text: String,
}

impl Failure {
    /// A failure of this class.
    pub fn new(class: ErrorClass, text: impl Into<String>) -> Failure {
        Failure { class, text: text.into() }
    }

    /// What to do about a target that could not be reached.
    pub fn next_move(&self) -> &'static str {
        match self.class {
            ErrorClass::Refused => "start the service, or correct the address",
            ErrorClass::Dns => "correct the name, or make it known to this machine",
            ErrorClass::Timeout => "correct the address, or let this machine through to it",
            ErrorClass::Tls => self.about_tls(),
            ErrorClass::Generator => "raise the limit of open files (`ulimit -n`), or free some ports",
            ErrorClass::Protocol if self.text.contains(SPEAKS_TLS) => "correct the address",
            ErrorClass::Reset | ErrorClass::Protocol | ErrorClass::Status | ErrorClass::Assertion => {
                "look whether it is the service that you mean, and into its log"
            }
        }
    }

    fn about_tls(&self) -> &'static str {
        if let Some((_, alert)) = self.text.split_once(ALERT) {
            let name = alert.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
            let known = AGAINST_ALERTS.iter().find(|(names, _)| names.contains(&name));
            return known.map_or("look into its log for why it ended the handshake", |(_, help)| help);
        }
        if self.text.contains("certificate") {
            self.about_certificate()
        } else if self.text.contains(IN_WORDS[2].1) {
            "write http://"
        } else {
            "write http:// when this port does not speak TLS"
        }
    }

    fn about_certificate(&self) -> &'static str {
        let about = |words: &str| self.text.contains(words);
        // The usual self-signed certificate of `openssl req -x509`, named as its own authority.
        if about(IN_WORDS[0].1) {
            "give the service a certificate of its own (`CA:FALSE`), signed by the authority"
        } else if about("not valid for name") {
            "correct the host's name, or write the one that it is for as `target.tls.server_name`, or \
             `--server-name` for a single URL"
        } else if about("expired") || about("not valid yet") {
            "give the service a certificate that is valid now, or correct the clock of this machine"
        } else {
            "name the authority that signed it under `target.tls.ca`, or with `--ca` for a single URL"
        }
    }

    /// The failure behind a handshake of TLS that did not come to its end.
    pub fn from_handshake(error: &io::Error, with: &dyn fmt::Display) -> Failure {
        Failure::new(ErrorClass::Tls, in_words(&format!("TLS with {with}: {error}")))
    }

    /// The failure behind an error of the system while doing `what`.
    pub fn from_io(error: &io::Error, what: &str) -> Failure {
        let text = with_next_move(format!("{what}: {error}"));
        let class = if is_alert(&text) { ErrorClass::Tls } else { class_of_io(error) };
        Failure::new(class, text)
    }

    /// The failure behind an error of hyper.
    pub fn from_hyper(error: &hyper::Error) -> Failure {
        let text = with_next_move(chain(error));
        if is_alert(&text) {
            return Failure::new(ErrorClass::Tls, text);
        }
        if let Some(io) = find_io(error) {
            return Failure::new(class_of_io(io), text);
        }
        Failure::new(class_of_hyper(error), text)
    }

    /// The failure behind an error of reqwest.
    pub fn from_reqwest(error: &reqwest::Error) -> Failure {
        // The outermost errors only say that a request with this URL failed, which everybody knows here.
        let text = error.source().map_or_else(|| chain(error), chain);
        let text = in_words(text.strip_prefix("client error (Connect): ").unwrap_or(&text));
        if error.is_timeout() {
            return Failure::new(ErrorClass::Timeout, text);
        }
        if text.contains("dns error") {
            return Failure::new(ErrorClass::Dns, text);
        }
        if is_alert(&text) || text.contains("certificate") || text.contains("TLS") {
            return Failure::new(ErrorClass::Tls, text);
        }
        let is_plain = error.url().is_some_and(|url| url.scheme() == "http");
        if is_plain && text.contains("invalid HTTP version parsed") {
            // What came instead is not told; where a port speaks TLS it is an alert.
            let text = format!("{text}; write https:// when this port speaks TLS");
            return Failure::new(ErrorClass::Protocol, text);
        }
        let class = match (find_io(error), find::<hyper::Error>(error)) {
            (Some(io), _) => class_of_io(io),
            (None, Some(hyper)) => class_of_hyper(hyper),
            (None, None) if error.is_connect() => ErrorClass::Refused,
            (None, None) => ErrorClass::Protocol,
        };
        Failure::new(class, text)
    }
}

/// Failures under load are told by their text alone, so what helps against this one is said in it.
fn with_next_move(text: String) -> String {
    if text.contains(SPEAKS_TLS) { text + "; write https://" } else { text }
}

/// What rustls says, for people.
fn in_words(text: &str) -> String {
    IN_WORDS.iter().fold(text.to_owned(), |text, (code, words)| text.replace(code, words))
}

/// Whether the other side ended TLS and said why. In TLS 1.3 a server that wants a certificate from us does so only after
/// the handshake, and HTTP/2 hands on nothing but the words.
fn is_alert(text: &str) -> bool {
    text.contains(ALERT)
}

/// `EADDRNOTAVAIL`, `EMFILE` and `ENFILE` are the generator's own limits, not the target's.
fn class_of_io(error: &io::Error) -> ErrorClass {
    use rustix::io::Errno;
    let own = [Errno::ADDRNOTAVAIL, Errno::MFILE, Errno::NFILE];
    if own.iter().any(|errno| error.raw_os_error() == Some(errno.raw_os_error())) {
        return ErrorClass::Generator;
    }
    match error.kind() {
        io::ErrorKind::ConnectionRefused
        | io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable => ErrorClass::Refused,
        io::ErrorKind::TimedOut => ErrorClass::Timeout,
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::NotConnected
        | io::ErrorKind::UnexpectedEof => ErrorClass::Reset,
        _ => ErrorClass::Protocol,
    }
}

/// A connection that ended before its answer, or an answer that is none.
fn class_of_hyper(error: &hyper::Error) -> ErrorClass {
    let cut = error.is_incomplete_message()
        // In HTTP/2 the task of a connection may go before it has told those that wait for an answer why.
        || error.to_string() == "dispatch task is gone"
        || error.is_canceled()
        || error.is_closed()
        || error.is_body_write_aborted();
    if cut { ErrorClass::Reset } else { ErrorClass::Protocol }
}

fn find_io<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a io::Error> {
    find(error)
}

/// The first error of a kind among an error and its causes.
fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    std::iter::successors(Some(error), |&error| error.source()).find_map(|error| error.downcast_ref())
}

/// The error and its causes in one line, without saying anything twice.
pub(super) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = String::new();
    for error in std::iter::successors(Some(error), |&error| error.source()) {
        let next = error.to_string();
        if text.contains(&next) {
            continue;
        }
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&next);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::io::Errno;

    #[test]
    fn what_is_wrong_with_a_certificate_is_said_in_words_and_with_what_helps_against_it() {
        let address = "127.0.0.1:443";
        for (said, text, help) in [
            ("Other(OtherError(CaUsedAsEndEntity))", "that of an authority", "signed by the authority"),
            ("UnknownIssuer", "no authority that is known here", "`--ca` for a single URL"),
            ("BadSignature", "BadSignature", "`--ca` for a single URL"),
            ("certificate not valid for name \"x\"", "for name \"x\"", "`--server-name` for a single URL"),
            ("certificate expired: verification time 2", "expired", "the clock of this machine"),
            ("Expired", "certificate expired before it was valid", "the clock of this machine"),
            ("certificate not valid yet: verification time 2", "not valid yet", "the clock of this machine"),
        ] {
            let error = io::Error::other(format!("invalid peer certificate: {said}"));
            let failure = Failure::from_handshake(&error, &address);
            assert!(
                failure.text.starts_with("TLS with 127.0.0.1:443: invalid peer certificate: "),
                "{failure}"
            );
            assert!(failure.text.contains(text), "{failure}");
            assert!(failure.next_move().ends_with(help), "{said}: {}", failure.next_move());
        }
        let eof = Failure::from_handshake(&io::Error::other("tls handshake eof"), &address);
        assert_eq!(eof.next_move(), "write http:// when this port does not speak TLS");
        let plain = io::Error::other("received corrupt message of type InvalidContentType");
        let plain = Failure::from_handshake(&plain, &address);
        assert_eq!(plain.text, "TLS with 127.0.0.1:443: what answers there does not speak TLS");
        assert_eq!(plain.next_move(), "write http://");
    }

    #[test]
    fn what_the_other_side_says_of_tls_is_answered() {
        for (alert, help) in [
            ("CertificateRequired", "write `certificate` and `key` under `target.tls`"),
            ("BadCertificate", "write `certificate` and `key` under `target.tls`"),
            ("CertificateExpired", "write `certificate` and `key` under `target.tls`"),
            ("UnknownCA", "write `certificate` and `key` under `target.tls`"),
            (
                "HandshakeFailure",
                "whether it wants a certificate (`certificate` and `key` under `target.tls`)",
            ),
            ("ProtocolVersion", "let it speak TLS 1.2 or 1.3"),
            ("UnrecognisedName", "as `target.tls.server_name`"),
            ("NoApplicationProtocol", "another `target.http_version`"),
            ("InternalError", "look into its log for why it ended the handshake"),
        ] {
            let error = io::Error::other(format!("received fatal alert: {alert}"));
            for failure in [
                Failure::from_handshake(&error, &"127.0.0.1:443"),
                Failure::from_io(&error, "reading the answer"),
            ] {
                assert_eq!(failure.class, ErrorClass::Tls, "{alert}");
                assert!(failure.next_move().ends_with(help), "{failure}: {}", failure.next_move());
            }
        }
    }

    #[test]
    fn errors_of_the_system_have_owners() {
        for (errno, class) in [
            (Errno::CONNREFUSED, ErrorClass::Refused),
            (Errno::CONNRESET, ErrorClass::Reset),
            (Errno::PIPE, ErrorClass::Reset),
            (Errno::TIMEDOUT, ErrorClass::Timeout),
            (Errno::HOSTUNREACH, ErrorClass::Refused),
            (Errno::MFILE, ErrorClass::Generator),
            (Errno::ADDRNOTAVAIL, ErrorClass::Generator),
        ] {
            let error = io::Error::from_raw_os_error(errno.raw_os_error());
            assert_eq!(Failure::from_io(&error, "connect").class, class, "{errno}");
        }
    }
}
