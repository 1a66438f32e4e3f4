//! `tls`: certificates good and bad, each told from the others.

use crate::golden::{failure, program, smoke};
use std::net::TcpListener;
use support::{Ended, Program, Quality, Raw, TlsServer, TlsSetup};

/// Asks a server whose authority is trusted, with these keys more.
fn ask(program: &Program, server: &TlsServer, keys: &str) -> Ended {
    program.write("ca.pem", server.root_pem());
    let address = server.addr();
    smoke(program, "", &format!("  - name: front\n    tls: {{ address: '{address}', ca: ca.pem{keys} }}\n"))
}

fn server(quality: Quality) -> TlsServer {
    TlsServer::start(&TlsSetup { quality, ..TlsSetup::default() })
}

#[test]
fn a_good_certificate_of_a_new_protocol() {
    let program = program();
    let server = TlsServer::start(&TlsSetup { quality: Quality::DaysLeft(30), ..TlsSetup::default() });
    let all = ", days_left: 30, protocol: tls1.3, server_name: localhost";
    ask(&program, &server, all).expect(0, &["check front: ok, TLS 1.3, 30 days left"]);
}

#[test]
fn an_expired_certificate() {
    let program = program();
    let ended = ask(&program, &server(Quality::Expired), "");
    ended.expect(1, &["the certificate expired on 2020-12-31"]);
    failure("tls-expired", &ended, &program);
}

#[test]
fn a_certificate_of_the_future() {
    let program = program();
    let ended = ask(&program, &server(Quality::NotYetValid), "");
    ended.expect(1, &["the certificate is not valid before 2090-01-01"]);
    failure("tls-future", &ended, &program);
}

#[test]
fn a_certificate_of_another_host() {
    let program = program();
    let ended = ask(&program, &server(Quality::Good), ", server_name: shop.test");
    ended.expect(1, &["expected shop.test, got localhost, 127.0.0.1"]);
    failure("tls-name", &ended, &program);
}

#[test]
fn a_certificate_that_signs_itself() {
    let program = program();
    let ended = ask(&program, &server(Quality::SelfSigned), "");
    ended.expect(1, &["the certificate is self-signed, and it is not among the authorities of `ca`"]);
    failure("tls-self-signed", &ended, &program);
}

#[test]
fn an_authority_that_nobody_knows() {
    let (program, server) = (program(), server(Quality::Good));
    let ended =
        smoke(&program, "", &format!("  - name: front\n    tls: {{ address: '{}' }}\n", server.addr()));
    ended.expect(1, &["which is not among the system's authorities"]);
    failure("tls-unknown", &ended, &program);
}

#[test]
fn a_certificate_that_ends_soon() {
    let program = program();
    ask(&program, &server(Quality::DaysLeft(6)), ", days_left: 14")
        .expect(1, &["expected a certificate for at least 14 more days, got 6: that ends on "]);
}

#[test]
fn an_old_protocol() {
    let program = program();
    let server = TlsServer::start(&TlsSetup { versions: TLS12, ..TlsSetup::default() });
    ask(&program, &server, ", protocol: tls1.2").expect(0, &["check front: ok, TLS 1.2"]);
    let ended = ask(&program, &server, ", protocol: tls1.3");
    ended.expect(1, &[]);
    failure("tls-protocol", &ended, &program);
}

static TLS12: &[&rustls::SupportedProtocolVersion] = &[&rustls::version::TLS12];

#[test]
fn no_tls_and_nobody_at_all() {
    let program = program();
    let ask =
        |address| smoke(&program, "", &format!("  - name: front\n    tls: {{ address: '{address}' }}\n"));
    let plain = Raw::saying("HTTP/1.1 400 Bad Request\r\n\r\n");
    let ended = ask(plain.addr());
    ended.expect(1, &["the port answers, but not with TLS"]);
    failure("tls-plain", &ended, &program);
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let ended = ask(free);
    ended.expect(4, &["Connection refused"]);
    failure("tls-down", &ended, &program);
}

#[test]
fn what_is_written_wrong_is_told_before() {
    let program = program();
    program.write("no.pem", "nothing");
    for (keys, words) in [
        ("address: 'shop.test', ca: no.pem", "the CA file is not PEM or holds none"),
        ("address: 'shop.test', ca: missing.pem", "missing.pem"),
        ("address: 'shop.test', server_name: 'a b'", "`a b` cannot be the name in a certificate"),
        ("address: 'shop.test', protocol: ssl3", "tls1.2"),
    ] {
        smoke(&program, "", &format!("  - tls: {{ {keys} }}\n")).expect(2, &[words]);
    }
}
