//! The system's resolver: which servers it asks, and under which names.

use hickory_proto::rr::Name;
use std::net::{IpAddr, SocketAddr};

/// What `/etc/resolv.conf` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolver {
    /// The servers, in their order.
    pub servers: Vec<SocketAddr>,
    search: Vec<String>,
    /// A name with fewer dots is first looked for in the domains of `search`.
    dots: usize,
}

impl Resolver {
    /// Reads what is written in `/etc/resolv.conf`; lines that mean nothing here are passed over, as resolvers do.
    pub fn parse(text: &str) -> Resolver {
        let mut resolver = Resolver { servers: Vec::new(), search: Vec::new(), dots: 1 };
        for line in text.lines() {
            let mut words = line.split_whitespace();
            match words.next() {
                Some("nameserver") => {
                    let address = words.next().and_then(|word| word.parse::<IpAddr>().ok());
                    resolver.servers.extend(address.map(|address| SocketAddr::new(address, 53)));
                }
                Some("search" | "domain") => resolver.search = words.map(str::to_owned).collect(),
                Some("options") => {
                    let dots = words.find_map(|word| word.strip_prefix("ndots:")?.parse().ok());
                    resolver.dots = dots.unwrap_or(resolver.dots);
                }
                _ => {}
            }
        }
        resolver
    }

    /// The names to ask for, one after the other, until one has records.
    pub fn candidates(&self, name: &Name) -> Vec<Name> {
        let mut whole = name.clone();
        whole.set_fqdn(true);
        if name.is_fqdn() {
            return vec![whole];
        }
        let within = |domain: &String| name.clone().append_domain(&Name::from_utf8(domain).ok()?).ok();
        let mut names: Vec<Name> = self.search.iter().filter_map(within).collect();
        let dots = usize::from(name.num_labels()).saturating_sub(1);
        if dots >= self.dots {
            names.insert(0, whole);
        } else {
            names.push(whole);
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_a_pod() {
        let text = "# made by the kubelet\nsearch shop.svc.cluster.local svc.cluster.local\nnameserver 10.96.0.10\n\
                    nameserver nonsense\noptions edns0 ndots:2\n";
        let resolver = Resolver::parse(text);
        assert_eq!(resolver.servers, ["10.96.0.10:53".parse().unwrap()]);
        let names = |name: &str| -> Vec<String> {
            let candidates = resolver.candidates(&Name::from_utf8(name).unwrap());
            candidates.iter().map(Name::to_utf8).collect()
        };
        assert_eq!(names("db"), ["db.shop.svc.cluster.local.", "db.svc.cluster.local.", "db."]);
        assert_eq!(names("a.b.c")[0], "a.b.c.");
        assert_eq!(names("shop.example."), ["shop.example."]);
    }
}
