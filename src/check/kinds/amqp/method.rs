//! What a broker says, and what is said to it.

use super::wire::{Malformed, Reader, Writer};
use bytes::Bytes;

/// A method of the broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// Who it is, and how one can log in.
    Start { product: String, mechanisms: String },
    /// What it wants of channels, frames and heartbeats.
    Tune { channels: u16, frame: u32 },
    /// What was asked for is done.
    Done,
    /// How many messages wait in a queue and how many consumers it has.
    Queue { messages: u32, consumers: u32 },
    /// It ends the connection, or only the channel.
    Closes { code: u16, text: String },
    /// It takes no messages at the moment.
    Blocked(String),
    /// It takes messages again.
    Unblocked,
    /// It has taken a message.
    Ack,
    /// It has not taken a message.
    Nack,
    /// A message that went nowhere comes back.
    Return { code: u16, text: String },
    /// A message comes out of the queue.
    Deliver,
    /// The queue is gone.
    Cancelled,
    /// Anything else.
    Other,
}

impl Said {
    pub(super) fn read(payload: Bytes) -> Result<Said, Malformed> {
        let mut reader = Reader(payload);
        let id = (reader.short()?, reader.short()?);
        Ok(match id {
            (10, 10) => {
                let _version = (reader.octet()?, reader.octet()?);
                let about = reader.texts_of_table()?;
                let of =
                    |name: &str| about.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str());
                let product = [of("product").unwrap_or("the broker"), of("version").unwrap_or_default()];
                Said::Start {
                    product: product.join(" ").trim_end().to_owned(),
                    mechanisms: reader.long_text()?,
                }
            }
            (10, 30) => Said::Tune { channels: reader.short()?, frame: reader.long()? },
            // Opened, declared, bound, confirming, consuming, closed.
            (10, 41 | 51) | (20, 11 | 41) | (40 | 85, 11) | (50 | 60, 21) => Said::Done,
            (50, 11) => {
                let _name = reader.short_text()?;
                Said::Queue { messages: reader.long()?, consumers: reader.long()? }
            }
            (10, 50) | (20, 40) => Said::Closes { code: reader.short()?, text: reader.short_text()? },
            (10, 60) => Said::Blocked(reader.short_text()?),
            (10, 61) => Said::Unblocked,
            (60, 30) => Said::Cancelled,
            (60, 50) => Said::Return { code: reader.short()?, text: reader.short_text()? },
            (60, 60) => Said::Deliver,
            (60, 80) => Said::Ack,
            (60, 120) => Said::Nack,
            _ => Said::Other,
        })
    }
}

/// Logs in. A broker that knows of it says why a login was refused, instead of hanging up.
pub(super) fn start_ok(user: &str, password: &str) -> Writer {
    let capabilities = Writer::default()
        .true_field("authentication_failure_close")
        .true_field("basic.nack")
        .true_field("connection.blocked")
        .true_field("consumer_cancel_notify")
        .true_field("publisher_confirms");
    let about = Writer::default()
        .text_field("product", "shakedown")
        .text_field("version", env!("CARGO_PKG_VERSION"))
        .text_field("connection_name", "shakedown")
        .table_field("capabilities", &capabilities);
    let login = format!("\0{user}\0{password}");
    Writer::method(10, 11).table(&about).short_text("PLAIN").long_text(login.as_bytes()).short_text("en_US")
}

/// Takes what the broker proposes, without heartbeats: a check has a limit of its own.
pub(super) fn tune_ok(channels: u16, frame: u32) -> Writer {
    Writer::method(10, 31).short(channels).long(frame).short(0)
}

pub(super) fn open(vhost: &str) -> Writer {
    Writer::method(10, 40).short_text(vhost).short_text("").octet(0)
}

pub(super) fn close() -> Writer {
    Writer::method(10, 50).short(200).short_text("done").short(0).short(0)
}

pub(super) fn open_channel() -> Writer {
    Writer::method(20, 10).short_text("")
}

/// Asks for an exchange that must be there.
pub(super) fn exchange(name: &str) -> Writer {
    Writer::method(40, 10).short(0).short_text(name).short_text("").octet(PASSIVE).table(&Writer::default())
}

/// Asks for a queue that must be there.
pub(super) fn queue(name: &str) -> Writer {
    Writer::method(50, 10).short(0).short_text(name).octet(PASSIVE).table(&Writer::default())
}

/// Makes a queue that is gone with this connection.
pub(super) fn own_queue(name: &str) -> Writer {
    Writer::method(50, 10).short(0).short_text(name).octet(EXCLUSIVE | AUTO_DELETE).table(&Writer::default())
}

pub(super) fn bind(queue: &str, exchange: &str, key: &str) -> Writer {
    Writer::method(50, 20)
        .short(0)
        .short_text(queue)
        .short_text(exchange)
        .short_text(key)
        .octet(0)
        .table(&Writer::default())
}

/// From now on the broker says of each message whether it took it.
pub(super) fn confirm() -> Writer {
    Writer::method(85, 10).octet(0)
}

/// A message that comes back when it goes nowhere.
pub(super) fn publish(exchange: &str, key: &str) -> Writer {
    Writer::method(60, 40).short(0).short_text(exchange).short_text(key).octet(MANDATORY)
}

/// What is said about the message: how long it is, what it holds, when it is worth nothing any more, and whose it is.
pub(super) fn properties(size: usize, expires: &str) -> Writer {
    let flags = CONTENT_TYPE | EXPIRATION | APP_ID;
    let head = Writer::method(60, 0).long_long(size as u64).short(flags);
    head.short_text("text/plain").short_text(expires).short_text("shakedown")
}

/// Wants what is in the queue, as taken when it was sent.
pub(super) fn consume(queue: &str) -> Writer {
    Writer::method(60, 20)
        .short(0)
        .short_text(queue)
        .short_text("shakedown")
        .octet(NO_ACK)
        .table(&Writer::default())
}

const PASSIVE: u8 = 1;
const EXCLUSIVE: u8 = 1 << 2;
const AUTO_DELETE: u8 = 1 << 3;
const MANDATORY: u8 = 1;
const NO_ACK: u8 = 1 << 1;
const CONTENT_TYPE: u16 = 1 << 15;
const EXPIRATION: u16 = 1 << 8;
const APP_ID: u16 = 1 << 3;

/// How long a message is, from its header.
pub(super) fn size(header: Bytes) -> Result<u64, Malformed> {
    let mut reader = Reader(header);
    let _class_and_weight = reader.long()?;
    reader.long_long()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(writer: &Writer) -> Result<Said, Malformed> {
        Said::read(Bytes::copy_from_slice(writer.bytes()))
    }

    #[test]
    fn what_a_broker_says_is_read() {
        let about = Writer::default().text_field("product", "RabbitMQ").text_field("version", "3.10.8");
        let start = Writer::method(10, 10).octet(0).octet(9).table(&about).long_text(b"AMQPLAIN PLAIN");
        let started = Said::Start { product: "RabbitMQ 3.10.8".into(), mechanisms: "AMQPLAIN PLAIN".into() };
        for (writer, expected) in [
            (start, Ok(started)),
            (
                Writer::method(10, 30).short(2047).long(131_072).short(60),
                Ok(Said::Tune { channels: 2047, frame: 131_072 }),
            ),
            (
                Writer::method(50, 11).short_text("q").long(3).long(1),
                Ok(Said::Queue { messages: 3, consumers: 1 }),
            ),
            (
                Writer::method(20, 40).short(404).short_text("NOT_FOUND"),
                Ok(Said::Closes { code: 404, text: "NOT_FOUND".into() }),
            ),
            (Writer::method(60, 80).long_long(1).octet(0), Ok(Said::Ack)),
            (Writer::method(99, 1), Ok(Said::Other)),
            (Writer::method(50, 11).short_text("q").short(3), Err(Malformed)),
        ] {
            assert_eq!(said(&writer), expected);
        }
        assert_eq!(size(Bytes::copy_from_slice(properties(17, "1000").bytes())), Ok(17));
    }
}
