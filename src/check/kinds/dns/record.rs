//! Types of records, and their values as people write them.

use hickory_proto::rr::{RData, RecordType};
use schemars::JsonSchema;
use serde::Deserialize;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

/// A type of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[schemars(rename = "DnsRecord")]
pub enum Kind {
    /// IPv4 addresses.
    #[default]
    A,
    /// IPv6 addresses.
    #[serde(rename = "AAAA")]
    Aaaa,
    /// The name that this one stands for.
    #[serde(rename = "CNAME")]
    Cname,
    /// Texts.
    #[serde(rename = "TXT")]
    Txt,
    /// Hosts and ports of a service.
    #[serde(rename = "SRV")]
    Srv,
    /// Mail servers.
    #[serde(rename = "MX")]
    Mx,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.asked(), f)
    }
}

impl Kind {
    /// The type that is asked for.
    pub fn asked(self) -> RecordType {
        match self {
            Kind::A => RecordType::A,
            Kind::Aaaa => RecordType::AAAA,
            Kind::Cname => RecordType::CNAME,
            Kind::Txt => RecordType::TXT,
            Kind::Srv => RecordType::SRV,
            Kind::Mx => RecordType::MX,
        }
    }

    /// Whether a text can be a value at all; otherwise what would be one.
    pub fn check(self, text: &str) -> Result<(), &'static str> {
        let numbers = |count: usize| {
            let words: Vec<&str> = text.split_whitespace().collect();
            words.len() == count + 1 && words[..count].iter().all(|word| word.parse::<u16>().is_ok())
        };
        let (good, example) = match self {
            Kind::A => (text.parse::<Ipv4Addr>().is_ok(), "write for example `10.0.0.7`"),
            Kind::Aaaa => (text.parse::<Ipv6Addr>().is_ok(), "write for example `2001:db8::7`"),
            Kind::Srv => (numbers(3), "write priority, weight, port and host: `10 50 5432 db-0.shop.svc`"),
            Kind::Mx => (numbers(1), "write preference and host: `10 mail.shop.example`"),
            Kind::Cname | Kind::Txt => (true, ""),
        };
        if good { Ok(()) } else { Err(example) }
    }

    /// The value of a record of this type, as people write it; none for other types.
    pub fn value(self, data: &RData) -> Option<String> {
        match (self, data) {
            (Kind::A, RData::A(address)) => Some(address.0.to_string()),
            (Kind::Aaaa, RData::AAAA(address)) => Some(address.0.to_string()),
            (Kind::Cname, RData::CNAME(name)) => Some(bare(&name.0.to_utf8())),
            (Kind::Txt, RData::TXT(text)) => {
                Some(text.txt_data.iter().map(|part| String::from_utf8_lossy(part)).collect())
            }
            (Kind::Srv, RData::SRV(srv)) => {
                Some(format!("{} {} {} {}", srv.priority, srv.weight, srv.port, bare(&srv.target.to_utf8())))
            }
            (Kind::Mx, RData::MX(mx)) => Some(format!("{} {}", mx.preference, bare(&mx.exchange.to_utf8()))),
            _ => None,
        }
    }

    /// Whether two values are the same: names whatever their case and their last dot, addresses whatever their form.
    pub fn same(self, one: &str, other: &str) -> bool {
        match self {
            Kind::Txt => one == other,
            Kind::Aaaa => one.parse::<Ipv6Addr>().ok() == other.parse().ok(),
            _ => {
                let words = |text: &str| text.split_whitespace().map(bare).collect::<Vec<_>>();
                words(one) == words(other)
            }
        }
    }
}

/// A name in small letters without the dot at its end.
fn bare(name: &str) -> String {
    let name = name.to_lowercase();
    if name == "." { name } else { name.trim_end_matches('.').to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_a_value_and_what_is_the_same() {
        for (kind, text, good) in [
            (Kind::A, "10.0.0.7", true),
            (Kind::A, "shop", false),
            (Kind::Aaaa, "2001:db8::7", true),
            (Kind::Srv, "10 50 5432 db-0", true),
            (Kind::Srv, "5432 db-0", false),
            (Kind::Mx, "10 mail", true),
            (Kind::Mx, "mail", false),
            (Kind::Txt, "", true),
        ] {
            assert_eq!(kind.check(text).is_ok(), good, "{kind} {text}");
        }
        assert!(Kind::Aaaa.same("2001:db8:0::7", "2001:db8::7"));
        assert!(Kind::Srv.same("10 50 5432 DB-0.", "10  50 5432 db-0"));
        assert!(!Kind::Txt.same("A", "a"));
    }
}
