//! Commands: of this machine, and in containers. No shell is between.

use super::{Cluster, ClusterError, LocalError, ObjectRef, Said, run_here};
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Status;
use kube::api::{Api, AttachParams};
use std::time::Duration;

/// How much of what a command said is kept for messages.
const TAIL: usize = 2_000;

/// How a command ended that ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandEnd {
    /// Its exit code.
    pub code: i32,
    /// What it printed.
    pub out: Said,
    /// What it said on standard error.
    pub err: Said,
}

impl Cluster {
    /// Runs a command of this machine to its end and gives what it printed. It knows the cluster by
    /// `SHAKEDOWN_CONTEXT` and `SHAKEDOWN_NAMESPACE`. Errors: it cannot be started, fails, or takes longer than `limit`;
    /// then it is killed, with all that it started.
    pub async fn run_command<S: AsRef<str>>(
        &self,
        command: &[S],
        limit: Duration,
    ) -> Result<String, ClusterError> {
        let words: Vec<&str> = command.iter().map(AsRef::as_ref).collect();
        let command = || words.join(" ");
        let failed = |why: String| ClusterError::Command { command: command(), why };
        let Some((program, args)) = words.split_first() else {
            return Err(failed("no program was named".to_owned()));
        };
        let place = [("SHAKEDOWN_CONTEXT", self.context()), ("SHAKEDOWN_NAMESPACE", self.namespace())];
        match run_here((program, args), &place, limit).await {
            Err(error @ LocalError::Late { .. }) => {
                Err(ClusterError::Unended { command: command(), why: error.to_string() })
            }
            Err(error @ LocalError::Start(_)) => Err(failed(error.to_string())),
            Ok(ended) if ended.status.success() => Ok(ended.out.text),
            Ok(ended) => Err(failed(format!("{}: {}", ended.status, tail(ended.err.text.trim())))),
        }
    }

    /// Runs a command in a container to its end and gives what it printed. Errors: as above.
    pub async fn exec(
        &self,
        pod: &ObjectRef,
        container: Option<&str>,
        command: &[String],
        limit: Duration,
    ) -> Result<String, ClusterError> {
        let end = self.exec_to_end(pod, container, command, limit).await?;
        if end.code == 0 {
            return Ok(end.out.text);
        }
        let why = format!("command terminated with exit code {}: {}", end.code, tail(end.err.text.trim()));
        Err(ClusterError::Command { command: command.join(" "), why })
    }

    /// Runs a command in a container to its end, whatever its exit code. Errors: it cannot be started, or takes longer
    /// than `limit`.
    pub async fn exec_to_end(
        &self,
        pod: &ObjectRef,
        container: Option<&str>,
        command: &[String],
        limit: Duration,
    ) -> Result<CommandEnd, ClusterError> {
        let doing = format!("run {} in {pod}", command.join(" "));
        let unended = |why| ClusterError::Unended { command: command.join(" "), why };
        let namespace = pod.namespace.as_deref().unwrap_or(self.namespace());
        let pods: Api<Pod> = Api::namespaced(self.client().clone(), namespace);
        let mut params = AttachParams::default().stdout(true).stderr(true);
        params.container = container.map(ToOwned::to_owned);
        let run = async {
            let opened = self.call(&doing, pods.exec(&pod.name, command, &params)).await;
            let mut process = opened.map_err(with_rights)?;
            let (stdout, stderr) = (process.stdout(), process.stderr());
            let status = process.take_status();
            // Both at once: a pipe that nobody reads would stop the command.
            let (out, err) = tokio::join!(Said::of(stdout), Said::of(stderr));
            let ended = match status {
                Some(status) => status.await,
                None => None,
            };
            match ended {
                Some(ended) => match exit_code(&ended) {
                    Some(code) => Ok(CommandEnd { code, out, err }),
                    None => Err(ClusterError::Command {
                        command: command.join(" "),
                        why: [ended.message.unwrap_or_default(), tail(err.text.trim()).to_owned()]
                            .join(": ")
                            .trim_end_matches(": ")
                            .to_owned(),
                    }),
                },
                None => Err(unended("the connection broke before it ended".to_owned())),
            }
        };
        tokio::time::timeout(limit, run).await.map_err(|_| unended(late(limit)))?
    }
}

/// The exit code of a command that ran; none where it could not be started.
fn exit_code(ended: &Status) -> Option<i32> {
    if ended.status.as_deref() == Some("Success") {
        return Some(0);
    }
    let causes = ended.details.iter().flat_map(|details| details.causes.iter().flatten());
    let mut codes = causes.filter(|cause| cause.reason.as_deref() == Some("ExitCode"));
    codes.next()?.message.as_deref()?.parse().ok()
}

/// A server may refuse the upgrade to a stream without a word on what was missing.
fn with_rights(error: ClusterError) -> ClusterError {
    match error {
        ClusterError::Denied { doing, message } if !message.contains("pods/exec") => {
            let message = format!(
                "{}: cannot create resource \"pods/exec\", or cannot get it",
                message.trim_end_matches([':', ' '])
            );
            ClusterError::Denied { doing, message }
        }
        other => other,
    }
}

fn late(limit: Duration) -> String {
    format!("it did not end within {} s", limit.as_secs_f64())
}

/// The end of what was said.
fn tail(text: &str) -> &str {
    let from = text.char_indices().rev().nth(TAIL).map_or(0, |(place, _)| place);
    &text[from..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_command_names_its_right_even_where_the_server_does_not() {
        let refused = |message: &str| {
            let denied = ClusterError::Denied { doing: "run x".to_owned(), message: message.to_owned() };
            with_rights(denied).to_string()
        };
        let silent = refused("pods \"api-1\" is forbidden: ");
        assert!(silent.contains("is forbidden: cannot create resource \"pods/exec\""), "{silent}");
        let clear = "User \"x\" cannot get resource \"pods/exec\" in API group \"\"";
        assert!(refused(clear).contains(clear) && !refused(clear).contains("cannot create"));
    }
}
