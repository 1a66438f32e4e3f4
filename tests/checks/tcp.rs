//! `tcp`: ports that take connections, answer, and do not.

use crate::golden::{failure, program, smoke};
use std::net::TcpListener;
use support::Raw;

#[test]
fn a_port_that_takes_connections_is_enough() {
    let (program, server) = (program(), Raw::silent());
    let check = format!("  - tcp: {{ address: '{}' }}\n", server.addr());
    smoke(&program, "", &check).expect(0, &[&format!("check tcp {}: ok, connected in", server.addr())]);
    assert_eq!(server.connections(), 1);
}

#[test]
fn the_target_s_port_is_asked_where_none_is_named() {
    let (program, server) = (program(), Raw::silent());
    smoke(&program, &server.url(), "  - name: up\n    tcp: {}\n").expect(0, &["check up: ok, connected in"]);
    assert_eq!(server.connections(), 1);
}

#[test]
fn the_right_answer_ends_the_wait() {
    let (program, server) = (program(), Raw::saying("+PONG\r\n"));
    let check = format!(
        "  - name: ping\n    tcp: {{ address: '{}', send: \"PING\\r\\n\", expect: {{ matches: '^\\+PONG\\r\\n$' }} }}\n",
        server.addr()
    );
    smoke(&program, "", &check).expect(0, &["check ping: ok, answered in"]);
}

#[test]
fn nobody_listens() {
    let program = program();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let ended = smoke(&program, "", &format!("  - name: db\n    tcp: {{ address: '{free}' }}\n"));
    ended.expect(4, &["check db: FAILED"]);
    failure("tcp-down", &ended, &program);
}

#[test]
fn the_name_means_nothing() {
    let program = program();
    smoke(&program, "", "  - tcp: { address: 'nowhere.invalid:1' }\n")
        .expect(4, &["the name nowhere.invalid does not resolve"]);
}

#[test]
fn the_answer_is_another() {
    let (program, server) = (program(), Raw::saying("-NOAUTH Authentication required.\r\n"));
    let check = format!(
        "  - name: ping\n    tcp:\n      address: '{}'\n      send: \"PING\\r\\n\"\n      expect: {{ contains: PONG }}\n",
        server.addr()
    );
    let ended = smoke(&program, "", &check);
    ended.expect(1, &["check ping: FAILED"]);
    failure("tcp-answer", &ended, &program);
}

#[test]
fn it_says_nothing() {
    let (program, server) = (program(), Raw::silent());
    let check = format!(
        "  - name: greeting\n    timeout: 300ms\n    tcp: {{ address: '{}', expect: {{ contains: SSH }} }}\n",
        server.addr()
    );
    let ended = smoke(&program, "", &check);
    ended.expect(1, &[]);
    failure("tcp-silent", &ended, &program);
}

#[test]
fn it_hangs_up() {
    let (program, server) = (program(), Raw::closing());
    let check = format!(
        "  - name: hello\n    tcp: {{ address: '{}', send: hello, expect: {{ contains: hello }} }}\n",
        server.addr()
    );
    let ended = smoke(&program, "", &check);
    ended.expect(1, &[]);
    failure("tcp-closed", &ended, &program);
}

#[test]
fn what_cannot_be_an_address_is_told_where_it_stands() {
    let program = program();
    for (address, words) in [
        ("db", "`db` is not a host and a port"),
        ("http://db:80/", "leave the scheme out: `db:80`"),
        ("db:99999", "write for example `db.shop.svc:5432`"),
    ] {
        smoke(&program, "", &format!("  - tcp: {{ address: '{address}' }}\n")).expect(2, &[words]);
    }
    smoke(&program, "", "  - tcp: {}\n").expect(2, &["the check says nowhere where it connects to"]);
    smoke(&program, "", "  - tcp: { address: 'db:1', expect: {} }\n").expect(2, &["no condition"]);
}
