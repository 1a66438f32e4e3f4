//! An answer piece by piece, whatever the protocol.

use super::connection::Protocol;
use super::http1::Left;
use super::{Connection, Failure, Fields, Request};
use crate::sample::ErrorClass;
use bytes::Bytes;
use http::StatusCode;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;

/// An answer of which the head is there.
#[derive(Debug)]
pub struct Begun {
    /// The status.
    pub status: StatusCode,
    /// The header fields.
    pub headers: Fields,
    /// What is still to come.
    pub rest: Rest,
}

/// What is still to come of an answer.
#[derive(Debug)]
pub struct Rest(Kind);

#[derive(Debug)]
enum Kind {
    Http1(Left),
    Http2(Incoming),
}

impl Connection {
    /// Sends a request and reads the head of the answer.
    ///
    /// # Errors
    /// As for a whole exchange.
    pub async fn begin(&mut self, request: &Request) -> Result<Begun, Failure> {
        match &mut self.protocol {
            Protocol::Http1(http1) => {
                let (status, headers, left) = http1.begin(request).await?;
                Ok(Begun { status, headers, rest: Rest(Kind::Http1(left)) })
            }
            Protocol::Http2(http2) => {
                let (parts, body) = http2.begin(request).await?.into_parts();
                let rest = Rest(Kind::Http2(body));
                Ok(Begun { status: parts.status, headers: parts.headers.into(), rest })
            }
        }
    }

    /// The next piece of an answer that began on this connection, as soon as it is there; none at its end. Nothing is
    /// lost when this is given up in the middle.
    ///
    /// # Errors
    /// The connection ended before the answer did.
    pub async fn piece(&mut self, rest: &mut Rest) -> Result<Option<Bytes>, Failure> {
        match (&mut self.protocol, &mut rest.0) {
            (Protocol::Http1(http1), Kind::Http1(left)) => http1.piece(left).await,
            (_, Kind::Http2(body)) => {
                while let Some(frame) = body.frame().await {
                    let data = frame.map_err(|e| Failure::from_hyper(&e))?.into_data().unwrap_or_default();
                    if !data.is_empty() {
                        return Ok(Some(data));
                    }
                }
                Ok(None)
            }
            (Protocol::Http2(_), Kind::Http1(_)) => {
                Err(Failure::new(ErrorClass::Generator, "an answer was looked for on another connection"))
            }
        }
    }
}
