//! Why the cluster did not do what was asked.

use super::Cluster;
use std::time::Duration;

/// Why something could not be done with a cluster.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// No usable kubeconfig.
    #[error(
        "no cluster can be found: {why}; name a kubeconfig by KUBECONFIG or --kubeconfig, and one of its contexts"
    )]
    Config {
        /// What is wrong with it.
        why: String,
    },
    /// The namespace is not there.
    #[error(
        "there is no namespace `{namespace}` in the cluster of context `{context}`; check it against \
         `kubectl get namespaces`"
    )]
    NoNamespace {
        /// Its name.
        namespace: String,
        /// Where it was looked for.
        context: String,
    },
    /// No answer came.
    #[error(
        "cannot {doing}: the API server {server} cannot be reached: {why}; check that it runs and that the \
         kubeconfig names the right one"
    )]
    Unreachable {
        /// What was tried.
        doing: String,
        /// The server's URL.
        server: String,
        /// What the system says.
        why: String,
    },
    /// An answer did not come in time.
    #[error("cannot {doing}: the API server {server} did not answer within {} s", limit.as_secs())]
    Silent {
        /// What was tried.
        doing: String,
        /// The server's URL.
        server: String,
        /// How long was waited.
        limit: Duration,
    },
    /// The server does not allow it.
    #[error("cannot {doing}: {message}; `shakedown rbac` prints the role that is needed")]
    Denied {
        /// What was tried.
        doing: String,
        /// The server's words.
        message: String,
    },
    /// The server refuses it for another reason.
    #[error("cannot {doing}: {message} ({reason}, {code})")]
    Refused {
        /// What was tried.
        doing: String,
        /// The HTTP code.
        code: u16,
        /// The reason in one word, as the server gives it.
        reason: String,
        /// The server's words.
        message: String,
    },
    /// An answer that is not understood.
    #[error("cannot {doing}: the answer of {server} is not understood: {why}")]
    Strange {
        /// What was tried.
        doing: String,
        /// The server's URL.
        server: String,
        /// What is wrong with it.
        why: String,
    },
    /// A command failed.
    #[error("cannot run `{command}`: {why}")]
    Command {
        /// The program and its arguments.
        command: String,
        /// How it ended, with the end of what it said.
        why: String,
    },
    /// A command did not come to its end, so what it has done is not known.
    #[error("cannot run `{command}`: {why}")]
    Unended {
        /// The program and its arguments.
        command: String,
        /// Why.
        why: String,
    },
    /// A command of another machine.
    #[error(
        "`{command}` is a command of the machine that the run was on; `shakedown recover` there runs it, and nobody \
         else can"
    )]
    Elsewhere {
        /// The program and its arguments.
        command: String,
    },
    /// It did not become as wanted in time.
    #[error("{what} did not become ready within {} s: {state}", limit.as_secs())]
    NotReady {
        /// The object.
        what: String,
        /// What was seen of it last.
        state: String,
        /// How long was waited.
        limit: Duration,
    },
    /// It will not become as wanted.
    #[error("{what} does not become ready: {state}")]
    Stuck {
        /// The object.
        what: String,
        /// What its controller says.
        state: String,
    },
}

impl ClusterError {
    /// The HTTP code of a refusal.
    pub fn code(&self) -> Option<u16> {
        match self {
            ClusterError::Denied { .. } => Some(403),
            ClusterError::Refused { code, .. } => Some(*code),
            _ => None,
        }
    }

    /// Whether the same request may work a moment later: the server is away or busy, the object was just changed.
    pub fn may_pass(&self) -> bool {
        match self {
            ClusterError::Unreachable { .. } | ClusterError::Silent { .. } | ClusterError::Unended { .. } => {
                true
            }
            ClusterError::Refused { code, .. } => matches!(code, 409 | 422 | 429 | 500..),
            ClusterError::Config { .. }
            | ClusterError::NoNamespace { .. }
            | ClusterError::Denied { .. }
            | ClusterError::Strange { .. }
            | ClusterError::Command { .. }
            | ClusterError::Elsewhere { .. }
            | ClusterError::Stuck { .. }
            | ClusterError::NotReady { .. } => false,
        }
    }

    /// The same without the credentials of the cluster, should somebody have given them back to us.
    pub(super) fn masked(mut self, cluster: &Cluster) -> ClusterError {
        if let ClusterError::Denied { message: said, .. }
        | ClusterError::Refused { message: said, .. }
        | ClusterError::Unreachable { why: said, .. }
        | ClusterError::Strange { why: said, .. } = &mut self
        {
            *said = cluster.masked(said);
        }
        self
    }

    /// Sorts what kube says while `doing` something at `server`.
    pub(super) fn from_kube(doing: &str, server: &str, error: kube::Error) -> ClusterError {
        let (doing, server) = (doing.to_owned(), server.to_owned());
        match error {
            kube::Error::Api(status) if matches!(status.code, 401 | 403) => {
                ClusterError::Denied { doing, message: status.message }
            }
            kube::Error::Api(status) => ClusterError::Refused {
                doing,
                code: status.code,
                reason: status.reason,
                message: status.message,
            },
            kube::Error::HyperError(error) => ClusterError::Unreachable { doing, server, why: chain(&error) },
            kube::Error::Service(error) => {
                ClusterError::Unreachable { doing, server, why: chain(error.as_ref()) }
            }
            error => ClusterError::Strange { doing, server, why: chain(&error) },
        }
    }
}

/// An error with its causes, each once: many repeat theirs.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let words = cause.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        next = cause.source();
    }
    text
}
