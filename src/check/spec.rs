//! A smoke check as it is written.

use super::around::patience;
use super::kind::{Check, CheckKind};
use super::kinds::{
    Amqp, Command, Dns, Endpoints, Events, GrpcHealth, Hpa, Http, Ingress, Job, Mcp, Mongodb, Pdb, Postgres,
    Prometheus, Redis, Rollout, Sse, Tcp, Tls, Websocket,
};
use super::{Compiled, Eventually, OnlyIf, Retry};
use crate::journey::CompileContext;
use crate::source::{Environment, Located, Mark, Problem};
use crate::units::Span;
use crate::verdict::Severity;
use schemars::JsonSchema;
use serde::Deserialize;
use std::time::Duration;

/// Makes the written form of the list of kinds.
macro_rules! kinds {
    ($($(#[$doc:meta])* $key:ident: $kind:ty,)*) => {
        /// One smoke check: a kind with its settings, and what all kinds share.
        #[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        #[schemars(rename = "Check")]
        pub struct CheckSpec {
            /// The check's name in reports; what it does when left out.
            pub name: Option<Located<String>>,
            /// `warn` turns a failure into a warning.
            pub severity: Severity,
            /// How long one attempt may take; 10s when left out.
            pub timeout: Option<Located<Span>>,
            /// How often it is asked again after a failure: `3`, or `{ times: 3, every: 1s }`.
            pub retry: Option<Located<Retry>>,
            /// For how long it may come right: `60s`, or `{ within: 60s, every: 2s }`.
            pub eventually: Option<Located<Eventually>>,
            /// The names of checks that have to hold before this one is asked.
            pub depends_on: Vec<Located<String>>,
            /// The check is asked only in an environment like this, and skipped in others.
            pub only_if: Option<OnlyIf>,
            $($(#[$doc])* pub $key: Option<Located<$kind>>,)*
        }

        impl CheckSpec {
            /// The kinds that were given, with their places.
            fn given(&self) -> Vec<(&'static str, Mark)> {
                let all = [$(self.$key.as_ref().map(|kind| (stringify!($key), kind.mark)),)*];
                all.into_iter().flatten().collect()
            }

            /// The first kind that was given, ready to be asked; none where there are problems with it.
            fn check(&self, cx: &CompileContext<'_>, problems: &mut Vec<Problem>) -> Option<Box<dyn Check>> {
                let before = problems.len();
                $(if let Some(kind) = &self.$key {
                    let check: Box<dyn Check> = Box::new(<$kind as CheckKind>::compile(kind, cx, problems)?);
                    return (problems.len() == before).then_some(check);
                })*
                None
            }
        }
    };
}

kinds! {
    /// A request to the target and what is expected of its answer.
    http: Http,
    /// A port that takes connections, and what it says.
    tcp: Tcp,
    /// The certificate and the protocol of a TLS port.
    tls: Tls,
    /// The records of a name in DNS.
    dns: Dns,
    /// A WebSocket, and what it says.
    websocket: Websocket,
    /// A stream of server-sent events.
    sse: Sse,
    /// What a gRPC server says of its health.
    grpc_health: GrpcHealth,
    /// A connection to PostgreSQL, its role and lag, and what a query gives.
    postgres: Postgres,
    /// A connection to Redis, its role and persistence, and the value of a key.
    redis: Redis,
    /// A connection to MongoDB, and how its replica set is.
    mongodb: Mongodb,
    /// A connection to a broker of AMQP, its queue and exchange, and a message that comes back.
    amqp: Amqp,
    /// A query to Prometheus and what its values must be.
    prometheus: Prometheus,
    /// A conversation with an MCP server, its tools and a call of one.
    mcp: Mcp,
    /// A Deployment or a `StatefulSet` is complete, at the image that was meant, and its Pods stay up.
    rollout: Rollout,
    /// A Service has at least so many ready endpoints.
    endpoints: Endpoints,
    /// A Job is complete, has failed, or runs.
    job: Job,
    /// A `PodDisruptionBudget` allows evictions now.
    pdb: Pdb,
    /// A `HorizontalPodAutoscaler` is able to scale, and has room left.
    hpa: Hpa,
    /// The namespace has no warnings since a rollout, or for some time.
    events: Events,
    /// An Ingress sends a path to a Service that can answer.
    ingress: Ingress,
    /// A program, of this machine or in a container, ends and says what it should.
    command: Command,
}

/// How long a check may take where it does not say.
const TIMEOUT: Duration = Duration::from_secs(10);

impl CheckSpec {
    /// Whether it cannot be asked without `target.http`. A kind that has a URL of its own says so when it compiles.
    pub fn needs_target(&self) -> bool {
        self.http.is_some()
    }

    /// Compiles the check; all that is wrong with it goes to `problems`. Whom it waits for is known only when all
    /// checks have names.
    pub fn compile(
        spec: &Located<CheckSpec>,
        cx: &CompileContext<'_>,
        environment: &Environment,
        problems: &mut Vec<Problem>,
    ) -> Option<Compiled> {
        let given = spec.given();
        let (kind, mark) = match given.as_slice() {
            [one] => *one,
            [] => {
                problems.push(
                    Problem::at(spec.mark, "a check without a kind")
                        .help("add one, for example `http: { get: /health }`"),
                );
                return None;
            }
            [_, (_, second), ..] => {
                problems.push(
                    Problem::at(*second, "a check has one kind")
                        .help("make two checks of it, each with its own `-`"),
                );
                return None;
            }
        };
        let timeout = spec.timeout.as_ref().map_or(TIMEOUT, |timeout| timeout.get());
        if let Some(zero) = spec.timeout.as_ref().filter(|timeout| timeout.get().is_zero()) {
            problems.push(Problem::at(zero.mark, "a timeout of zero lets no answer through"));
            return None;
        }
        let patience = patience(spec.retry.as_ref(), spec.eventually.as_ref(), problems);
        let cx = CompileContext { timeout: Span::new(timeout), ..*cx };
        let check = spec.check(&cx, problems)?;
        let name = spec.name.as_ref().map_or_else(|| check.describe(), |name| name.value.clone());
        Some(Compiled {
            name,
            kind,
            mark,
            severity: spec.severity,
            timeout,
            patience,
            depends_on: Vec::new(),
            excluded: spec.only_if.as_ref().and_then(|only_if| only_if.excludes(environment)),
            check,
        })
    }
}
