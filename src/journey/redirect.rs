//! Following redirects, within the target only.

use super::judge::Mismatch;
use crate::sample::ErrorClass;
use crate::transport::{Answer, Content, Request};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HOST, LOCATION};
use http::uri::{PathAndQuery, Uri};
use http::{Method, StatusCode};

/// The request that a redirect asks for; `None` when the answer is no redirect or the step follows none.
pub(super) fn follow(request: &Request, answer: &Answer, left: u8) -> Result<Option<Request>, Mismatch> {
    let code = answer.status;
    let is_redirect = matches!(code.as_u16(), 301 | 302 | 303 | 307 | 308);
    let Some(location) = answer.headers.get(&LOCATION).filter(|_| is_redirect && left > 0) else {
        return Ok(None);
    };
    let location = String::from_utf8_lossy(location);
    let path = path_within(request, &location)?;
    let mut next = request.clone();
    next.path = path;
    next.headers.remove(COOKIE);
    let keeps_method = matches!(code, StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT);
    if !keeps_method && request.method != Method::HEAD {
        next.method = Method::GET;
        next.body = Content::default();
        next.headers.remove(CONTENT_TYPE);
        next.headers.remove(CONTENT_LENGTH);
    }
    Ok(Some(next))
}

fn path_within(request: &Request, location: &str) -> Result<PathAndQuery, Mismatch> {
    let wrong = |why: &str| Mismatch {
        class: ErrorClass::Protocol,
        text: format!("a redirect to `{location}` {why}"),
        differs: None,
    };
    let host = request.headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    if let Some(relative) =
        location.strip_prefix('?').or_else(|| (!location.contains("://")).then_some(location))
    {
        let resolved = if location.starts_with('/') {
            location.to_owned()
        } else if location.starts_with('?') {
            format!("{}?{relative}", request.path.path())
        } else {
            let folder = request.path.path().rfind('/').map_or("/", |slash| &request.path.path()[..=slash]);
            format!("{folder}{relative}")
        };
        return PathAndQuery::try_from(resolved.as_str()).map_err(|_| wrong("is not a path"));
    }
    let uri: Uri = location.parse().map_err(|_| wrong("is not a URL"))?;
    if uri.authority().is_none_or(|authority| authority.as_str() != host) {
        return Err(wrong("leaves the target; load goes to the target alone"));
    }
    Ok(uri.path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderMap, HeaderValue};

    fn answer(code: u16, location: &str) -> Answer {
        let mut headers = HeaderMap::new();
        headers.insert(LOCATION, HeaderValue::from_str(location).unwrap());
        Answer {
            status: StatusCode::from_u16(code).unwrap(),
            headers: headers.into(),
            trailers: None,
            body: bytes::Bytes::new(),
            length: 0,
        }
    }

    fn post() -> Request {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_static("shop.test"));
        let path = PathAndQuery::from_static("/a/b?x=1");
        Request::new(Method::POST, path, headers, bytes::Bytes::from_static(b"{}"))
    }

    #[test]
    fn where_a_redirect_leads() {
        for (code, location, method, path) in [
            (302, "/new", "GET", "/new"),
            (303, "c?y=2", "GET", "/a/c?y=2"),
            (307, "http://shop.test/new?z", "POST", "/new?z"),
            (301, "?page=2", "GET", "/a/b?page=2"),
        ] {
            let next = follow(&post(), &answer(code, location), 1).unwrap().unwrap();
            assert_eq!((next.method.as_str(), next.path.as_str()), (method, path), "{location}");
        }
    }

    #[test]
    fn where_it_does_not() {
        assert!(follow(&post(), &answer(302, "/new"), 0).unwrap().is_none(), "not asked for");
        assert!(follow(&post(), &answer(200, "/new"), 1).unwrap().is_none(), "no redirect");
        let leaves = follow(&post(), &answer(302, "http://evil.test/"), 1).unwrap_err();
        assert!(leaves.text.contains("leaves the target"), "{}", leaves.text);
    }
}
