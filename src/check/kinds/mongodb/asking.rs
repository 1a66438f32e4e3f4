//! Connects, asks, and says what it means.

use super::Asked;
use super::reach::{NoAnswer, Way, said};
use super::status::{self, Member};
use crate::check::dial::Timed;
use crate::check::{CheckContext, Found};
use ::mongodb::bson::{Document, doc};
use ::mongodb::error::{Error, ErrorKind};
use std::io;

/// A question, as the library and as mongosh ask it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Question {
    Ping,
    Hello,
    Status,
}

impl Question {
    fn command(self) -> Document {
        match self {
            Question::Ping => doc! { "ping": 1 },
            Question::Hello => doc! { "hello": 1 },
            Question::Status => doc! { "replSetGetStatus": 1 },
        }
    }

    const fn by_hand(self) -> &'static str {
        match self {
            Question::Ping => "db.adminCommand({ ping: 1 })",
            Question::Hello => "db.hello()",
            Question::Status => "rs.status()",
        }
    }

    /// The first one connects and logs in as well.
    const fn phase(self) -> &'static str {
        match self {
            Question::Ping => "connect and ping",
            Question::Hello => "hello",
            Question::Status => "status",
        }
    }
}

/// Codes of refusals.
const UNAUTHORIZED: i32 = 13;
const NO_SET: [i32; 2] = [76, 94];

impl Asked {
    pub(super) async fn ask(&self, cx: &CheckContext) -> Found {
        let mut timed = Timed::new(cx.limit);
        let found = match Way::new(&self.connection, cx.limit).await {
            Ok(way) => {
                let mut last = Question::Ping;
                let found = self.steps(&way, &mut last, &mut timed, cx.seed).await;
                way.end().await;
                found.unwrap_or_else(|found| found.reproduce(self.mongosh.command(last.by_hand())))
            }
            Err(error) => {
                let reason = format!("the client cannot be set up: {}; correct `url`", said(&error));
                Found::fail(reason).at(self.url).for_good()
            }
        };
        timed.on(found)
    }

    async fn steps(
        &self,
        way: &Way,
        last: &mut Question,
        timed: &mut Timed,
        seed: u64,
    ) -> Result<Found, Found> {
        self.asked(way, Question::Ping, timed).await?;
        let mut told = vec!["it answers".to_owned()];
        if let Some(wanted) = &self.replica_set {
            *last = Question::Hello;
            let hello = self.asked(way, *last, timed).await?;
            if let Some((expected, got, next)) = status::wrong_set(&hello, wanted) {
                let found = Found::fail(format!("expected {expected}, got {got}; {next}"));
                return Err(found.expected(expected, got).at(wanted.mark));
            }
            let Ok(primary) = hello.get_str("primary") else {
                let next = "a majority of its members has to be up: rs.status() tells which are";
                let reason = format!("the replica set `{}` has no primary; {next}", wanted.value);
                return Err(Found::fail(reason).at(wanted.mark));
            };
            told.push(format!("the primary of `{}` is {primary}", wanted.value));
        }
        if self.members.is_some() || self.max_lag.is_some() {
            *last = Question::Status;
            told.extend(self.members_of(way, timed, seed).await?);
        }
        Ok(Found::pass(told.join(", ")))
    }

    /// Judges the members of the set.
    async fn members_of(&self, way: &Way, timed: &mut Timed, seed: u64) -> Result<Vec<String>, Found> {
        let members = Member::all(&self.asked(way, Question::Status, timed).await?);
        let lines = || members.iter().map(Member::line);
        let mut told = Vec::new();
        if let Some(rule) = &self.members {
            let healthy = members.iter().filter(|member| member.serves()).count();
            rule.value.judge(Some(healthy.into()), seed).map_err(|found| found.evidence(lines()))?;
            told.push(format!("{healthy} of {} members are healthy", members.len()));
        }
        if let Some(longest) = &self.max_lag {
            let seconds = status::lag(&members).map_err(|why| {
                Found::fail(format!("the lag cannot be told: {why}")).at(longest.mark).evidence(lines())
            })?;
            if seconds > longest.get().as_secs_f64() {
                let (wanted, got) =
                    (format!("a lag of at most {}", longest.value), format!("{seconds:.1} s"));
                let found = Found::fail(format!("expected {wanted}, got {got}"));
                return Err(found.expected(wanted, got).at(longest.mark));
            }
            told.push(format!("lag {seconds:.1} s"));
        }
        Ok(told)
    }

    async fn asked(&self, way: &Way, question: Question, timed: &mut Timed) -> Result<Document, Found> {
        match timed.part(question.phase(), way.ask(question.command())).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(NoAnswer::NoHost(host, error))) => Err(self.unreached(&host, &error)),
            Ok(Err(NoAnswer::Failed(error))) => Err(self.failed(question, &error)),
            Err(late) if question == Question::Ping => {
                let (place, limit) = (&self.place, late.limit());
                Err(Found::unreachable(format!(
                    "no answer from {place} within {limit}; look whether it is overloaded, or cut off"
                )))
            }
            Err(late) => {
                let (phase, limit) = (question.phase(), late.limit());
                Err(Found::fail(format!(
                    "no answer to {phase} within {limit}; look whether it is overloaded: db.currentOp()"
                )))
            }
        }
    }

    /// What it means that a host cannot be reached.
    fn unreached(&self, host: &str, error: &Error) -> Found {
        let said = said(error);
        let hung_up = matches!(error.kind.as_ref(), ErrorKind::Io(error)
            if [io::ErrorKind::UnexpectedEof, io::ErrorKind::ConnectionReset].contains(&error.kind()));
        let encrypted = matches!(self.connection.tls, Some(::mongodb::options::Tls::Enabled(_)));
        let next = match error.kind.as_ref() {
            ErrorKind::DnsResolve { .. } => "correct the name, or make it known to this machine",
            ErrorKind::Io(_) if said.contains("certificate") => {
                "name the authority that signed it with `tlsCAFile=` in `url`; a `tls` check of this address tells more"
            }
            ErrorKind::Io(error) if encrypted && (hung_up || error.kind() == io::ErrorKind::InvalidData) => {
                "leave `tls=true` out of `url` when this port does not speak TLS"
            }
            ErrorKind::Io(_) if hung_up => {
                "look whether it is stopping, or write `tls=true` into `url` if it wants TLS"
            }
            ErrorKind::Io(_) => "start the database, or correct the address",
            ErrorKind::IncompatibleServer { .. } => "ask it with a version of its own time",
            _ => "look whether it is MongoDB that answers there",
        };
        Found::unreachable(format!("{host}: {said}; {next}")).at(self.url)
    }

    /// What an answer that is an error means.
    fn failed(&self, question: Question, error: &Error) -> Found {
        let (user, said) = (&self.user, said(error));
        let refused = "correct the user, the password or `authSource` in `url`";
        match error.kind.as_ref() {
            ErrorKind::Authentication { .. } => {
                Found::fail(format!("the server refuses `{user}`: {said}; {refused}")).at(self.url).for_good()
            }
            ErrorKind::Command(command) if command.code == UNAUTHORIZED => {
                let (who, next) = if user.is_empty() {
                    ("who has not logged in".to_owned(), "add a user to `url`")
                } else {
                    (format!("`{user}`"), "grant it the role clusterMonitor")
                };
                let reason = format!("{who} may not ask for the {}: {said}; {next}", question.phase());
                Found::fail(reason).at(self.url)
            }
            ErrorKind::Command(command) if NO_SET.contains(&command.code) => {
                let mark = self.members.as_ref().map(|members| members.mark);
                let mark = mark.or(self.max_lag.as_ref().map(|lag| lag.mark)).unwrap_or(self.url);
                let next = "start it with --replSet and run rs.initiate()";
                Found::fail(format!("it is no member of a replica set: {said}; {next}")).at(mark)
            }
            ErrorKind::Io(_) | ErrorKind::ConnectionPoolCleared { .. } => {
                let place = &self.place;
                Found::unreachable(format!("{place} ended the connection: {said}; look into its log"))
            }
            _ => Found::fail(format!("{} failed: {said}", question.phase())),
        }
    }
}
