//! An answer piece by piece, as it comes: for streams, whose end may be far away.

use super::super::stamped::Came;
use super::super::{Failure, Fields, Request};
use super::Http1;
use super::body::{Framing, Piece};
use super::head::{Head, Reusable};
use crate::sample::ErrorClass;
use bytes::Bytes;
use http::StatusCode;
use tokio::io::{AsyncRead, AsyncWrite};

/// How much room there is for each piece.
const ROOM: usize = 16 * 1024;

/// What is left of an answer.
#[derive(Debug)]
pub(in crate::transport) struct Left {
    framing: Framing,
    reusable: Reusable,
    length: u64,
}

impl<S: AsyncRead + AsyncWrite + Came + Unpin> Http1<S> {
    /// Sends a request and reads the head of the answer. Until its body was read to its end the connection can carry
    /// nothing else.
    pub(in crate::transport) async fn begin(
        &mut self,
        request: &Request,
    ) -> Result<(StatusCode, Fields, Left), Failure> {
        self.reusable = Reusable::No;
        let sent = self.send(request).await;
        let Head { status, headers, framing, reusable } =
            self.head(&request.method).await.map_err(|failure| sent.clone().err().unwrap_or(failure))?;
        let reusable = if sent.is_ok() { reusable } else { Reusable::No };
        Ok((status, headers, Left { framing, reusable, length: 0 }))
    }

    /// The next piece of the body as soon as it is there; none at its end.
    pub(in crate::transport) async fn piece(&mut self, left: &mut Left) -> Result<Option<Bytes>, Failure> {
        loop {
            match left.framing.next(&mut self.incoming)? {
                Piece::Data(next) => {
                    left.length += next as u64;
                    return Ok(Some(self.incoming.split_to(next).freeze()));
                }
                Piece::End => {
                    self.reusable = left.reusable;
                    return Ok(None);
                }
                Piece::More if self.read(ROOM).await? > 0 => {}
                Piece::More if left.framing == Framing::UntilClose => return Ok(None),
                Piece::More => {
                    let text =
                        format!("the server closed the connection after {} bytes of the body", left.length);
                    return Err(Failure::new(ErrorClass::Reset, text));
                }
            }
        }
    }
}
