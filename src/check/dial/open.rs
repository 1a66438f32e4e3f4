//! Opens a connection, with its name, its TCP and its TLS told apart.

use super::Timed;
use crate::check::Found;
use crate::sample::ErrorClass;
use crate::transport::{Failure, PlainText, Target};
use std::net::{IpAddr, SocketAddr};
use tokio::net::{TcpStream, lookup_host};
use tokio_rustls::client::TlsStream;
use tokio_util::either::Either;

/// Plain text or TLS.
pub type Stream = Either<PlainText<TcpStream>, Box<TlsStream<TcpStream>>>;

/// The finding of a connection that could not be opened.
pub fn unreachable(failure: &Failure) -> Found {
    let usual = failure.next_move();
    let next = match failure.class {
        ErrorClass::Tls if failure.text.contains("NoApplicationProtocol") => {
            "the server does not speak this version of HTTP over TLS: let it offer that by ALPN"
        }
        // What is connected to here is not the target, so `target.tls` has no part in it.
        ErrorClass::Tls if usual.contains("target.tls.ca") => {
            "name the authority that signed it under `ca`; a `tls` check of this address tells more"
        }
        ErrorClass::Tls if usual.contains("target.tls") && failure.text.contains("certificate") => {
            "correct the host's name; a `tls` check of this address tells more"
        }
        ErrorClass::Tls if usual.contains("target.tls") => "look into its log for why it ended the handshake",
        _ => usual,
    };
    Found::unreachable(format!("{}; {next}", failure.text))
}

/// Connects to the first address of the host that answers.
///
/// # Errors
/// The finding: no such name, refused, or no answer in time.
pub async fn tcp(host: &str, port: u16, timed: &mut Timed) -> Result<TcpStream, Found> {
    let addresses = resolved(host, port, timed).await?;
    let mut last = Failure::new(ErrorClass::Dns, format!("the name {host} has no address"));
    for address in addresses {
        let opened = timed.part("connect", TcpStream::connect(address)).await;
        last = match opened {
            Ok(Ok(stream)) => match stream.set_nodelay(true) {
                Ok(()) => return Ok(stream),
                Err(error) => Failure::from_io(&error, &format!("connecting to {address}")),
            },
            Ok(Err(error)) => Failure::from_io(&error, &format!("connecting to {address}")),
            Err(late) => {
                let text = format!("connecting to {address}: no answer within {}", late.limit());
                return Err(unreachable(&Failure::new(ErrorClass::Timeout, text)));
            }
        };
    }
    Err(unreachable(&last))
}

async fn resolved(host: &str, port: u16, timed: &mut Timed) -> Result<Vec<SocketAddr>, Found> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    let reason = match timed.part("dns", lookup_host((host, port))).await {
        Ok(Ok(found)) => return Ok(found.collect()),
        Ok(Err(error)) => error.to_string(),
        Err(late) => format!("no answer within {}", late.limit()),
    };
    let text = format!("the name {host} does not resolve: {reason}");
    Err(unreachable(&Failure::new(ErrorClass::Dns, text)))
}

/// Connects to the target, with TLS where it has that.
///
/// # Errors
/// The finding: as for TCP, or that TLS failed.
pub async fn open(target: &Target, timed: &mut Timed) -> Result<Stream, Found> {
    let stream = tcp(&target.host, target.port, timed).await?;
    let Some(tls) = &target.tls else { return Ok(Either::Left(PlainText::new(stream))) };
    let handshake = tls.connector.connect(tls.server_name.clone(), stream);
    let authority = &target.authority;
    let failure = match timed.part("tls", handshake).await {
        Ok(Ok(stream)) => return Ok(Either::Right(Box::new(stream))),
        Ok(Err(error)) => Failure::from_handshake(&error, authority),
        Err(late) => {
            let text = format!("TLS with {authority}: no answer within {}", late.limit());
            Failure::new(ErrorClass::Timeout, text)
        }
    };
    Err(unreachable(&failure))
}
