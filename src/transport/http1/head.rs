//! The head of an answer, and what it says about the body and the connection (RFC 9112, sections 6 and 9.3).

use super::super::fields::SetCookies;
use super::super::{Failure, Fields};
use super::body::Framing;
use crate::sample::ErrorClass;
use bytes::{Buf, BytesMut};
use http::header::{CONNECTION, CONTENT_LENGTH, SET_COOKIE, TRANSFER_ENCODING};
use http::{HeaderName, Method, StatusCode};

/// More headers than any honest server sends.
const MOST_HEADERS: usize = 128;
/// A head that is still incomplete at this length is no head.
const LONGEST_HEAD: usize = 256 * 1024;

/// The head of an answer.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) status: StatusCode,
    pub(super) headers: Fields,
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
        let status = StatusCode::from_u16(code).map_err(|_| protocol(format!("{code} is not a status")))?;
        if status == StatusCode::SWITCHING_PROTOCOLS {
            return Err(protocol("the server switched to another protocol unasked".into()));
        }
        let said = Said::by(parsed.headers)?;
        let (framing, cookies) = (said.framing(method, status), said.cookies);
        let keep = if parsed.version == Some(0) { said.keep_alive } else { !said.close };
        let reusable = if keep && framing != Framing::UntilClose { Reusable::Yes } else { Reusable::No };
        let mut lines = buffer.split_to(length);
        let first = lines.iter().position(|byte| *byte == b'\n').map_or(length, |end| end + 1);
        lines.advance(first);
        let headers = Fields::of_lines(lines.freeze(), cookies);
        return Ok(Some(Head { status, headers, framing, reusable }));
    }
}

/// What the fields of a head say that the connection has to know, found in one pass.
struct Said<'h> {
    /// The last coding of the body.
    coding: Option<&'h [u8]>,
    length: Option<u64>,
    close: bool,
    keep_alive: bool,
    cookies: SetCookies,
}

impl<'h> Said<'h> {
    fn by(headers: &[httparse::Header<'h>]) -> Result<Said<'h>, Failure> {
        let mut said =
            Said { coding: None, length: None, close: false, keep_alive: false, cookies: SetCookies::None };
        for header in headers {
            let is = |name: &HeaderName| header.name.eq_ignore_ascii_case(name.as_str());
            if is(&CONTENT_LENGTH) {
                said.length(header.value)?;
            } else if is(&CONNECTION) {
                for option in header.value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii) {
                    said.close |= option.eq_ignore_ascii_case(b"close");
                    said.keep_alive |= option.eq_ignore_ascii_case(b"keep-alive");
                }
            } else if is(&TRANSFER_ENCODING) {
                let last = header.value.rsplit(|byte| *byte == b',').next();
                said.coding = last.map(<[u8]>::trim_ascii);
            } else if is(&SET_COOKIE) {
                said.cookies = SetCookies::Some;
            }
        }
        Ok(said)
    }

    fn length(&mut self, value: &[u8]) -> Result<(), Failure> {
        let parsed: Option<u64> = std::str::from_utf8(value).ok().and_then(|text| text.trim().parse().ok());
        let parsed = parsed.ok_or_else(|| protocol("the answer's content-length is not a number".into()))?;
        if self.length.is_some_and(|known| known != parsed) {
            return Err(protocol("the answer has two different content-lengths".into()));
        }
        self.length = Some(parsed);
        Ok(())
    }

    fn framing(&self, method: &Method, status: StatusCode) -> Framing {
        let bodiless = matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
        if *method == Method::HEAD || bodiless {
            return Framing::Length(0);
        }
        match (self.coding, self.length) {
            // Only chunked tells its own end; a body of any other coding ends with the connection.
            (Some(coding), _) if coding.eq_ignore_ascii_case(b"chunked") => Framing::chunked(),
            (Some(_), _) | (None, None) => Framing::UntilClose,
            (None, Some(length)) => Framing::Length(length),
        }
    }
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
