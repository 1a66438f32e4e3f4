//! A small server of DNS on a free port of 127.0.0.1, gone when it is dropped.

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::rdata::{A, AAAA, CNAME, MX, SRV, TXT};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread::{self, JoinHandle};

/// Over which of the two a question came.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Udp,
    Tcp,
}

pub struct DnsServer {
    addr: SocketAddr,
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl DnsServer {
    pub fn start() -> DnsServer {
        // A port that is free for UDP may be taken for TCP.
        let both = || {
            let udp = UdpSocket::bind("127.0.0.1:0").ok()?;
            let tcp = TcpListener::bind(udp.local_addr().ok()?).ok()?;
            Some((udp, tcp))
        };
        let (udp, tcp) = (0..100).find_map(|_| both()).unwrap();
        let addr = udp.local_addr().unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let (over_udp, over_tcp) = (Arc::clone(&stop), Arc::clone(&stop));
        let threads = vec![
            thread::spawn(move || {
                let mut packet = [0; 4_096];
                while let Ok((length, client)) = udp.recv_from(&mut packet) {
                    if over_udp.load(SeqCst) {
                        return;
                    }
                    if let Some(answer) = answer(&packet[..length], Way::Udp) {
                        udp.send_to(&answer, client).unwrap();
                    }
                }
            }),
            thread::spawn(move || {
                while let Ok((stream, _)) = tcp.accept() {
                    if over_tcp.load(SeqCst) {
                        return;
                    }
                    serve(stream);
                }
            }),
        ];
        DnsServer { addr, stop, threads }
    }

    pub fn addr(&self) -> SocketAddr {
        self.addr
    }
}

impl Drop for DnsServer {
    fn drop(&mut self) {
        self.stop.store(true, SeqCst);
        // Both threads wait for somebody.
        UdpSocket::bind("127.0.0.1:0").unwrap().send_to(b"end", self.addr).unwrap();
        drop(TcpStream::connect(self.addr).unwrap());
        for thread in self.threads.drain(..) {
            // A panic of the server has been printed by its thread.
            let _ = thread.join();
        }
    }
}

fn serve(mut stream: TcpStream) {
    let mut length = [0; 2];
    if stream.read_exact(&mut length).is_err() {
        return;
    }
    let mut packet = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut packet).unwrap();
    let answer = answer(&packet, Way::Tcp).unwrap();
    stream.write_all(&u16::try_from(answer.len()).unwrap().to_be_bytes()).unwrap();
    stream.write_all(&answer).unwrap();
}

fn answer(packet: &[u8], way: Way) -> Option<Vec<u8>> {
    let asked = Message::from_vec(packet).unwrap();
    let query = asked.queries[0].clone();
    let name = query.name().to_utf8();
    if name == "silent.test." {
        return None;
    }
    let mut answer = Message::response(asked.metadata.id, asked.metadata.op_code);
    match name.as_str() {
        "broken.test." => answer.metadata.response_code = ResponseCode::ServFail,
        "foreign.test." => answer.metadata.response_code = ResponseCode::Refused,
        "big.test." if way == Way::Udp => answer.metadata.truncation = true,
        _ => {
            let records = zone(&name);
            if records.is_empty() {
                answer.metadata.response_code = ResponseCode::NXDomain;
            }
            let type_asked = query.query_type();
            let fits = |data: &RData| [type_asked, RecordType::CNAME].contains(&data.record_type());
            let found = records.into_iter().filter(fits);
            answer.answers = found.map(|data| Record::from_rdata(query.name().clone(), 60, data)).collect();
        }
    }
    answer.add_query(query);
    Some(answer.to_vec().unwrap())
}

fn zone(name: &str) -> Vec<RData> {
    let host = |text: &str| Name::from_utf8(text).unwrap();
    match name {
        "db.test." => vec![
            RData::A(A::new(10, 0, 0, 7)),
            RData::A(A::new(10, 0, 0, 8)),
            RData::AAAA(AAAA::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 7)),
        ],
        "www.test." => vec![RData::CNAME(CNAME(host("db.test."))), RData::A(A::new(10, 0, 0, 7))],
        "_pg._tcp.test." => vec![RData::SRV(SRV::new(10, 50, 5432, host("DB.test.")))],
        "test." => vec![
            RData::MX(MX::new(10, host("mail.test."))),
            RData::TXT(TXT::new(vec!["v=spf1 ".to_owned(), "-all".to_owned()])),
        ],
        "big.test." => vec![RData::TXT(TXT::new(vec!["x".repeat(200); 10]))],
        _ => Vec::new(),
    }
}
