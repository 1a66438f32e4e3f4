//! The URL of a check that has one of its own: what to connect to, and which path to ask for.

use crate::check::Found;
use crate::check::dial::pem;
use crate::journey::CompileContext;
use crate::source::{Located, Mark, Problem};
use crate::transport::{HttpVersion, Pem, SPEAKS_TLS, Target, TlsOptions, Verify, speaks_tls};
use std::error::Error;
use url::{Position, Url};

/// The schemes of a kind's URLs, and which version of HTTP it speaks.
#[derive(Debug, Clone, Copy)]
pub struct Schemes {
    /// Plain text.
    pub plain: &'static str,
    /// With TLS.
    pub secure: &'static str,
    /// The version of HTTP.
    pub version: HttpVersion,
}

/// What to connect to, and which path to ask for.
#[derive(Debug, Clone)]
pub struct Site {
    /// What to connect to.
    pub target: Target,
    /// The path with its query.
    pub path: String,
    /// The whole URL, for people and commands.
    pub url: String,
    /// Whether it is the scenario's target.
    pub is_target: bool,
}

impl Site {
    /// Reads a URL, or a path of the target. Without any it is the target itself.
    pub fn compile(
        written: Option<&Located<String>>,
        ca: Option<&Located<String>>,
        mark: Mark,
        schemes: Schemes,
        cx: &CompileContext<'_>,
        problems: &mut Vec<Problem>,
    ) -> Option<Site> {
        let ca = match pem(ca, cx) {
            Ok(ca) => ca,
            Err(problem) => {
                problems.push(problem);
                return None;
            }
        };
        match written {
            Some(url) if !url.starts_with('/') => Site::elsewhere(url, ca, schemes, cx, problems),
            path => {
                let site = cx.target.and_then(|target| {
                    Site::of_target(target, path.map_or("/", |path| path.value.as_str()), ca, schemes)
                });
                if site.is_none() {
                    let help = format!(
                        "write `url: {}://host:port/path`, or add `target: {{ http: … }}`",
                        schemes.plain
                    );
                    let mark = path.map_or(mark, |path| path.mark);
                    problems.push(Problem::at(mark, "the check says nowhere where it goes").help(help));
                }
                site
            }
        }
    }

    /// The finding of a port that speaks TLS and was not asked so, where that is what an error says.
    pub fn spoke_tls(&self, error: &(dyn Error + 'static)) -> Option<Found> {
        let secure = if self.url.starts_with("ws:") && !self.is_target { "wss://" } else { "https://" };
        speaks_tls(error).then(|| Found::fail(format!("{SPEAKS_TLS}; write {secure}")))
    }

    /// The target, asked in the version of HTTP that the kind speaks.
    fn of_target(target: &Target, path: &str, ca: Option<Pem>, schemes: Schemes) -> Option<Site> {
        let target = match ca {
            None => target.clone(),
            Some(_) => {
                let usual = target.tls.as_ref().map(|tls| TlsOptions::clone(&tls.options));
                let tls = TlsOptions { ca, verify: Verify::Yes, ..usual.unwrap_or_default() };
                let url =
                    format!("{}://{}", if target.tls.is_some() { "https" } else { "http" }, target.authority);
                let prefix = target.prefix.clone();
                Target { prefix, ..Target::new(&url, schemes.version, &tls, target.connect_timeout).ok()? }
            }
        };
        let target = target.speaking(schemes.version);
        let path = format!("{}{path}", target.prefix);
        let scheme = if target.tls.is_some() { schemes.secure } else { schemes.plain };
        let url = format!("{scheme}://{}{path}", target.authority);
        Some(Site { target, path, url, is_target: true })
    }

    fn elsewhere(
        written: &Located<String>,
        ca: Option<Pem>,
        schemes: Schemes,
        cx: &CompileContext<'_>,
        problems: &mut Vec<Problem>,
    ) -> Option<Site> {
        let mut refuse = |reason: String| {
            let help =
                format!("write for example `{}://shop.example/path`, or a path of the target", schemes.plain);
            problems.push(Problem::at(written.mark, reason).help(help));
        };
        let web = match written.split_once("://") {
            Some((scheme, rest)) if scheme == schemes.plain => format!("http://{rest}"),
            Some((scheme, rest)) if scheme == schemes.secure => format!("https://{rest}"),
            _ => {
                refuse(format!(
                    "`{}` is no URL that begins with {}:// or {}://",
                    written.value, schemes.plain, schemes.secure
                ));
                return None;
            }
        };
        let parsed = match Url::parse(&web) {
            Ok(parsed) => parsed,
            Err(error) => {
                refuse(format!("`{}` is not a URL: {error}", written.value));
                return None;
            }
        };
        if !parsed.username().is_empty() || parsed.password().is_some() {
            refuse("the URL must not have a user or password; put them into `headers`".to_owned());
            return None;
        }
        let tls = TlsOptions { ca, ..TlsOptions::default() };
        match Target::new(&parsed[..Position::BeforePath], schemes.version, &tls, cx.timeout.get()) {
            Ok(target) => {
                let path = parsed[Position::BeforePath..Position::AfterQuery].to_owned();
                Some(Site { target, path, url: written.value.clone(), is_target: false })
            }
            Err(error) => {
                refuse(error.to_string());
                None
            }
        }
    }
}
