//! The same over TLS, with the certificate of an authority that the scenario names: sockets are `wss` then, and streams
//! come over the version of HTTP that the server chose.

use crate::socket_server::Server;
use crate::{failed, program, scenario, stream_server, went_well};
use support::TlsSetup;

const CA: &str = ", tls: { ca: ca.pem }";

#[test]
fn messages_go_over_wss_and_the_handshake_is_part_of_connecting() {
    let (program, server) = (program(), Server::over_tls(&TlsSetup::default()));
    program.write("ca.pem", server.port.root_pem());
    let steps = "{ name: a, websocket: /live, send: 'ping {{ n }}', expect: { body: { equals: 'pong {{ n }}' } } }, \
                 { name: b, websocket: /live, send: { op: subscribe, n: '{{ n }}' }, \
                   expect: { json: { $.of.n: { equals: '{{ n }}' } } }, capture: { of: $.of.n } }, \
                 { name: c, websocket: /live, send: 'spell {{ of }} end', events: { until: { data: end } } }";
    // Whatever the other steps speak: a socket is opened over HTTP/1.1.
    for version in ["", ", http_version: http2"] {
        let (opened, _) = server.sockets();
        let text = scenario(&server.port.url(), &format!("{CA}{version}"), steps);
        let report = went_well(&program.scenario(&text), 60);
        assert_eq!(
            server.sockets(),
            (opened + 20, opened + 20),
            "one for each arrival, and each said goodbye"
        );
        assert_eq!(report.whole("/endpoints/0/connect_us/n"), 20);
        assert_eq!(report.at("/endpoints/1/connect_us/n").as_u64(), Some(0), "the socket was open already");
        assert_eq!(report.whole("/endpoints/2/gap_us/n"), 20);
    }
}

#[test]
fn streams_come_over_the_version_that_the_server_chose() {
    for alpn in [vec!["h2", "http/1.1"], vec!["http/1.1"], vec![]] {
        let setup = TlsSetup { alpn, ..TlsSetup::default() };
        let (program, server) = (program(), stream_server::start_over_tls(&setup));
        program.write("ca.pem", server.root_pem());
        let steps = "{ name: whole, sse: /events, expect: { json: { $.id: { equals: x7 } } } }, \
                     { name: cut off, sse: /endless, events: { until: { json: { $.n: { equals: 2 } } } } }, \
                     { name: tokens, sse: /tokens, body: one two, events: { at_least: 3, until: { data: '[DONE]' } } }";
        let report = went_well(&program.scenario(&scenario(&server.url(), CA, steps)), 60);
        let gaps = [0, 1, 2].map(|place| report.whole(&format!("/endpoints/{place}/gap_us/n")));
        assert_eq!(gaps, [60, 40, 40], "{:?}", setup.alpn);
        let firsts = [0, 1, 2].map(|place| report.whole(&format!("/endpoints/{place}/first_event_us/n")));
        assert_eq!(firsts, [20, 20, 20], "{:?}", setup.alpn);
    }
}

#[test]
fn a_stream_that_breaks_off_or_comes_too_late_is_told_as_it_is_without_tls() {
    let (program, server) = (program(), stream_server::start_over_tls(&TlsSetup::default()));
    program.write("ca.pem", server.root_pem());
    let broken = program.scenario(&scenario(&server.url(), CA, "{ name: s, sse: /cut }")).report();
    assert_eq!((broken.counts().failed, broken.counts().done), (20, 0));
    let examples = broken.at("/endpoints/0/examples").to_string();
    assert!(examples.contains("after 2 events: "), "{examples}");
    let late = scenario(&server.url(), CA, "{ name: s, sse: /quiet, events: { first_event: 50ms } }");
    assert_eq!(failed(&program, &late, "assertion"), "expected the first event within 50ms, but none came");
}
