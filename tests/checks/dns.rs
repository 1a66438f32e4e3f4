//! `dns`: names and their records at a server.

use crate::dns_server::DnsServer;
use crate::golden::{failure, program, smoke};
use std::net::UdpSocket;
use support::{Ended, Program};

fn ask(program: &Program, server: &DnsServer, keys: &str) -> Ended {
    let check =
        format!("  - name: zone\n    timeout: 5s\n    dns: {{ server: '{}', {keys} }}\n", server.addr());
    smoke(program, "", &check)
}

#[test]
fn records_of_each_type() {
    let (program, server) = (program(), DnsServer::start());
    for (keys, seen) in [
        ("name: db.test, at_least: 2, values: [10.0.0.8]", "ok, 10.0.0.7, 10.0.0.8 in"),
        ("name: db.test, record: AAAA, values: ['2001:db8:0:0::7']", "ok, 2001:db8::7 in"),
        ("name: www.test, record: CNAME, values: [DB.test.]", "ok, db.test in"),
        ("name: www.test, values: [10.0.0.7]", "ok, 10.0.0.7 in"),
        ("name: _pg._tcp.test, record: SRV, values: [10 50 5432 db.test]", "ok, 10 50 5432 db.test in"),
        ("name: test, record: MX, values: [10 mail.test]", "ok, 10 mail.test in"),
        ("name: test, record: TXT, values: [v=spf1 -all]", "ok, v=spf1 -all in"),
    ] {
        ask(&program, &server, keys).expect(0, &[seen]);
    }
}

#[test]
fn an_answer_too_long_for_one_packet_comes_over_tcp() {
    let (program, server) = (program(), DnsServer::start());
    let keys = format!("name: big.test, record: TXT, values: [{}]", "x".repeat(2_000));
    ask(&program, &server, &keys).expect(0, &["check zone: ok"]);
}

#[test]
fn a_name_that_nobody_knows() {
    let (program, server) = (program(), DnsServer::start());
    let ended = ask(&program, &server, "name: dbb.test");
    ended.expect(1, &["knows no name dbb.test."]);
    failure("dns-unknown", &ended, &program);
}

#[test]
fn a_name_without_such_a_record() {
    let (program, server) = (program(), DnsServer::start());
    let ended = ask(&program, &server, "name: db.test, record: SRV");
    ended.expect(1, &["db.test. has no record of type SRV"]);
    failure("dns-no-record", &ended, &program);
}

#[test]
fn another_value_and_too_few() {
    let (program, server) = (program(), DnsServer::start());
    let ended = ask(&program, &server, "name: db.test, values: [10.0.0.7, 10.0.0.9]");
    ended.expect(1, &["expected db.test to have `10.0.0.9`, got 10.0.0.7, 10.0.0.8"]);
    failure("dns-value", &ended, &program);
    ask(&program, &server, "name: db.test, at_least: 3")
        .expect(1, &["expected at least 3 records of type A, got 2: 10.0.0.7, 10.0.0.8"]);
}

#[test]
fn a_server_that_cannot_answer() {
    let (program, server) = (program(), DnsServer::start());
    ask(&program, &server, "name: broken.test").expect(1, &["Server Failure; look into its log"]);
    ask(&program, &server, "name: foreign.test").expect(1, &["it answers for other zones or other clients"]);
}

#[test]
fn a_server_that_is_silent_and_one_that_is_not_there() {
    let (program, server) = (program(), DnsServer::start());
    let check = |at: &dyn std::fmt::Display| {
        format!("  - name: zone\n    timeout: 300ms\n    dns: {{ server: '{at}', name: silent.test }}\n")
    };
    let ended = smoke(&program, "", &check(&server.addr()));
    ended.expect(4, &["within 300ms; correct the server's address, or let UDP through to it"]);
    failure("dns-silent", &ended, &program);
    let free = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    smoke(&program, "", &check(&free)).expect(4, &["no server of DNS is there"]);
}

#[test]
fn values_that_cannot_be_are_told_before() {
    let program = program();
    for (keys, words) in [
        ("name: db.test, values: [db]", "`db` is no value of A"),
        ("name: db.test, record: SRV, values: [5432 db]", "write priority, weight, port and host"),
        ("name: 'a..b'", "`a..b` is not a name of DNS"),
        ("record: A", "the check says no name to ask for"),
        ("name: db.test, record: PTR", "PTR"),
    ] {
        smoke(&program, "", &format!("  - dns: {{ {keys} }}\n")).expect(2, &[words]);
    }
}
