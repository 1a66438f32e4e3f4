//! The first words of a protocol: harmless, without credentials, and always answered.

use k8s_openapi::api::core::v1::ServicePort;
use std::fmt;

/// What a port speaks, as far as it can be known from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speech {
    /// HTTP/1.1.
    Http,
    /// `PostgreSQL`.
    Postgres,
    /// Redis.
    Redis,
    /// Not known: nothing is said, and what the server says by itself is its answer, as with `MySQL`.
    Unknown,
}

impl Speech {
    /// What a port speaks by its `appProtocol`, else by its name, else by its number.
    pub fn of(port: &ServicePort) -> Speech {
        let told = [port.app_protocol.as_deref(), port.name.as_deref()];
        let named = told.into_iter().flatten().find_map(Speech::named);
        named.unwrap_or_else(|| Speech::numbered(port.port))
    }

    /// What a number stands for where nothing else is known.
    pub fn numbered(port: i32) -> Speech {
        match port {
            5432 => Speech::Postgres,
            6379 => Speech::Redis,
            80 | 3000 | 8000 | 8080 | 8081 | 8888 | 9090 => Speech::Http,
            _ => Speech::Unknown,
        }
    }

    fn named(name: &str) -> Option<Speech> {
        // "kubernetes.io/ws", "http-api", "tcp-postgres": the first word that is one.
        name.split(['-', '/', '_', '.']).find_map(|word| match word.to_ascii_lowercase().as_str() {
            "http" | "http1" | "ws" => Some(Speech::Http),
            "postgres" | "postgresql" | "pgsql" => Some(Speech::Postgres),
            "redis" | "valkey" => Some(Speech::Redis),
            // Encrypted, or a protocol that we do not speak; its number says nothing else.
            "https" | "tls" | "grpc" | "grpcs" | "http2" | "h2c" | "wss" | "mysql" | "mongo" | "amqp" => {
                Some(Speech::Unknown)
            }
            _ => None,
        })
    }

    /// What is sent to be answered.
    pub fn greeting(self) -> &'static [u8] {
        match self {
            Speech::Http => b"GET / HTTP/1.1\r\nHost: shakedown\r\nUser-Agent: shakedown\r\n\r\n",
            // SSLRequest: its length and its code. The answer is one byte, S or N.
            Speech::Postgres => &[0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f],
            Speech::Redis => b"PING\r\n",
            Speech::Unknown => b"",
        }
    }

    /// Whether these can be the first bytes of an answer.
    pub fn understands(self, bytes: &[u8]) -> bool {
        match self {
            Speech::Http => b"HTTP/".starts_with(&bytes[..bytes.len().min(5)]),
            Speech::Postgres => matches!(bytes.first(), Some(b'S' | b'N' | b'E')),
            // +PONG, or -NOAUTH: both are Redis.
            Speech::Redis => matches!(bytes.first(), Some(b'+' | b'-')),
            Speech::Unknown => true,
        }
    }
}

/// What is asked, for people.
impl fmt::Display for Speech {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Speech::Http => "HTTP GET /",
            Speech::Postgres => "PostgreSQL's SSLRequest",
            Speech::Redis => "Redis PING",
            Speech::Unknown => "a connection",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_tells_what_it_speaks() {
        for (protocol, name, number, expected) in [
            (Some("http"), None, 5432, Speech::Http),
            (Some("kubernetes.io/ws"), None, 1, Speech::Http),
            (None, Some("http-api"), 1, Speech::Http),
            (None, Some("tcp-postgresql"), 1, Speech::Postgres),
            (None, Some("https"), 8080, Speech::Unknown),
            (Some("grpc"), Some("http"), 80, Speech::Unknown),
            (None, Some("main"), 5432, Speech::Postgres),
            (None, None, 6379, Speech::Redis),
            (None, None, 8080, Speech::Http),
            (None, None, 3306, Speech::Unknown),
        ] {
            let port = ServicePort {
                app_protocol: protocol.map(ToOwned::to_owned),
                name: name.map(ToOwned::to_owned),
                port: number,
                ..ServicePort::default()
            };
            assert_eq!(Speech::of(&port), expected, "{protocol:?} {name:?} {number}");
        }
    }

    #[test]
    fn an_answer_of_another_protocol_is_none() {
        for (speech, bytes, expected) in [
            (Speech::Http, &b"HTTP/1.1 404"[..], true),
            (Speech::Http, b"HT", true),
            (Speech::Http, b"-ERR", false),
            (Speech::Postgres, b"N", true),
            (Speech::Postgres, b"HTTP", false),
            (Speech::Redis, b"-NOAUTH Authentication required.", true),
            (Speech::Unknown, b"\x4a\0\0\0", true),
        ] {
            assert_eq!(speech.understands(bytes), expected, "{speech:?} {bytes:?}");
        }
    }
}
