//! How commands reach a target as its checks do: where they connect, whom they trust, who they are.

use crate::check::shell::{self, header, quoted};
use crate::transport::{HttpVersion, Scheme, Target, TlsOptions, Verify};
use http::header::{HOST, HeaderValue};

/// A target, in the words of the programs that people type.
#[derive(Debug, Clone, Copy)]
pub struct Reach<'a> {
    target: &'a Target,
    tls: Option<&'a TlsOptions>,
    /// The host of its own that a request names.
    host: Option<&'a HeaderValue>,
}

impl<'a> Reach<'a> {
    /// The way to this target.
    pub fn to(target: &'a Target) -> Reach<'a> {
        Reach { target, tls: target.tls.as_ref().map(|tls| &*tls.options), host: None }
    }

    /// The same way for a request with a `Host` header of its own.
    #[must_use]
    pub fn naming(self, host: Option<&'a HeaderValue>) -> Reach<'a> {
        Reach { host, ..self }
    }

    /// The URL of a path for curl, as a word of the shell. Its host is the name that TLS asks for, as curl knows no other way
    /// to say that name.
    pub fn curl_url(&self, path: &str) -> String {
        let scheme = if self.target.scheme == Scheme::Https { "https" } else { "http" };
        let port = self.target.authority.port().map(|port| format!(":{port}")).unwrap_or_default();
        shell::url(&format!("{scheme}://{}{port}{path}", self.name()))
    }

    /// The options of curl, each after a space.
    pub fn curl(&self) -> String {
        let target = self.target;
        let mut words = self.trust(["-k", "--cacert", "--cert", "--key"]);
        let version = match (target.version, target.scheme) {
            (HttpVersion::Http1, Scheme::Https) => Some("--http1.1"),
            (HttpVersion::Http2, Scheme::Https) => Some("--http2"),
            (HttpVersion::Http2, Scheme::Http) => Some("--http2-prior-knowledge"),
            (HttpVersion::Auto, _) | (HttpVersion::Http1, Scheme::Http) => None,
        };
        words.extend(version.map(str::to_owned));
        let usual = if target.scheme == Scheme::Https { 443 } else { 80 };
        let port = target.authority.port_u16().unwrap_or(usual);
        if (self.name().trim_matches(['[', ']']), port) != (&target.host, target.port) {
            words.push(format!("--connect-to {}", quoted(&format!("::{}", self.address()))));
        }
        match self.host {
            Some(host) => words.push(header(&HOST, host)),
            None if self.name() != target.authority.host() => {
                words.push(header(&HOST, &target.host_header()));
            }
            None => {}
        }
        spaced(words)
    }

    /// The options of grpcurl, each after a space.
    pub fn grpcurl(&self) -> String {
        let Some(tls) = self.tls else { return " -plaintext".to_owned() };
        let mut words = self.trust(["-insecure", "-cacert", "-cert", "-key"]);
        words.extend(tls.server_name.iter().map(|name| format!("-servername {}", quoted(name))));
        spaced(words)
    }

    /// The options of websocat, each after a space. It takes no PEM files.
    pub fn websocat(&self) -> String {
        let Some(tls) = self.tls else { return String::new() };
        let insecure = (tls.verify == Verify::No).then(|| "-k".to_owned());
        let name = tls.server_name.iter().map(|name| format!("--tls-domain {}", quoted(name)));
        spaced(insecure.into_iter().chain(name))
    }

    /// Host and port that are connected to.
    pub fn address(&self) -> String {
        let Target { host, port, .. } = self.target;
        if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
    }

    /// The name that TLS asks for; in plain text, that of the URL.
    fn name(&self) -> &'a str {
        self.tls.and_then(|tls| tls.server_name.as_deref()).unwrap_or_else(|| self.target.authority.host())
    }

    /// Whom TLS trusts and who we are, with these options.
    fn trust(&self, [insecure, ca, certificate, key]: [&str; 4]) -> Vec<String> {
        let Some(tls) = self.tls else { return Vec::new() };
        let file = |option, name: &str| format!("{option} {}", quoted(name));
        let mut words = match (tls.verify, &tls.ca) {
            (Verify::No, _) => vec![insecure.to_owned()],
            (Verify::Yes, trusted) => trusted.iter().map(|trusted| file(ca, &trusted.name)).collect(),
        };
        words.extend(
            tls.identity
                .iter()
                .flat_map(|(chain, secret)| [file(certificate, &chain.name), file(key, &secret.name)]),
        );
        words
    }
}

fn spaced(words: impl IntoIterator<Item = String>) -> String {
    words.into_iter().flat_map(|word| [" ".to_owned(), word]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::Pem;
    use std::time::Duration;

    fn target(url: &str, version: HttpVersion, tls: &TlsOptions) -> Target {
        Target::new(url, version, tls, Duration::from_secs(1)).unwrap()
    }

    #[test]
    fn what_is_written_about_tls_is_told_to_each_program() {
        let plain = TlsOptions::default();
        let blind = TlsOptions { verify: Verify::No, ..TlsOptions::default() };
        let named = TlsOptions { server_name: Some("shop.test".to_owned()), ..TlsOptions::default() };
        for (url, tls, curl, curl_url, grpcurl, websocat) in [
            ("http://[::1]:81/v1", &plain, "", "'http://[::1]:81/v1/a'", " -plaintext", ""),
            ("https://shop.test", &plain, "", "https://shop.test/a", "", ""),
            ("https://10.0.0.1:8443", &blind, " -k", "https://10.0.0.1:8443/a", " -insecure", " -k"),
            (
                "https://10.0.0.1",
                &named,
                " --connect-to ::10.0.0.1:443 -H 'host: 10.0.0.1'",
                "https://shop.test/a",
                " -servername shop.test",
                " --tls-domain shop.test",
            ),
        ] {
            let target = target(url, HttpVersion::Auto, tls);
            let reach = Reach::to(&target);
            assert_eq!(reach.curl(), curl, "{url}");
            assert_eq!(reach.curl_url(&format!("{}/a", target.prefix)), curl_url);
            assert_eq!(
                (reach.grpcurl(), reach.websocat()),
                (grpcurl.to_owned(), websocat.to_owned()),
                "{url}"
            );
        }
    }

    #[test]
    fn files_are_told_by_their_names_and_never_what_is_in_them() {
        let made = rcgen::generate_simple_self_signed(["shop.test".to_owned()]).unwrap();
        let pem = |name: &str, content: String| Pem { name: name.to_owned(), content: content.into_bytes() };
        let tls = TlsOptions {
            ca: Some(pem("our ca.pem", made.cert.pem())),
            identity: Some((pem("me.pem", made.cert.pem()), pem("me.key", made.signing_key.serialize_pem()))),
            ..TlsOptions::default()
        };
        let target = target("https://shop.test", HttpVersion::Http2, &tls);
        let files = " --cacert 'our ca.pem' --cert me.pem --key me.key";
        assert_eq!(Reach::to(&target).curl(), format!("{files} --http2"));
        assert_eq!(Reach::to(&target).grpcurl(), files.replace("--", "-"));
        assert!(!format!("{tls:?}").contains("BEGIN"));
    }

    #[test]
    fn the_version_of_http_is_told_where_curl_would_choose_another() {
        for (url, version, option) in [
            ("http://h", HttpVersion::Http1, ""),
            ("http://h", HttpVersion::Http2, " --http2-prior-knowledge"),
            ("https://h", HttpVersion::Http1, " --http1.1"),
            ("https://h", HttpVersion::Http2, " --http2"),
        ] {
            assert_eq!(Reach::to(&target(url, version, &TlsOptions::default())).curl(), option, "{url}");
        }
    }
}
