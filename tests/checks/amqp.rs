//! `amqp`: against RabbitMQ of this machine, and against what is none.

use crate::golden::{failure, program, smoke};
use crate::rabbitmq::Broker;
use std::net::TcpListener;
use support::{Answer, Program, Raw, Scripted};

const RABBITMQCTL: &str = "/usr/lib/rabbitmq/bin/rabbitmqctl";
const PAT: &str = "pat:ah0y-there";

/// Runs one check that does not hold, and compares what is told.
fn fails(name: &str, code: i32, around: &str, kind: &str) {
    fails_in(&program(), name, code, around, kind);
}

fn fails_in(program: &Program, name: &str, code: i32, around: &str, kind: &str) {
    let ended = smoke(program, "", &format!("  - name: broker\n{around}    amqp: {kind}\n"));
    ended.expect(code, &["check broker: FAILED"]);
    for password in ["wr0ng-word", "ah0y-there"] {
        assert!(!format!("{ended}").contains(password), "{ended}");
    }
    failure(name, &ended, program);
}

#[test]
fn nobody_is_there() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    fails("amqp-down", 4, "", &format!("{{ url: 'amqp://pat:wr0ng-word@{free}' }}"));
}

#[test]
fn it_takes_the_connection_and_says_nothing() {
    let (server, around) = (Raw::silent(), "    timeout: 300ms\n");
    fails("amqp-silent", 4, around, &format!("{{ url: 'amqp://{}' }}", server.addr()));
    fails("amqp-silent-tls", 4, around, &format!("{{ url: 'amqps://{}' }}", server.addr()));
}

#[test]
fn something_else_answers() {
    let server = Scripted::answering(|_| Answer::ok("ok"));
    fails("amqp-stranger", 1, "", &format!("{{ url: 'amqp://{}' }}", server.addr()));
}

/// One broker for all: it takes seconds to start.
#[test]
fn rabbitmq_is_asked() {
    let Some(mut broker) = Broker::started() else { return };
    all_is_well(&broker);
    tls_is_verified(&broker);
    who_may_not_come_in_or_may_not_ask_is_told(&broker);
    what_is_missing_is_told(&broker);
    a_message_that_does_not_come_back_is_told(&broker);
    a_full_broker_says_so(&broker);
    broker.server.kill();
    smoke(&program(), "", &format!("  - amqp: {{ url: '{}' }}\n", broker.url(PAT, "")))
        .expect(4, &["Connection refused"]);
}

fn all_is_well(broker: &Broker) {
    let url = broker.url(PAT, "");
    let look = broker.url("sam:ah0y-there", "%2f");
    let checks = format!(
        "  - {{ amqp: {{ url: '{url}' }} }}
  - name: events
    amqp: {{ url: '{url}', exchange: events }}
  - name: keys
    amqp: {{ url: '{url}', exchange: events, routing_key: cart.created, binding_key: 'cart.*' }}
  - name: orders
    amqp: {{ url: '{look}', queue: orders, messages: {{ at_most: 0 }}, consumers: {{ equals: 0 }} }}
  - name: both
    amqp: {{ url: '{url}', queue: orders, exchange: events }}
"
    );
    smoke(&program(), "", &checks).expect(
        0,
        &[
            "check events: ok, RabbitMQ 3.",
            "check orders: ok, RabbitMQ 3.",
            "`orders` has 0 messages and 0 consumers",
            "0 consumers, a message came back in ",
        ],
    );
    // Nothing of it is left in the broker, neither queues nor complaints.
    let left = broker.server.tool(RABBITMQCTL, &["list_queues", "-q", "name"]);
    assert!(left.contains("orders") && !left.contains("shakedown"), "{left}");
    let log = std::fs::read_to_string(broker.server.folder().join("log")).unwrap();
    assert!(log.contains("authenticated and granted access to vhost"), "{log}");
    assert!(!log.lines().any(|line| line.contains("[warning]") && line.contains("shakedown")), "{log}");
}

fn tls_is_verified(broker: &Broker) {
    let program = program();
    program.write("ca.pem", broker.certificate.clone());
    let at = format!("{PAT}@127.0.0.1:{}", broker.tls_port);
    let checks = format!(
        "  - {{ amqp: {{ url: 'amqps://{at}', ca: ca.pem }} }}
  - {{ amqp: {{ url: 'amqps://{at}/?verify=verify_none' }} }}
"
    );
    smoke(&program, "", &checks).expect(0, &[]);
    fails_in(&program, "amqp-certificate", 4, "", &format!("{{ url: 'amqps://{at}' }}"));
    fails("amqp-plain", 4, "", &format!("{{ url: '{}' }}", broker.url(PAT, "").replace("amqp:", "amqps:")));
    fails("amqp-encrypted", 1, "", &format!("{{ url: 'amqp://{at}' }}"));
}

fn who_may_not_come_in_or_may_not_ask_is_told(broker: &Broker) {
    let sam = broker.url("sam:ah0y-there", "");
    for (name, kind) in [
        ("amqp-password", format!("{{ url: '{}' }}", broker.url("pat:wr0ng-word", ""))),
        ("amqp-vhost", format!("{{ url: '{}' }}", broker.url(PAT, "nowhere"))),
        ("amqp-vhost-refused", format!("{{ url: '{}' }}", broker.url(PAT, "shop"))),
        ("amqp-permission", format!("{{ url: '{sam}' }}")),
    ] {
        fails(name, 1, "    retry: { times: 1, every: 10ms }\n", &kind);
    }
}

fn what_is_missing_is_told(broker: &Broker) {
    let url = broker.url(PAT, "");
    for (name, kind) in [
        ("amqp-queue", format!("{{ url: '{url}', queue: carts }}")),
        ("amqp-exchange", format!("{{ url: '{url}', exchange: carts }}")),
        ("amqp-consumers", format!("{{ url: '{url}', queue: orders, consumers: {{ at_least: 1 }} }}")),
    ] {
        fails(name, 1, "", &kind);
    }
    // A message that somebody left there.
    let put = format!("{{ url: '{url}', exchange: events, routing_key: order.created }}");
    smoke(&program(), "", &format!("  - amqp: {put}\n")).expect(0, &[]);
    fails("amqp-messages", 1, "", &format!("{{ url: '{url}', queue: orders, messages: {{ at_most: 0 }} }}"));
}

fn a_message_that_does_not_come_back_is_told(broker: &Broker) {
    let url = broker.url(PAT, "");
    let keys = "exchange: events, routing_key: cart.created, binding_key: 'order.*'";
    fails("amqp-unroutable", 1, "", &format!("{{ url: '{url}', {keys} }}"));
    fails("amqp-nack", 1, "", &format!("{{ url: '{}' }}", broker.url(PAT, "full")));
    fails("amqp-lost", 1, "    timeout: 5s\n", &format!("{{ url: '{}' }}", broker.url(PAT, "lost")));
}

fn a_full_broker_says_so(broker: &Broker) {
    broker.server.tool(RABBITMQCTL, &["set_vm_memory_high_watermark", "0"]);
    let url = broker.url(PAT, "");
    fails("amqp-blocked", 1, "    timeout: 5s\n", &format!("{{ url: '{url}' }}"));
}
