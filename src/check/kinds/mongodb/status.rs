//! What a replica set says of itself: the answers to `hello` and `replSetGetStatus`.

use ::mongodb::bson::{Bson, Document};

/// Why a server is not the member that is wanted, or nothing: the expected, what came, and what to do.
pub(super) fn wrong_set(hello: &Document, wanted: &str) -> Option<(String, String, &'static str)> {
    let expected = format!("a member of the replica set `{wanted}`");
    let got = match hello.get_str("setName") {
        Ok(name) if name == wanted => return None,
        Ok(name) => (format!("one of `{name}`"), "correct the name, or the host"),
        Err(_) if hello.get_str("msg").is_ok_and(|msg| msg == "isdbgrid") => {
            ("a router of shards".to_owned(), "ask the members themselves, or leave `replica_set` out")
        }
        Err(_) if hello.get_bool("isreplicaset").is_ok_and(|set| set) => {
            ("a server whose set is not initiated".to_owned(), "run rs.initiate()")
        }
        Err(_) => ("a server on its own".to_owned(), "start it with --replSet, or correct the host"),
    };
    Some((expected, got.0, got.1))
}

/// One member of a set, as the server that was asked sees it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Member {
    name: String,
    state: i64,
    state_text: String,
    healthy: bool,
    /// When it wrote last what it has, in milliseconds.
    written: Option<i64>,
    /// What was wrong at the last heartbeat.
    message: String,
}

const PRIMARY: i64 = 1;
const SECONDARY: i64 = 2;
const ARBITER: i64 = 7;

impl Member {
    /// The members of a set; nothing where the answer has none.
    pub(super) fn all(status: &Document) -> Vec<Member> {
        let members = status.get_array("members").map(Vec::as_slice).unwrap_or_default();
        members.iter().filter_map(Bson::as_document).map(Member::read).collect()
    }

    fn read(member: &Document) -> Member {
        let text = |name: &str| member.get_str(name).unwrap_or_default().to_owned();
        Member {
            name: text("name"),
            state: member.get("state").and_then(whole).unwrap_or(-1),
            state_text: text("stateStr"),
            healthy: member.get("health").and_then(whole) == Some(1),
            written: member.get_datetime("optimeDate").ok().map(|date| date.timestamp_millis()),
            message: text("lastHeartbeatMessage"),
        }
    }

    /// Whether it does what a member is for.
    pub(super) fn serves(&self) -> bool {
        self.healthy && matches!(self.state, PRIMARY | SECONDARY | ARBITER)
    }

    /// It in one line.
    pub(super) fn line(&self) -> String {
        let message = if self.message.is_empty() { String::new() } else { format!(": {}", self.message) };
        format!("{} {}{message}", self.name, self.state_text)
    }
}

/// How many seconds the last secondary is behind the primary.
///
/// # Errors
/// Why that cannot be said.
pub(super) fn lag(members: &[Member]) -> Result<f64, String> {
    if let Some(member) = members.iter().find(|member| !member.serves()) {
        return Err(format!(
            "the member {} does not follow: its state is {}",
            member.name, member.state_text
        ));
    }
    let primary = members.iter().find(|member| member.state == PRIMARY).and_then(|member| member.written);
    let Some(primary) = primary else { return Err("the set has no primary".to_owned()) };
    let behind = |member: &Member| member.written.map(|written| (primary - written).max(0) as f64 / 1_000.0);
    let secondaries: Vec<&Member> = members.iter().filter(|member| member.state == SECONDARY).collect();
    if secondaries.is_empty() {
        return Err("no secondary follows the primary".to_owned());
    }
    secondaries.into_iter().try_fold(0.0, |lag: f64, member| {
        let behind = behind(member).ok_or_else(|| format!("{} does not say what it has", member.name))?;
        Ok(lag.max(behind))
    })
}

fn whole(value: &Bson) -> Option<i64> {
    match value {
        Bson::Int32(value) => Some((*value).into()),
        Bson::Int64(value) => Some(*value),
        Bson::Double(value) => Some(*value as i64),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::mongodb::bson::{DateTime, doc};

    fn member(name: &str, state: i32, text: &str, seconds: i64) -> Bson {
        let date = DateTime::from_millis(seconds * 1_000);
        let health = if text == "DOWN" { 0.0 } else { 1.0 };
        doc! { "name": name, "state": state, "stateStr": text, "health": health, "optimeDate": date }.into()
    }

    #[test]
    fn the_last_secondary_counts_and_silence_is_no_zero() {
        let primary = || member("a", 1, "PRIMARY", 100);
        for (members, expected) in [
            (vec![primary(), member("b", 2, "SECONDARY", 99), member("c", 2, "SECONDARY", 93)], Ok(7.0)),
            (vec![primary(), member("b", 2, "SECONDARY", 101), member("c", 7, "ARBITER", 0)], Ok(0.0)),
            (vec![primary()], Err("no secondary")),
            (vec![member("b", 2, "SECONDARY", 99)], Err("no primary")),
            (vec![primary(), member("b", 8, "DOWN", 0)], Err("b does not follow: its state is DOWN")),
            (vec![primary(), member("b", 3, "RECOVERING", 99)], Err("its state is RECOVERING")),
        ] {
            match (lag(&Member::all(&doc! { "members": &members })), expected) {
                (Ok(got), Ok(wanted)) => assert!((got - wanted).abs() < 1e-9, "{members:?}: {got}"),
                (Err(got), Err(wanted)) => assert!(got.contains(wanted), "{got}"),
                (got, wanted) => panic!("{members:?}: {got:?}, expected {wanted:?}"),
            }
        }
    }

    #[test]
    fn which_set_it_is_of() {
        for (hello, got) in [
            (doc! { "setName": "rs0" }, None),
            (doc! { "setName": "rs1" }, Some("one of `rs1`")),
            (doc! { "msg": "isdbgrid" }, Some("a router of shards")),
            (doc! { "isreplicaset": true }, Some("a server whose set is not initiated")),
            (doc! {}, Some("a server on its own")),
        ] {
            assert_eq!(wrong_set(&hello, "rs0").map(|(_, got, _)| got).as_deref(), got, "{hello}");
        }
    }
}
