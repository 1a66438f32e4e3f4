//! Asks a server one question over UDP, and again over TCP where the answer does not fit.

use hickory_proto::op::{Edns, Message, MessageType, Query};
use hickory_proto::rr::{Name, RecordType};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};

/// A packet may be lost; after so long the next server is asked, or the same again.
const RESEND: Duration = Duration::from_secs(1);

/// The largest answer over UDP that is not cut in pieces on its way.
const PAYLOAD: u16 = 1_232;

/// The first answer of the servers, asked one after the other until somebody ends it; and who gave it.
///
/// # Errors
/// All of the servers refuse to be asked.
pub async fn ask(
    servers: &[SocketAddr],
    name: &Name,
    kind: RecordType,
) -> Result<(SocketAddr, Message), (SocketAddr, io::Error)> {
    loop {
        let mut heard = None;
        for server in servers {
            match tokio::time::timeout(RESEND, over_udp(*server, name, kind)).await {
                Ok(Ok(answer)) if answer.metadata.truncation => {
                    let answer = over_tcp(*server, name, kind).await;
                    return answer.map(|answer| (*server, answer)).map_err(|error| (*server, error));
                }
                Ok(Ok(answer)) => return Ok((*server, answer)),
                Ok(Err(error)) => heard = Some((*server, error)),
                Err(_) => heard = None,
            }
        }
        if let Some(refused) = heard {
            return Err(refused);
        }
    }
}

fn question(name: &Name, kind: RecordType) -> io::Result<(Message, Vec<u8>)> {
    let mut message = Message::query();
    message.metadata.recursion_desired = true;
    message.add_query(Query::query(name.clone(), kind));
    let mut edns = Edns::new();
    edns.set_max_payload(PAYLOAD);
    message.set_edns(edns);
    let bytes = message.to_vec().map_err(io::Error::other)?;
    Ok((message, bytes))
}

/// Whether a message answers the question; anybody can send a packet.
fn answers(answer: &Message, asked: &Message) -> bool {
    answer.metadata.message_type == MessageType::Response
        && answer.metadata.id == asked.metadata.id
        && (answer.queries.is_empty() || answer.queries == asked.queries)
}

async fn over_udp(server: SocketAddr, name: &Name, kind: RecordType) -> io::Result<Message> {
    let (asked, bytes) = question(name, kind)?;
    let any: SocketAddr = match server {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(any).await?;
    socket.connect(server).await?;
    socket.send(&bytes).await?;
    let mut packet = [0; 4_096];
    loop {
        let length = socket.recv(&mut packet).await?;
        if let Ok(answer) = Message::from_vec(&packet[..length])
            && answers(&answer, &asked)
        {
            return Ok(answer);
        }
    }
}

async fn over_tcp(server: SocketAddr, name: &Name, kind: RecordType) -> io::Result<Message> {
    let (asked, bytes) = question(name, kind)?;
    let mut stream = TcpStream::connect(server).await?;
    stream.write_u16(u16::try_from(bytes.len()).map_err(io::Error::other)?).await?;
    stream.write_all(&bytes).await?;
    let mut packet = vec![0; usize::from(stream.read_u16().await?)];
    stream.read_exact(&mut packet).await?;
    let answer = Message::from_vec(&packet).map_err(io::Error::other)?;
    if answers(&answer, &asked) { Ok(answer) } else { Err(io::Error::other("an answer to another question")) }
}
