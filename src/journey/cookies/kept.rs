//! One cookie: whether it is taken, for how long, and for which requests.

use cookie::Cookie;
use std::time::{Duration, Instant};
use url::{Host, Url};

/// A cookie that was taken.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) name: String,
    pub(super) value: String,
    site: Site,
    /// Requests to this path, and below it.
    pub(super) path: String,
    life: Life,
}

/// Whom a cookie is for.
#[derive(Debug, PartialEq, Eq)]
enum Site {
    /// The host that set it, alone.
    Host(String),
    /// This domain and all below it.
    Domain(String),
}

/// How long a cookie is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Life {
    /// As long as the journey, or the user.
    Session,
    Until(Instant),
    /// It is taken back.
    Over,
}

impl Kept {
    /// The cookie of one `Set-Cookie` in the answer to a request to this host and path; none where a browser would
    /// refuse it.
    pub(super) fn read(line: &[u8], host: &Url, path: &str) -> Option<Kept> {
        let cookie = Cookie::parse(std::str::from_utf8(line).ok()?).ok()?;
        let secure = cookie.secure().unwrap_or(false);
        if secure && !is_trustworthy(host) || !keeps_its_name(&cookie, secure) {
            return None;
        }
        Some(Kept {
            name: cookie.name().to_owned(),
            value: cookie.value().to_owned(),
            site: Site::of(cookie.domain().filter(|domain| !domain.is_empty()), host)?,
            path: cookie.path().filter(|path| path.starts_with('/')).unwrap_or(folder(path)).to_owned(),
            life: Life::of(&cookie),
        })
    }

    /// Whether it is there no more.
    pub(super) fn is_over(&self) -> bool {
        match self.life {
            Life::Session => false,
            Life::Until(end) => end <= Instant::now(),
            Life::Over => true,
        }
    }

    /// Whether one takes the place of the other.
    pub(super) fn is_same(&self, other: &Kept) -> bool {
        self.name == other.name && self.site == other.site && self.path == other.path
    }

    /// Whether it goes along with requests to this host and path.
    pub(super) fn is_for(&self, host: &Url, path: &str) -> bool {
        let is_here = match &self.site {
            Site::Host(name) => host.host_str() == Some(name),
            Site::Domain(domain) => is_within(host, domain),
        };
        is_here && is_below(path, &self.path) && !self.is_over()
    }
}

impl Site {
    /// The site that a cookie of this host asks for; none where that is somebody else's.
    fn of(domain: Option<&str>, host: &Url) -> Option<Site> {
        let Some(domain) = domain else { return Some(Site::Host(host.host_str()?.to_owned())) };
        let domain = Host::parse(domain).ok()?.to_string();
        is_within(host, &domain).then_some(Site::Domain(domain))
    }
}

impl Life {
    /// `Max-Age` counts before `Expires`.
    fn of(cookie: &Cookie<'_>) -> Life {
        let seconds = match (cookie.max_age(), cookie.expires_datetime()) {
            (Some(age), _) => age.whole_seconds(),
            (None, Some(end)) => end.unix_timestamp().saturating_sub(jiff::Timestamp::now().as_second()),
            (None, None) => return Life::Session,
        };
        match u64::try_from(seconds) {
            Ok(seconds @ 1..) => {
                Instant::now().checked_add(Duration::from_secs(seconds)).map_or(Life::Session, Life::Until)
            }
            Ok(0) | Err(_) => Life::Over,
        }
    }
}

/// Whether nobody listens on the way there: over TLS, or within this machine, as for browsers.
fn is_trustworthy(host: &Url) -> bool {
    let is_loopback = match host.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    host.scheme() == "https" || is_loopback
}

/// Whether a cookie is what its name promises.
fn keeps_its_name(cookie: &Cookie<'_>, secure: bool) -> bool {
    let promises = |prefix: &str| {
        let begins = cookie.name().as_bytes().get(..prefix.len());
        begins.is_some_and(|begins| begins.eq_ignore_ascii_case(prefix.as_bytes()))
    };
    let is_of_host = cookie.domain().is_none() && cookie.path() == Some("/");
    (secure || !promises("__Secure-")) && (secure && is_of_host || !promises("__Host-"))
}

/// Whether a host is this domain or below it. A domain without a dot is no site, but a host may have such a name.
fn is_within(host: &Url, domain: &str) -> bool {
    let Some(name) = host.host_str() else { return false };
    let is_below = || name.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
    name == domain || host.domain().is_some() && domain.contains('.') && is_below()
}

/// Whether a path is this one or below it.
fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.is_empty() || folder.ends_with('/') || rest.starts_with('/'))
}

/// The path of a cookie that names none: that of the request up to its last slash.
fn folder(path: &str) -> &str {
    match path.rfind('/') {
        None | Some(0) => "/",
        Some(slash) => &path[..slash],
    }
}
