//! `pods/exec`.

use crate::api::agent::ExecRequest;
use crate::api::answer::Answer;
use crate::api::handle::Context;
use crate::api::pod::container::container;
use crate::api::pod::session::{Attached, Session};
use crate::api::request::Request;
use crate::api::route::Target;
use crate::object;
use crate::status::ApiError;
use http::Method;

/// Answers by turning the connection into a WebSocket or a SPDY connection, on which the command is run. All that
/// can be refused is refused before.
pub(in crate::api) async fn exec(
    context: &Context,
    request: &Request,
    target: &Target,
) -> Result<Answer, ApiError> {
    if !matches!(request.method, Method::GET | Method::POST) {
        return Err(ApiError::method_not_allowed());
    }
    let query = &request.query;
    let pod = context.cluster.get(target.kind, target.at().0, target.at().1)?;
    let attached =
        Attached { stdin: query.flag("stdin"), stdout: query.flag("stdout"), stderr: query.flag("stderr") };
    let wanted = ExecRequest {
        container: container(&pod, query.text("container"))?,
        command: query.all("command"),
        stdin: attached.stdin,
    };
    if wanted.command.iter().all(String::is_empty) {
        return Err(ApiError::bad_request("you must specify at least one command for the container"));
    }
    if !attached.stdin && !attached.stdout && !attached.stderr {
        return Err(ApiError::bad_request("you must specify at least 1 of stdin, stdout, stderr"));
    }
    if object::text(&pod, "/spec/nodeName").is_empty() {
        let message = format!("pod {} does not have a host assigned", object::name(&pod));
        return Err(ApiError::bad_request(message));
    }
    if query.flag("tty") {
        return Err(ApiError::not_implemented("a terminal for pods/exec (tty)"));
    }
    let command = wanted.command.clone();
    let start = context.agent.exec(pod, wanted).await?;
    request.handshake.accept(Session { command, attached, start })
}
