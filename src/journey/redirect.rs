//! Following redirects, within the target only.

use super::Step;
use super::judge::{Mismatch, excerpt};
use super::origin::Origin;
use crate::sample::ErrorClass;
use crate::transport::{Answer, Content, Request};
use http::header::{
    CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_LOCATION, CONTENT_TYPE, HOST, LOCATION,
};
use http::uri::PathAndQuery;
use http::{HeaderValue, Method, StatusCode};
use percent_encoding::{AsciiSet, percent_encode};
use url::{Position, Url};

/// What stands in a `Location` and is not ASCII is sent back byte by byte, whatever its encoding.
const ASCII: &AsciiSet = &AsciiSet::EMPTY;

/// The request that a redirect asks for; `None` when the answer is no redirect, or the step follows none, or the redirect
/// is the answer that the step expects in the end. `followed` were followed before.
pub(super) fn follow(
    step: &Step,
    request: &Request,
    answer: &Answer,
    followed: u8,
) -> Result<Option<Request>, Mismatch> {
    let code = answer.status;
    if !step.follows_redirects() || !matches!(code.as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let location = answer.headers.get(&LOCATION);
    let Some(location) = location.filter(|_| followed < step.redirects) else {
        // Any status below 400 is expected of an answer, and this is none yet.
        let is_meant = step.expect.wants_status(code.as_u16());
        return if is_meant { Ok(None) } else { Err(unfollowed(step, code, location)) };
    };
    follow_to(&step.origin, request, code, location).map(Some)
}

fn follow_to(
    origin: &Origin,
    request: &Request,
    code: StatusCode,
    location: &[u8],
) -> Result<Request, Mismatch> {
    let not_a_uri = || not_a_uri(location);
    let base = origin.uri(request);
    let reference = percent_encode(location, ASCII).to_string();
    let uri = base.as_ref().and_then(|base| base.join(&reference).ok()).ok_or_else(not_a_uri)?;
    let mut next = request.clone();
    let path = &uri[Position::BeforePath..Position::AfterQuery];
    next.path = PathAndQuery::try_from(path).map_err(|_| not_a_uri())?;
    let is_at = |site: Option<&Url>| site.is_some_and(|site| site.origin() == uri.origin());
    if !is_at(base.as_ref()) {
        let target = origin.url().filter(|target| is_at(Some(*target)));
        let target = target.ok_or_else(|| leaves(location, &uri, origin, code))?;
        // The step named another host than the target's own, which is meant now.
        next.headers.insert(HOST, HeaderValue::from_str(target.authority()).map_err(|_| not_a_uri())?);
    }
    if becomes_get(code, &request.method) {
        next.method = Method::GET;
        next.body = Content::default();
        for name in [CONTENT_TYPE, CONTENT_LENGTH, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LOCATION] {
            next.headers.remove(name);
        }
    }
    Ok(next)
}

/// As browsers do it.
fn becomes_get(code: StatusCode, method: &Method) -> bool {
    match code {
        StatusCode::SEE_OTHER => ![Method::GET, Method::HEAD].contains(method),
        StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => *method == Method::POST,
        _ => false,
    }
}

/// A redirect that is one too many, or says not where to.
fn unfollowed(step: &Step, code: StatusCode, location: Option<&[u8]>) -> Mismatch {
    let (redirects, code) = (step.redirects, code.as_u16());
    let expected = format!("expect `status: {code}` if that is the answer that is meant");
    failed(match location {
        Some(location) => format!(
            "a redirect to {} is one more than `redirects: {redirects}` allows; look whether they go round in circles, \
             raise `redirects`, or {expected}",
            excerpt(location)
        ),
        None => format!("a {code} without `Location` leads nowhere; correct the answer, or {expected}"),
    })
}

fn not_a_uri(location: &[u8]) -> Mismatch {
    failed(format!(
        "a redirect to {} leads nowhere, as that is no URI; correct the header `Location` of the answer",
        excerpt(location)
    ))
}

fn leaves(location: &[u8], uri: &Url, origin: &Origin, code: StatusCode) -> Mismatch {
    let mut shown = uri.clone();
    let shown = match uri.password() {
        Some(_) if shown.set_password(Some("***")).is_ok() => shown.as_str().as_bytes(),
        _ => location,
    };
    let target = origin.url().map(|target| target.origin().ascii_serialization()).unwrap_or_default();
    let other = uri.origin().ascii_serialization();
    let meant = match uri.scheme() {
        "http" | "https" => format!("write `target: {{ http: \"{other}\" }}` if that is meant, or "),
        _ => String::new(),
    };
    failed(format!(
        "a redirect to {} leaves the target {target}, where all load goes; {meant}leave `redirects` out, so that the {} \
         is the answer",
        excerpt(shown),
        code.as_u16()
    ))
}

/// An answer came, and its status is not what it was to be.
fn failed(text: String) -> Mismatch {
    Mismatch { class: ErrorClass::Status, text, differs: None }
}
