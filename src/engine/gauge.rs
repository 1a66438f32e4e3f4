//! Counting what is open right now, within one thread.

use std::cell::Cell;
use std::rc::Rc;

/// A number that goes up while a [`Held`] lives.
#[derive(Debug, Clone, Default)]
pub(super) struct Gauge(Rc<Cell<u64>>);

/// One unit of a gauge.
#[derive(Debug)]
pub(super) struct Held(Gauge);

impl Gauge {
    /// Counts one more until the result is dropped.
    pub(super) fn hold(&self) -> Held {
        self.0.set(self.0.get() + 1);
        Held(self.clone())
    }

    /// The number now.
    pub(super) fn get(&self) -> u64 {
        self.0.get()
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.0.set(self.0.get().saturating_sub(1));
    }
}
