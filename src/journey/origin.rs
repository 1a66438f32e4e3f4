//! Whom a step asks: the URI of its request, which redirects and cookies count from.

use crate::transport::{Request, Scheme, Target};
use http::header::HOST;
use std::borrow::Cow;
use url::Url;

/// Scheme, host and port of the target; nothing where there is no target.
#[derive(Debug, Clone, Default)]
pub(super) struct Origin(Option<Url>);

impl Origin {
    /// The origin of a target.
    pub(super) fn of(target: &Target) -> Origin {
        let scheme = if target.scheme == Scheme::Https { "https" } else { "http" };
        Origin(Url::parse(&format!("{scheme}://{}", target.authority)).ok())
    }

    /// The target itself.
    pub(super) fn url(&self) -> Option<&Url> {
        self.0.as_ref()
    }

    /// The host that a request names, as a URI without a path. It is the target's unless the step has a `Host` header of
    /// its own.
    pub(super) fn site(&self, request: &Request) -> Option<Cow<'_, Url>> {
        let target = self.0.as_ref()?;
        match request.headers.get(HOST) {
            Some(host) if host.as_bytes() != target.authority().as_bytes() => {
                let host = host.to_str().ok()?;
                Url::parse(&format!("{}://{host}", target.scheme())).ok().map(Cow::Owned)
            }
            Some(_) | None => Some(Cow::Borrowed(target)),
        }
    }

    /// The URI that a request asks for.
    pub(super) fn uri(&self, request: &Request) -> Option<Url> {
        let mut uri = self.site(request)?.into_owned();
        uri.set_path(request.path.path());
        uri.set_query(request.path.query());
        Some(uri)
    }
}
