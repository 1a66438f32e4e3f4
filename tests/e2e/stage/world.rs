//! Which cluster the stories are told on.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use support::{Program, Running};
use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

/// Whether other stories may go on meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Company {
    /// It touches its own namespace alone.
    Welcome,
    /// It changes what all share: nodes.
    Unwelcome,
}

/// The cluster.
pub enum World {
    /// A playground of this story's own, ended with it.
    Playground { kubeconfig: PathBuf, running: Option<Running>, _program: Program },
    /// A cluster that is there and that all stories share.
    Cluster { kubeconfig: PathBuf, _turn: Turn },
}

/// The right to use a shared cluster now.
pub enum Turn {
    Shared { _held: OwnedRwLockReadGuard<()> },
    Alone { _held: OwnedRwLockWriteGuard<()> },
}

impl World {
    pub async fn new(company: Company) -> World {
        match std::env::var_os("SHAKEDOWN_E2E_KUBECONFIG") {
            Some(path) => World::Cluster { kubeconfig: path.into(), _turn: Turn::take(company).await },
            None => {
                let started = tokio::task::spawn_blocking(World::start_playground).await;
                started.expect("the playground starts")
            }
        }
    }

    fn start_playground() -> World {
        let program = Program::at(env!("CARGO_BIN_EXE_shakedown"));
        let running = program.start(&["playground", "up"]);
        let kubeconfig = running.prints("export KUBECONFIG=").into();
        World::Playground { kubeconfig, running: Some(running), _program: program }
    }

    pub fn kubeconfig(&self) -> &PathBuf {
        match self {
            World::Playground { kubeconfig, .. } | World::Cluster { kubeconfig, .. } => kubeconfig,
        }
    }

    /// Pods are processes of this machine there, so that it can be seen that they are gone.
    pub fn is_playground(&self) -> bool {
        matches!(self, World::Playground { .. })
    }
}

impl Drop for World {
    /// Asked to end, it removes its folders.
    fn drop(&mut self) {
        if let World::Playground { running, .. } = self
            && let Some(running) = running.take()
        {
            running.terminate();
            if !std::thread::panicking() {
                running.end().expect(0, &[]);
            }
        }
    }
}

impl Turn {
    async fn take(company: Company) -> Turn {
        static TURN: OnceLock<Arc<RwLock<()>>> = OnceLock::new();
        let turn = Arc::clone(TURN.get_or_init(Arc::default));
        match company {
            Company::Welcome => Turn::Shared { _held: turn.read_owned().await },
            Company::Unwelcome => Turn::Alone { _held: turn.write_owned().await },
        }
    }
}
