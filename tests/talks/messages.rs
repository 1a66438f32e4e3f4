//! `websocket`: sockets that answer as expected, and those that do not.

use crate::socket_server::Server;
use crate::{failed, program, scenario, went_well};
use support::{Answer, Raw, Scripted, TlsServer, TlsSetup, Version};

#[test]
fn the_steps_of_an_arrival_share_a_socket_that_is_closed_at_its_end() {
    let (program, server) = (program(), Server::start());
    let steps = "{ name: a, websocket: /live, send: 'ping {{ n }}', expect: { body: { equals: 'pong {{ n }}' } } }, \
                 { name: b, websocket: /live, send: { op: subscribe, n: '{{ n }}' }, \
                   expect: { json: { $.type: { equals: ack } } }, capture: { of: $.of.n } }, \
                 { name: c, websocket: /other, send: 'ping {{ of }}', expect: { body: { equals: 'pong {{ n }}' } } }";
    let report = went_well(&program.scenario(&scenario(&server.url(), "", steps)), 60);
    assert_eq!(server.sockets(), (40, 40), "one for each path of an arrival");
    let endpoint = |place: usize, what: &str| report.at(&format!("/endpoints/{place}/{what}/n")).as_u64();
    assert_eq!(endpoint(0, "first_event_us"), Some(20));
    assert_eq!(endpoint(0, "gap_us"), Some(20), "the noise is a message too");
    assert_eq!((endpoint(0, "connect_us"), endpoint(1, "connect_us")), (Some(20), Some(0)));
}

#[test]
fn messages_come_until_the_one_that_is_waited_for() {
    let (program, server) = (program(), Server::start());
    let step = "{ name: s, websocket: /, send: spell a b c end, \
                events: { at_least: 4, at_most: 4, first_event: 20s, gap: 20s, until: { data: end } } }";
    let report = went_well(&program.scenario(&scenario(&server.url(), "", step)), 20);
    assert_eq!(report.whole("/endpoints/0/gap_us/n"), 60);
}

#[test]
fn a_step_may_open_a_socket_and_no_more_or_send_and_not_wait() {
    let (program, server) = (program(), Server::start());
    let steps = "{ name: open, websocket: /live }, \
                 { name: tell, websocket: /live, send: hush, events: { until: { count: 0 } } }, \
                 { name: ask, websocket: /live, send: 'ping 1', events: { until: { count: 1 } } }, \
                 { name: hear, websocket: /live, events: { first_event: 20s } }";
    let report = went_well(&program.scenario(&scenario(&server.url(), "", steps)), 80);
    let heard = [2, 3].map(|place| report.whole(&format!("/endpoints/{place}/first_event_us/n")));
    assert_eq!(heard, [20, 20]);
    assert_eq!(server.sockets(), (20, 20));
}

#[test]
fn sockets_that_do_not_say_what_they_should_and_in_which_words() {
    let (program, server) = (program(), Server::start());
    for (step, class, words) in [
        (
            "send: ping 1, expect: { body: { equals: pung 1 } }, timeout: 200ms",
            "assertion",
            "the message should be `pung 1`, but is `pong 1`; no other came within 200ms",
        ),
        ("send: hush, timeout: 200ms", "timeout", "no complete answer within 200ms: no message"),
        (
            "send: hush, events: { first_event: 50ms }",
            "assertion",
            "expected the first message within 50ms, but none came",
        ),
        ("send: leave", "reset", "the server closed the WebSocket with 1008: as you wish"),
        (
            "send: spell a b, events: { at_most: 1, until: { count: 2 } }",
            "assertion",
            "expected at most 1 messages, but another came",
        ),
        (
            "send: spell a, expect: { json: { $.a: { exists: true } } }, timeout: 200ms",
            "assertion",
            "the message is not JSON: expected value at line 1 column 1; it begins `a`; no other came within 200ms",
        ),
    ] {
        let text = scenario(&server.url(), "", &format!("{{ name: s, websocket: /live, {step} }}"));
        assert_eq!(failed(&program, &text, class), words);
    }
}

#[test]
fn servers_that_are_no_websocket() {
    let program = program();
    let page = Scripted::start([Answer::ok("a page")]);
    let text = scenario(&page.url(), "", "{ name: s, websocket: /live }");
    let words = "expected status 101 Switching Protocols, got 200 OK; a proxy on the way may not hand the upgrade on \
                 (nginx: `proxy_set_header Upgrade $http_upgrade`)";
    assert_eq!(failed(&program, &text, "status"), words);
    let nonsense = Raw::saying("SSH-2.0-OpenSSH_9.9\r\n");
    let text = scenario(&nonsense.url(), "", "{ name: s, websocket: /live }");
    let said = failed(&program, &text, "protocol");
    assert!(said.starts_with("opening the WebSocket: "), "{said}");
}

#[test]
fn cookies_and_headers_go_into_the_opening() {
    let program = program();
    let page = Scripted::answering(|seen| match seen.path.as_str() {
        "/login" => Answer::ok("hello").header("set-cookie", "session=7"),
        _ => Answer::status(403),
    });
    let steps = "{ name: login, get: /login }, \
                 { name: live, websocket: /live, subprotocol: graphql-ws, headers: { x-tenant: blue } }";
    let report = program.scenario(&scenario(&page.url(), "", steps)).report();
    assert_eq!((report.counts().done, report.counts().failed), (20, 20));
    let example = report.text("/endpoints/1/examples/status");
    assert!(example.contains("got 403 Forbidden; look at the credentials in `headers`"), "{example}");
    for opening in page.seen().iter().filter(|seen| seen.path == "/live") {
        let said =
            ["cookie", "x-tenant", "sec-websocket-protocol", "upgrade"].map(|name| opening.header(name));
        assert_eq!(said, ["session=7", "blue", "graphql-ws", "websocket"]);
    }
}

#[test]
fn a_socket_over_tls_is_opened_over_http_1_whatever_else_the_server_offers() {
    let (program, server) = (program(), TlsServer::start(&TlsSetup::default()));
    program.write("ca.pem", server.root_pem());
    let steps = "{ name: page, get: /page }, { name: live, websocket: /live }";
    let text = scenario(&server.url(), ", http_version: http2, tls: { ca: ca.pem }", steps);
    let report = program.scenario(&text).report();
    assert_eq!((report.counts().done, report.counts().failed), (20, 20));
    let example = report.text("/endpoints/1/examples/status");
    assert!(example.starts_with("expected status 101 Switching Protocols, got 200 OK"), "{example}");
    for seen in server.seen() {
        let version = if seen.path == "/live" { Version::HTTP_11 } else { Version::HTTP_2 };
        assert_eq!(seen.version, version, "{}", seen.path);
    }
}
