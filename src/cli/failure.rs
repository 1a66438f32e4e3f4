//! Everything that can go wrong, in one place only here: what is said of it and how the process ends.

use super::telling::tell;
use crate::cluster::{ClusterError, LeaseError, ManifestError};
use crate::engine::EngineError;
use crate::engine::faults::Refused;
use crate::fault::Refusal;
use crate::history::{ReadError, WriteError};
use crate::pressure::PressureError;
use crate::proxy::ProxyError;
use crate::run::Exit;
use crate::scenario::Rejected;
use crate::shop::ShopError;
use crate::source::Look;
use std::io::IsTerminal;
use std::path::PathBuf;

/// Why a command could not do its work. A verdict is never a failure.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A scenario that is wrong.
    #[error("{0}")]
    Rejected(#[from] Box<Rejected>),
    /// Something on the command line that clap cannot see.
    #[error("{0}")]
    Usage(String),
    /// A command line of which no scenario can be made: all that is wrong with it.
    #[error("{}", .0.join("\n\nerror: "))]
    Line(Vec<String>),
    /// The demo shop could not open or go on.
    #[error(transparent)]
    Shop(#[from] ShopError),
    /// The proxy could not open.
    #[error(transparent)]
    Proxy(#[from] ProxyError),
    /// Nothing could be used up.
    #[error(transparent)]
    Pressure(#[from] PressureError),
    /// The embedded Kubernetes could not start.
    #[error(transparent)]
    Playground(#[from] ::playground::PlaygroundError),
    /// A manifest that cannot be used.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The cluster did not do what was asked.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// A run with faults was refused before it began.
    #[error("{0}; nothing was changed and nothing was sent")]
    Refused(#[from] Refused),
    /// The run could not be driven.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The history could not be written.
    #[error("{0}; the run cannot be judged without its history")]
    Write(#[from] WriteError),
    /// A history could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A report could not be written.
    #[error("cannot write {path}: {source}; make room, or write it elsewhere")]
    Report {
        /// Where to.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The runtime or the demo could not start.
    #[error("cannot {what}: {source}")]
    System {
        /// What was tried.
        what: &'static str,
        /// What the system says.
        source: std::io::Error,
    },
}

impl Failure {
    /// Says what went wrong on stderr and gives the exit code.
    pub(super) fn report(&self) -> Exit {
        match self {
            Failure::Rejected(rejected) => {
                let look = if std::io::stderr().is_terminal() { Look::Coloured } else { Look::Plain };
                tell(rejected.render(look).trim_end());
                let count = rejected.problems().len();
                let problems = if count == 1 { "problem" } else { "problems" };
                tell(format_args!("\n{count} {problems} found; nothing was sent"));
            }
            other => tell(format_args!("error: {other}")),
        }
        self.exit()
    }

    /// Says what went wrong with a piece of work that no verdict comes from; gives how the process ends where nothing
    /// is worse.
    pub(super) fn told(done: Result<(), Failure>) -> Exit {
        done.map_or_else(|failure| failure.report(), |()| Exit::Pass)
    }

    /// The exit code of each failure.
    fn exit(&self) -> Exit {
        match self {
            Failure::Shop(ShopError::Broken(_) | ShopError::Thread(_))
            | Failure::Engine(_)
            | Failure::Write(_)
            | Failure::Report { .. }
            | Failure::Playground(_)
            | Failure::Pressure(PressureError::Thread(_) | PressureError::Room(_))
            | Failure::System { .. } => Exit::Inconclusive,
            Failure::Rejected(_)
            | Failure::Usage(_)
            | Failure::Line(_)
            | Failure::Read(_)
            | Failure::Manifest(_)
            | Failure::Shop(_)
            | Failure::Proxy(_)
            | Failure::Pressure(PressureError::TooMuch { .. }) => Exit::Usage,
            Failure::Cluster(error) => exit_of(error),
            Failure::Refused(refused) => exit_of_refusal(refused),
        }
    }
}

/// The exit code of each refusal of faults.
fn exit_of_refusal(refused: &Refused) -> Exit {
    match refused {
        Refused::Cluster(error)
        | Refused::Lease(LeaseError::Cluster(error))
        | Refused::Fault { refusal: Refusal::Cluster(error), .. } => exit_of(error),
        Refused::NoConsent(_) | Refused::NoRights { .. } | Refused::Guard { .. } => Exit::Unreachable,
        // What the scenario asks for does not fit what is there.
        Refused::Debug { .. } | Refused::Fault { .. } | Refused::Clash { .. } => Exit::Usage,
        Refused::Lease(LeaseError::Held { .. }) => Exit::Inconclusive,
        Refused::Dirty { .. } => Exit::Dirty,
        Refused::Interrupted => Exit::Interrupted,
    }
}

/// The exit code of what a cluster did not do.
fn exit_of(error: &ClusterError) -> Exit {
    match error {
        ClusterError::Config { .. }
        | ClusterError::NoNamespace { .. }
        | ClusterError::Unreachable { .. }
        | ClusterError::Silent { .. }
        | ClusterError::Denied { .. } => Exit::Unreachable,
        // What was given to it is wrong: an unknown kind, a field that may not be so.
        ClusterError::Refused { code: 400 | 404 | 422, .. } => Exit::Usage,
        ClusterError::Refused { .. }
        | ClusterError::Strange { .. }
        | ClusterError::Command { .. }
        | ClusterError::Unended { .. }
        | ClusterError::Elsewhere { .. }
        | ClusterError::NotReady { .. }
        | ClusterError::Stuck { .. } => Exit::Inconclusive,
    }
}

impl From<Rejected> for Failure {
    fn from(rejected: Rejected) -> Failure {
        Failure::Rejected(Box::new(rejected))
    }
}
