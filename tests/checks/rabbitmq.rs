//! RabbitMQ of this machine: one broker with what the stories need, and the port mapper that Erlang wants beside it.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use support::{Server, unprivileged};

/// Debian's own script in `PATH` would change the user and with it the folders.
const PROGRAM: &str = "/usr/lib/rabbitmq/bin/rabbitmq-server";

/// Who may do what, and where: `pat` everything in `/` and in those virtual hosts that lose or refuse messages, `sam`
/// only looks.
const DEFINITIONS: &str = r#"{
  "users": [
    { "name": "pat", "password": "ah0y-there", "tags": [] },
    { "name": "sam", "password": "ah0y-there", "tags": [] }
  ],
  "vhosts": [{ "name": "/" }, { "name": "shop" }, { "name": "lost" }, { "name": "full" }],
  "permissions": [
    { "user": "pat", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*" },
    { "user": "pat", "vhost": "lost", "configure": ".*", "write": ".*", "read": ".*" },
    { "user": "pat", "vhost": "full", "configure": ".*", "write": ".*", "read": ".*" },
    { "user": "sam", "vhost": "/", "configure": "^$", "write": "^$", "read": ".*" }
  ],
  "policies": [
    { "vhost": "lost", "name": "p", "pattern": ".*", "apply-to": "queues", "definition": { "max-length": 0 } },
    { "vhost": "full", "name": "p", "pattern": ".*", "apply-to": "queues",
      "definition": { "max-length": 0, "overflow": "reject-publish" } }
  ],
  "queues": [{ "name": "orders", "vhost": "/", "durable": true, "auto_delete": false, "arguments": {} }],
  "exchanges": [
    { "name": "events", "vhost": "/", "type": "topic", "durable": true, "auto_delete": false, "internal": false, "arguments": {} }
  ],
  "bindings": [
    { "source": "events", "vhost": "/", "destination": "orders", "destination_type": "queue", "routing_key": "order.#", "arguments": {} }
  ]
}"#;

/// A broker that runs, and the port mapper of its own that has to end after it.
pub struct Broker {
    pub server: Server,
    _mapper: Server,
    pub tls_port: u16,
    /// Its certificate, which nobody but itself has signed.
    pub certificate: String,
}

fn free() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

impl Broker {
    /// `None`, loudly, where there is none on this machine.
    pub fn started() -> Option<Broker> {
        let mut server = Server::new(PROGRAM, unprivileged())?;
        let mut mapper = Server::new("epmd", unprivileged())?;
        let mapper_port = mapper.port.to_string();
        mapper.start(&["-port", &mapper_port, "-address", "127.0.0.1"].map(str::to_owned));
        let folder = server.folder().to_owned();
        let path = |name: &str| folder.join(name).display().to_string();
        let made =
            rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
        let (port, tls_port) = (server.port, free());
        let settings = format!(
            "listeners.tcp.1 = 127.0.0.1:{port}
listeners.ssl.1 = 127.0.0.1:{tls_port}
ssl_options.certfile = {}
ssl_options.cacertfile = {}
ssl_options.keyfile = {}
ssl_options.verify = verify_none
load_definitions = {}
log.console = true
log.file = false
",
            path("cert.pem"),
            path("cert.pem"),
            path("key.pem"),
            path("definitions.json")
        );
        for (name, text) in [
            ("cert.pem", made.cert.pem()),
            ("key.pem", made.signing_key.serialize_pem()),
            ("definitions.json", DEFINITIONS.to_owned()),
            ("rabbitmq.conf", settings),
            ("enabled_plugins", "[].".to_owned()),
        ] {
            fs::write(folder.join(name), text).unwrap();
        }
        for (name, value) in [
            ("HOME", folder.display().to_string()),
            ("ERL_EPMD_PORT", mapper_port),
            ("ERL_EPMD_ADDRESS", "127.0.0.1".to_owned()),
            ("RABBITMQ_NODENAME", format!("story{port}@localhost")),
            ("RABBITMQ_DIST_PORT", free().to_string()),
            ("RABBITMQ_CONF_ENV_FILE", path("none")),
            ("RABBITMQ_CONFIG_FILE", path("rabbitmq.conf")),
            ("RABBITMQ_ENABLED_PLUGINS_FILE", path("enabled_plugins")),
            ("RABBITMQ_MNESIA_BASE", path("mnesia")),
            ("RABBITMQ_LOG_BASE", path("logs")),
            ("RABBITMQ_PID_FILE", path("pid")),
            ("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "-kernel inet_dist_use_interface {127,0,0,1}".to_owned()),
        ] {
            server.set(name, value);
        }
        server.start(&[]);
        Some(Broker { server, _mapper: mapper, tls_port, certificate: made.cert.pem() })
    }

    /// A URL of it.
    pub fn url(&self, who: &str, vhost: &str) -> String {
        format!("amqp://{who}@127.0.0.1:{}/{vhost}", self.server.port)
    }
}
