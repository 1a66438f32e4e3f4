//! The question as commands: those of the network, of Debian's amqp-tools, and of RabbitMQ itself.

use super::broker::Broker;
use crate::check::shell::quoted;

/// What is needed to type them.
#[derive(Debug)]
pub(super) struct ByHand {
    connect: String,
    url: String,
    vhost: String,
}

impl ByHand {
    pub(super) fn new(broker: &Broker) -> ByHand {
        let Broker { host, port, user, vhost, .. } = broker;
        let connect = match &broker.tls {
            Some(_) => format!("openssl s_client -connect {broker} -servername {host} </dev/null"),
            None => format!("nc -vz {host} {port}"),
        };
        let scheme = if broker.tls.is_some() { "amqps" } else { "amqp" };
        let [user, path] = [user, vhost].map(|text| encoded(text));
        ByHand { connect, url: format!("{scheme}://{user}:***@{broker}/{path}"), vhost: vhost.clone() }
    }

    /// Connects, no more.
    pub(super) fn connect(&self) -> String {
        self.connect.clone()
    }

    /// Logs in, enters the virtual host and publishes.
    pub(super) fn publish(&self, exchange: Option<&str>, key: Option<&str>) -> String {
        let exchange = exchange.map_or_else(String::new, |exchange| format!(" -e {}", quoted(exchange)));
        let key = quoted(key.unwrap_or("by-hand"));
        format!("amqp-publish --url={}{exchange} -r {key} -b ping", quoted(&self.url))
    }

    /// Shows the queues, on a node of the broker.
    pub(super) fn queues(&self) -> String {
        format!("rabbitmqctl list_queues -p {} name messages consumers", quoted(&self.vhost))
    }

    /// Shows the exchanges, on a node of the broker.
    pub(super) fn exchanges(&self) -> String {
        format!("rabbitmqctl list_exchanges -p {} name type", quoted(&self.vhost))
    }
}

fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_can_be_typed_and_tell_no_password() {
        let by_hand = |url: &str| ByHand::new(&Broker::parse(url, None).unwrap());
        let plain = by_hand("amqp://pat:s3cret@mq/");
        assert_eq!(plain.connect(), "nc -vz mq 5672");
        assert_eq!(
            plain.publish(Some("my events"), None),
            "amqp-publish --url='amqp://pat:***@mq:5672/%2F' -e 'my events' -r by-hand -b ping"
        );
        assert_eq!(plain.queues(), "rabbitmqctl list_queues -p / name messages consumers");
        let encrypted = by_hand("amqps://pat:s3cret@mq/shop");
        assert_eq!(encrypted.connect(), "openssl s_client -connect mq:5671 -servername mq </dev/null");
        assert_eq!(encrypted.exchanges(), "rabbitmqctl list_exchanges -p shop name type");
    }
}
