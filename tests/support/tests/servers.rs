//! Each server does what its name says.

use reqwest::{Certificate, Client, ClientBuilder, Identity, Version};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};
use support::{Answer, Child, Clients, Delayed, Raw, Scripted, TlsServer, TlsSetup};

/// A client that trusts nobody and takes no proxy; with its own certificates it needs none of the machine.
fn plain() -> ClientBuilder {
    Client::builder().no_proxy().tls_certs_only([])
}

fn trusting(server: &TlsServer) -> ClientBuilder {
    plain().tls_certs_only([Certificate::from_pem(server.root_pem().as_bytes()).unwrap()])
}

#[tokio::test]
async fn a_scripted_server_says_its_answers_and_remembers_the_questions() {
    let server = Scripted::start([
        Answer::status(503).header("retry-after", "1").body("later"),
        Answer::json("{}").header("set-cookie", "a=1").header("set-cookie", "b=2"),
    ]);
    let client = plain().build().unwrap();
    let ask = async |path: &str| {
        client.post(server.url() + path).header("x-test", "yes").body("hello").send().await.unwrap()
    };
    let first = ask("/a?b=c").await;
    assert_eq!((first.status().as_u16(), &first.headers()["retry-after"]), (503, &"1".parse().unwrap()));
    assert_eq!(first.text().await.unwrap(), "later");
    assert_eq!(ask("/d").await.headers().get_all("set-cookie").iter().count(), 2);
    assert_eq!(ask("/e").await.status(), 200, "the last answer stays");
    let seen = server.seen();
    let paths: Vec<&str> = seen.iter().map(|seen| seen.path.as_str()).collect();
    assert_eq!(paths, ["/a?b=c", "/d", "/e"]);
    assert_eq!(
        (seen[0].method.as_str(), seen[0].header("x-test"), &seen[0].body[..]),
        ("POST", "yes", &b"hello"[..])
    );
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn an_answer_may_depend_on_the_question() {
    let server = Scripted::answering(|seen| Answer::ok(seen.path.clone()));
    let client = plain().http2_prior_knowledge().build().unwrap();
    let response = client.get(server.url() + "/x").send().await.unwrap();
    assert_eq!((response.version(), response.text().await.unwrap().as_str()), (Version::HTTP_2, "/x"));
}

#[tokio::test]
async fn a_delayed_answer_never_comes_early() {
    let delay = Duration::from_millis(20);
    let server = Delayed::start(delay);
    let client = plain().build().unwrap();
    for _ in 0..5 {
        let start = Instant::now();
        assert_eq!(client.get(server.url()).send().await.unwrap().text().await.unwrap(), "ok");
        assert!(start.elapsed() >= delay);
    }
}

#[test]
fn a_raw_port_misbehaves_as_told() {
    let ask = |server: &Raw| {
        let mut stream = TcpStream::connect(server.addr()).unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        let mut answer = Vec::new();
        stream
            .write_all(b"GET / HTTP/1.1\r\n\r\n")
            .and_then(|()| stream.read_to_end(&mut answer))
            .map(|_| answer)
    };
    assert_eq!(ask(&Raw::closing()).unwrap(), b"");
    assert_eq!(ask(&Raw::saying("HTTP/9 what?")).unwrap(), b"HTTP/9 what?");
    let silent = Raw::silent();
    assert_eq!(ask(&silent).unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    assert_eq!(silent.connections(), 1);
    let reset = ask(&Raw::resetting()).unwrap_err().kind();
    assert!(matches!(reset, std::io::ErrorKind::ConnectionReset | std::io::ErrorKind::BrokenPipe), "{reset}");
}

#[test]
fn a_dropped_server_frees_its_port_and_cuts_its_connections() {
    let server = Raw::silent();
    let addr = server.addr();
    let mut stream = TcpStream::connect(addr).unwrap();
    while server.connections() == 0 {
        std::thread::yield_now();
    }
    drop(server);
    assert_eq!(stream.read(&mut [0]).unwrap_or(0), 0);
    assert_eq!(TcpStream::connect(addr).unwrap_err().kind(), std::io::ErrorKind::ConnectionRefused);
}

#[tokio::test]
async fn tls_wants_its_own_authority_to_be_trusted() {
    let server = TlsServer::start(&TlsSetup::default());
    let response = trusting(&server).build().unwrap().get(server.url()).send().await.unwrap();
    assert_eq!((response.version(), response.status().as_u16()), (Version::HTTP_2, 200), "h2 by ALPN");
    let stranger = TlsServer::start(&TlsSetup::default());
    assert!(trusting(&stranger).build().unwrap().get(server.url()).send().await.is_err());
}

#[tokio::test]
async fn tls_offers_what_the_set_up_says() {
    let setup = TlsSetup { alpn: vec!["http/1.1"], names: vec!["other.test"], ..TlsSetup::default() };
    let server = TlsServer::start(&setup);
    let client = trusting(&server).build().unwrap();
    assert!(client.get(server.url()).send().await.is_err(), "a certificate for another name");
    let client = trusting(&server).resolve("other.test", server.addr()).build().unwrap();
    let url = format!("https://other.test:{}", server.addr().port());
    assert_eq!(client.get(url).send().await.unwrap().version(), Version::HTTP_11);
}

#[tokio::test]
async fn tls_may_want_a_certificate_from_the_client() {
    let server = TlsServer::start(&TlsSetup { clients: Clients::WithCertificate, ..TlsSetup::default() });
    assert!(trusting(&server).build().unwrap().get(server.url()).send().await.is_err());
    let pem = server.client().certificate_pem.clone() + &server.client().key_pem;
    let client = trusting(&server).identity(Identity::from_pem(pem.as_bytes()).unwrap()).build().unwrap();
    assert_eq!(client.get(server.url()).send().await.unwrap().text().await.unwrap(), "ok");
}

#[test]
fn a_stopped_child_answers_when_it_goes_on() {
    let child = Child::start("a_stopped_child_answers_when_it_goes_on");
    let mut stream = TcpStream::connect(child.addr()).unwrap();
    let mut answer = [0; 15];
    stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200 OK");
    child.stop();
    let mut other = TcpStream::connect(child.addr()).unwrap();
    other.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    other.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    assert_eq!(other.read(&mut [0]).unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    child.go_on();
    other.set_read_timeout(None).unwrap();
    other.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200 OK");
}

#[test]
fn a_killed_child_leaves_nothing() {
    let child = Child::start("a_killed_child_leaves_nothing");
    let addr = child.addr();
    child.stop();
    drop(child);
    assert_eq!(TcpStream::connect(addr).unwrap_err().kind(), std::io::ErrorKind::ConnectionRefused);
}
