//! What all connections of one shop share.

use super::metrics::Metrics;
use super::orders::{CAPACITY, Orders};
use super::products::Catalog;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// The goods, the orders, the counters, and whether the shop is closing.
#[derive(Debug)]
pub(super) struct State {
    pub(super) catalog: Catalog,
    pub(super) orders: Orders,
    pub(super) metrics: Metrics,
    closing: AtomicBool,
}

impl State {
    /// A shop that has just opened.
    pub(super) fn new() -> State {
        State {
            catalog: Catalog::new(),
            orders: Orders::new(CAPACITY),
            metrics: Metrics::default(),
            closing: AtomicBool::new(false),
        }
    }

    /// From now on the shop is not ready.
    pub(super) fn close(&self) {
        self.closing.store(true, Relaxed);
    }

    /// Why the shop should get no new customers; `None` when it is ready for them.
    pub(super) fn unready(&self) -> Option<&'static str> {
        if self.closing.load(Relaxed) {
            return Some("closing");
        }
        self.orders.is_full().then_some("full")
    }
}
