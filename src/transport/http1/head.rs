//! The head of an answer, and what it says about the body and the connection (RFC 9112, sections 6 and 9.3).

use super::super::Failure;
use super::body::Framing;
use crate::sample::ErrorClass;
use bytes::{Buf, BytesMut};
use http::header::{CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};

/// More headers than any honest server sends.
const MOST_HEADERS: usize = 128;
/// A head that is still incomplete at this length is no head.
const LONGEST_HEAD: usize = 256 * 1024;

/// The head of an answer.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    /// How the end of the body is known.
    pub(super) framing: Framing,
    /// Whether the connection can carry another request afterwards.
    pub(super) reusable: Reusable,
}

/// Whether a connection can carry another request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reusable {
    Yes,
    No,
}

/// Takes the head of the answer to a `method` request off the front of `buffer`; `None` while it is incomplete.
/// Interim answers (1xx) are taken off and passed over.
///
/// # Errors
/// What is not HTTP/1, or contradicts itself about the body's length: a peer to which that happens cannot be trusted
/// with a further request.
pub(super) fn take(method: &Method, buffer: &mut BytesMut) -> Result<Option<Head>, Failure> {
    loop {
        let mut slots = [const { std::mem::MaybeUninit::uninit() }; MOST_HEADERS];
        let mut parsed = httparse::Response::new(&mut []);
        let status = httparse::ParserConfig::default()
            .parse_response_with_uninit_headers(&mut parsed, buffer, &mut slots)
            .map_err(|e| protocol(format!("the answer is not HTTP/1.1: {e}")))?;
        let httparse::Status::Complete(length) = status else {
            if buffer.len() > LONGEST_HEAD {
                return Err(protocol(format!("the answer's head is longer than {LONGEST_HEAD} bytes")));
            }
            return Ok(None);
        };
        let code = parsed.code.unwrap_or_default();
        if (100..200).contains(&code) && code != 101 {
            buffer.advance(length);
            continue;
        }
        let head = read(method, code, parsed.version, parsed.headers)?;
        buffer.advance(length);
        return Ok(Some(head));
    }
}

fn read(
    method: &Method,
    code: u16,
    version: Option<u8>,
    raw: &[httparse::Header<'_>],
) -> Result<Head, Failure> {
    let status = StatusCode::from_u16(code).map_err(|_| protocol(format!("{code} is not a status")))?;
    if status == StatusCode::SWITCHING_PROTOCOLS {
        return Err(protocol("the server switched to another protocol unasked".into()));
    }
    let mut headers = HeaderMap::with_capacity(raw.len());
    for header in raw {
        // What httparse accepts as a name or value, these accept too; anything else is not worth a failed request.
        let name = HeaderName::from_bytes(header.name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(header.value)) {
            headers.append(name, value);
        }
    }
    let framing = framing(method, status, &headers)?;
    let keep = match version {
        Some(0) => says(&headers, "keep-alive"),
        _ => !says(&headers, "close"),
    };
    let reusable = if keep && framing != Framing::UntilClose { Reusable::Yes } else { Reusable::No };
    Ok(Head { status, headers, framing, reusable })
}

fn framing(method: &Method, status: StatusCode, headers: &HeaderMap) -> Result<Framing, Failure> {
    let bodiless = matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    if *method == Method::HEAD || bodiless {
        return Ok(Framing::Length(0));
    }
    if let Some(last) = headers.get_all(TRANSFER_ENCODING).iter().next_back() {
        let coding = last.as_bytes().rsplit(|byte| *byte == b',').next().unwrap_or_default().trim_ascii();
        // Only chunked tells its own end; a body of any other coding ends with the connection.
        let chunked = coding.eq_ignore_ascii_case(b"chunked");
        return Ok(if chunked { Framing::chunked() } else { Framing::UntilClose });
    }
    let mut length = None;
    for value in headers.get_all(CONTENT_LENGTH) {
        let parsed: Option<u64> = value.to_str().ok().and_then(|text| text.trim().parse().ok());
        let parsed = parsed.ok_or_else(|| protocol("the answer's content-length is not a number".into()))?;
        if length.is_some_and(|known| known != parsed) {
            return Err(protocol("the answer has two different content-lengths".into()));
        }
        length = Some(parsed);
    }
    Ok(length.map_or(Framing::UntilClose, Framing::Length))
}

/// Whether a `Connection` header holds this option.
fn says(headers: &HeaderMap, option: &str) -> bool {
    let options = headers.get_all(CONNECTION).iter().filter_map(|value| value.to_str().ok());
    options.flat_map(|value| value.split(',')).any(|one| one.trim().eq_ignore_ascii_case(option))
}

pub(super) fn protocol(text: String) -> Failure {
    Failure::new(ErrorClass::Protocol, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(method: &Method, text: &str) -> Result<Option<(u16, Framing, Reusable)>, String> {
        let mut buffer = BytesMut::from(text);
        let head = take(method, &mut buffer).map_err(|failure| failure.text)?;
        Ok(head.map(|head| (head.status.as_u16(), head.framing, head.reusable)))
    }

    #[test]
    fn what_a_head_says_about_the_body() {
        use Framing::{Length, UntilClose};
        use Reusable::{No, Yes};
        let get = Method::GET;
        for (method, text, expected) in [
            (&get, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", (200, Length(5), Yes)),
            (
                &get,
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\ncontent-length: 5\r\n\r\n",
                (200, Length(5), Yes),
            ),
            (
                &get,
                "HTTP/1.1 200\r\ntransfer-encoding: gzip, Chunked\r\ncontent-length: 5\r\n\r\n",
                (200, Framing::chunked(), Yes),
            ),
            (&get, "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\n", (200, UntilClose, No)),
            (&get, "HTTP/1.1 200 OK\r\n\r\n", (200, UntilClose, No)),
            (&get, "HTTP/1.1 204 No Content\r\n\r\n", (204, Length(0), Yes)),
            (&get, "HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n\r\n", (304, Length(0), Yes)),
            (&Method::HEAD, "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n", (200, Length(0), Yes)),
            (
                &get,
                "HTTP/1.1 200 OK\r\ncontent-length: 1\r\nconnection: x, Close\r\n\r\n",
                (200, Length(1), No),
            ),
            (&get, "HTTP/1.0 200 OK\r\ncontent-length: 1\r\n\r\n", (200, Length(1), No)),
            (
                &get,
                "HTTP/1.0 200 OK\r\ncontent-length: 1\r\nconnection: keep-alive\r\n\r\n",
                (200, Length(1), Yes),
            ),
            (
                &get,
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nlink: x\r\n\r\nHTTP/1.1 201 C\r\ncontent-length: 0\r\n\r\n",
                (201, Length(0), Yes),
            ),
        ] {
            assert_eq!(taken(method, text), Ok(Some(expected)), "{text}");
        }
        assert_eq!(taken(&get, "HTTP/1.1 200 OK\r\ncontent-le"), Ok(None));
    }

    #[test]
    fn what_is_refused_and_in_which_words() {
        for (text, words) in [
            ("hello\r\n\r\n", "the answer is not HTTP/1.1: invalid HTTP version"),
            ("HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n", "the answer's content-length is not a number"),
            (
                "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
                "the answer has two different content-lengths",
            ),
            ("HTTP/1.1 101 Switching\r\n\r\n", "the server switched to another protocol unasked"),
        ] {
            assert_eq!(taken(&Method::GET, text).unwrap_err(), words, "{text}");
        }
        let endless = format!("HTTP/1.1 200 OK\r\nx: {}", "y".repeat(LONGEST_HEAD));
        assert!(taken(&Method::GET, &endless).unwrap_err().contains("longer than"));
    }
}
