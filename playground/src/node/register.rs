//! The boards of the Pods that are on a node, for those who ask from outside.

use crate::node::board::Board;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// All boards by the UID of the Pod.
#[derive(Debug, Clone, Default)]
pub(super) struct Register {
    boards: Arc<Mutex<HashMap<String, watch::Receiver<Board>>>>,
}

/// A board's place in the register; dropping it strikes it out.
#[derive(Debug)]
pub(super) struct Entry {
    register: Register,
    uid: String,
}

impl Register {
    pub(super) fn enter(&self, uid: &str, board: watch::Receiver<Board>) -> Entry {
        self.lock().insert(uid.to_owned(), board);
        Entry { register: self.clone(), uid: uid.to_owned() }
    }

    pub(super) fn get(&self, uid: &str) -> Option<watch::Receiver<Board>> {
        self.lock().get(uid).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, watch::Receiver<Board>>> {
        self.boards.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.register.lock().remove(&self.uid);
    }
}
