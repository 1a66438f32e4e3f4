//! Before a load that calls gRPC: the target has to speak HTTP/2, and may have to say of what types its messages are.

use super::{LoadPlan, RunPlan};
use crate::clock::Clock;
use crate::journey::grpc::{Call, discover};
use crate::journey::{Journey, Sender};
use crate::source::{Problem, in_order};
use crate::transport::{Answer, Connection, Failure, Keep, Request};
use std::time::Duration;

/// How long the server may take to say all of its types.
const LIMIT: Duration = Duration::from_secs(30);

/// Makes the calls of a load ready, over a connection of their own.
///
/// # Errors
/// Why no call of this load could be answered, and what to do about it.
pub(super) async fn prepare(plan: &RunPlan, load: &LoadPlan, connection: Connection) -> Result<(), String> {
    let problems = bind(load, connection).await?;
    if problems.is_empty() {
        return Ok(());
    }
    Err(in_order(&problems).into_iter().map(|problem| placed(plan, problem)).collect::<Vec<_>>().join("; "))
}

/// Whether the types of all of a load's calls are known already, so that no server has to be asked.
pub(super) fn are_typed(load: &LoadPlan) -> bool {
    load.journeys.iter().flat_map(Journey::calls).all(Call::is_bound)
}

/// Looks up the types of a load's calls, from the server where the scenario does not have them; gives what is wrong with
/// the calls.
///
/// # Errors
/// Why the server does not say its types, or cannot be called at all.
pub(super) async fn bind(load: &LoadPlan, connection: Connection) -> Result<Vec<Problem>, String> {
    let calls: Vec<&Call> = load.journeys.iter().flat_map(Journey::calls).collect();
    if calls.is_empty() {
        return Ok(Vec::new());
    }
    if !connection.is_http2() {
        return Err(
            "gRPC needs HTTP/2, but over TLS the server chose HTTP/1.1; let it offer `h2` by ALPN".to_owned()
        );
    }
    let unbound: Vec<&Call> = calls.into_iter().filter(|call| !call.is_bound()).collect();
    if unbound.is_empty() {
        return Ok(Vec::new());
    }
    let mut alone = Alone { connection, clock: Clock::start() };
    let types = match tokio::time::timeout(LIMIT, discover(&unbound, &mut alone)).await {
        Ok(types) => types.map_err(|error| error.to_string())?,
        Err(_) => {
            let text = format!("the server did not say its types within {LIMIT:?}");
            return Err(format!("{text}; name a descriptor set under `target.grpc.descriptors`"));
        }
    };
    Ok(unbound.iter().flat_map(|call| call.bind(&types)).collect())
}

/// A problem in one line, with its place.
fn placed(plan: &RunPlan, problem: &Problem) -> String {
    let place = plan.files.place(problem.mark);
    let place = place.map(|place| format!("{}:{}:{}: ", place.file, place.line, place.column));
    let help = if problem.help.is_empty() { String::new() } else { format!("; {}", problem.help) };
    format!("{}{}{help}", place.unwrap_or_default(), problem.message)
}

/// One connection, for one question after the other.
struct Alone {
    connection: Connection,
    /// Connections note instants on some clock; nobody looks at these.
    clock: Clock,
}

impl Sender for Alone {
    async fn send(&mut self, request: &Request, keep: Keep, longest_body: u64) -> Result<Answer, Failure> {
        self.connection.exchange(request, keep, longest_body, &self.clock).await.result
    }
}
