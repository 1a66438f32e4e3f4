//! What a server says of itself: the answer to `INFO`.

use super::{Persistence, Role};
use std::collections::HashMap;

/// The fields of one or more sections.
#[derive(Debug)]
pub(super) struct Info<'t>(HashMap<&'t str, &'t str>);

impl<'t> Info<'t> {
    pub(super) fn read(text: &'t str) -> Info<'t> {
        Info(text.lines().filter_map(|line| line.trim_end().split_once(':')).collect())
    }

    fn field(&self, name: &str) -> &'t str {
        self.0.get(name).copied().unwrap_or_default()
    }

    /// What the server is to others; `None` where it does not say.
    pub(super) fn role(&self) -> Option<Role> {
        match self.field("role") {
            "master" => Some(Role::Primary),
            "slave" => Some(Role::Replica),
            _ => None,
        }
    }

    /// What is wrong with the link of a replica to its primary.
    pub(super) fn broken_link(&self) -> Option<String> {
        if self.field("master_link_status") == "up" {
            return None;
        }
        let since = self.field("master_link_down_since_seconds");
        let since = if since.is_empty() || since == "-1" { String::new() } else { format!(" for {since} s") };
        let primary = format!("{}:{}", self.field("master_host"), self.field("master_port"));
        Some(format!("its link to the primary {primary} is down{since}"))
    }

    /// What is wrong with how the server keeps its data.
    pub(super) fn unkept(&self, wanted: Persistence) -> Option<String> {
        if self.field("loading") != "0" {
            return Some(match self.field("loading_eta_seconds") {
                "" => "it is loading its data".to_owned(),
                eta => format!("it is loading its data, for about {eta} s more"),
            });
        }
        let states = [
            ("rdb_last_bgsave_status", "the last snapshot failed"),
            ("aof_last_write_status", "the last write to the append-only file failed"),
            ("aof_last_bgrewrite_status", "the last rewrite of the append-only file failed"),
        ];
        if let Some((_, what)) = states.iter().find(|(name, _)| !matches!(self.field(name), "ok" | "")) {
            return Some(format!("{what}; look at its disk and its log"));
        }
        let off = wanted == Persistence::Aof && self.field("aof_enabled") != "1";
        off.then(|| "it has no append-only file; set `appendonly yes`".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said() {
        let fine = "# Persistence\r\nloading:0\r\nrdb_last_bgsave_status:ok\r\naof_enabled:0\r\naof_last_write_status:ok\r\n";
        for (text, wanted, wrong) in [
            (fine.to_owned(), Persistence::Healthy, None),
            (fine.to_owned(), Persistence::Aof, Some("no append-only file")),
            (fine.replace("enabled:0", "enabled:1"), Persistence::Aof, None),
            (
                fine.replace("bgsave_status:ok", "bgsave_status:err"),
                Persistence::Healthy,
                Some("last snapshot failed"),
            ),
            (
                fine.replace("loading:0", "loading:1\r\nloading_eta_seconds:4"),
                Persistence::Healthy,
                Some("about 4 s"),
            ),
            (String::new(), Persistence::Healthy, Some("loading")),
        ] {
            let got = Info::read(&text).unkept(wanted);
            assert_eq!(got.is_some(), wrong.is_some(), "{text}: {got:?}");
            assert!(got.is_none_or(|got| got.contains(wrong.unwrap())), "{text}");
        }
        let link = "role:slave\r\nmaster_host:db\r\nmaster_port:6379\r\nmaster_link_status:down\r\n";
        assert_eq!(Info::read(link).role(), Some(Role::Replica));
        assert_eq!(Info::read(link).broken_link().unwrap(), "its link to the primary db:6379 is down");
        assert_eq!(Info::read(&link.replace("down", "up")).broken_link(), None);
    }
}
