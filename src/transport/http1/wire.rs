//! A request as bytes.

use super::super::{Content, Request};
use bytes::Bytes;
use http::Method;
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};

/// Bodies up to this size go out together with their head.
const SENT_TOGETHER: usize = 16 * 1024;

/// The body of a request where it does not go out in one piece with its head.
pub(super) fn rest(request: &Request) -> Option<&Content> {
    together(request).is_none().then_some(&request.body)
}

/// The body of a request where it goes out in one piece with its head.
fn together(request: &Request) -> Option<&Bytes> {
    request.body.in_memory().filter(|body| body.len() <= SENT_TOGETHER)
}

/// A request's head, and its body where they go out together.
pub(in crate::transport) fn written(request: &Request) -> Bytes {
    let mut out = Vec::new();
    write(request, &mut out);
    out.into()
}

/// Writes a request's head into `out`, and its body where they go out together.
pub(super) fn write(request: &Request, out: &mut Vec<u8>) {
    head(request, out);
    if let Some(body) = together(request) {
        out.extend_from_slice(body);
    }
}

/// Writes the head of a request into `out`. The length of the body is written unless the request's author wrote a
/// framing of their own, and where a reader would expect one (RFC 9110, section 8.6).
fn head(request: &Request, out: &mut Vec<u8>) {
    out.extend_from_slice(request.method.as_str().as_bytes());
    out.push(b' ');
    out.extend_from_slice(request.path.as_str().as_bytes());
    out.extend_from_slice(b" HTTP/1.1\r\n");
    for (name, value) in &request.headers {
        out.extend_from_slice(name.as_str().as_bytes());
        out.extend_from_slice(b": ");
        out.extend_from_slice(value.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
    let framed =
        request.headers.contains_key(CONTENT_LENGTH) || request.headers.contains_key(TRANSFER_ENCODING);
    let expected = matches!(request.method, Method::POST | Method::PUT | Method::PATCH);
    if !framed && (expected || !request.body.is_empty()) {
        out.extend_from_slice(b"content-length: ");
        out.extend_from_slice(request.body.len().to_string().as_bytes());
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::uri::PathAndQuery;
    use http::{HeaderMap, HeaderName, HeaderValue};

    fn written(method: Method, headers: &[(&'static str, &'static str)], body: &'static str) -> String {
        let header = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        let headers: HeaderMap = headers.iter().map(header).collect();
        let path = PathAndQuery::from_static("/a?b=1");
        let body = Bytes::from_static(body.as_bytes());
        let mut out = Vec::new();
        head(&Request::new(method, path, headers, body), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn heads_of_requests() {
        for (head, text) in [
            (written(Method::GET, &[("host", "h")], ""), "GET /a?b=1 HTTP/1.1\r\nhost: h\r\n\r\n"),
            (written(Method::POST, &[], ""), "POST /a?b=1 HTTP/1.1\r\ncontent-length: 0\r\n\r\n"),
            (written(Method::DELETE, &[], "abc"), "DELETE /a?b=1 HTTP/1.1\r\ncontent-length: 3\r\n\r\n"),
            (
                written(Method::PUT, &[("content-length", "9")], "abc"),
                "PUT /a?b=1 HTTP/1.1\r\ncontent-length: 9\r\n\r\n",
            ),
        ] {
            assert_eq!(head, text);
        }
    }
}
