//! Orders, kept in memory. Whoever sends the same order twice under one id of his own gets the first one back: so a
//! client may repeat a write whose answer it never saw.

use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many orders are kept. A full store refuses; it never forgets what it has acknowledged.
pub(super) const CAPACITY: usize = 1_000_000;

/// The longest id that a client may choose, in bytes.
const ID_LIMIT: usize = 64;

/// What a client asks for.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewOrder {
    /// The client's own id, when it wants to be able to repeat the order.
    pub(super) id: Option<String>,
    /// The unit.
    pub(super) sku: String,
    /// How many; one when not said.
    #[serde(default = "one")]
    pub(super) quantity: u32,
}

fn one() -> u32 {
    1
}

/// An order that the shop has taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Order {
    /// The client's id, or the shop's own.
    pub(super) id: String,
    /// Its place in the sequence of all orders, from 1.
    pub(super) number: usize,
    /// The unit.
    pub(super) sku: String,
    /// How many.
    pub(super) quantity: u32,
}

/// What became of an order that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Placed {
    /// It is new.
    Created(Order),
    /// It was here already; this is the first one.
    Repeated(Order),
}

/// Why an order was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum OrderError {
    /// Another order has this id.
    #[error("order `{id}` exists with another content; choose another id, or repeat the order as it was")]
    Conflict {
        /// The id.
        id: String,
    },
    /// Not an id.
    #[error("`{id}` is not an order id; use 1 to 64 letters, digits, `-`, `_`, `.` or `:`")]
    BadId {
        /// What was sent, cut to a readable length.
        id: String,
    },
    /// The store has no room.
    #[error("the shop keeps {CAPACITY} orders and has that many; restart it to begin anew")]
    Full,
}

/// All orders that were taken.
#[derive(Debug)]
pub(super) struct Orders {
    kept: Mutex<Kept>,
    capacity: usize,
}

#[derive(Debug, Default)]
struct Kept {
    by_id: HashMap<Arc<str>, Order>,
    /// The ids in the sequence of the orders' numbers.
    sequence: Vec<Arc<str>>,
}

impl Orders {
    /// An empty store for at most `capacity` orders.
    pub(super) fn new(capacity: usize) -> Orders {
        Orders { kept: Mutex::default(), capacity }
    }

    /// Takes an order, once.
    pub(super) fn place(&self, new: NewOrder) -> Result<Placed, OrderError> {
        if let Some(id) = new.id.as_deref().filter(|id| !is_id(id)) {
            return Err(OrderError::BadId { id: id.chars().take(ID_LIMIT).collect() });
        }
        let mut kept = self.kept();
        if let Some(first) = new.id.as_deref().and_then(|id| kept.by_id.get(id)) {
            let same = (&first.sku, first.quantity) == (&new.sku, new.quantity);
            return if same {
                Ok(Placed::Repeated(first.clone()))
            } else {
                Err(OrderError::Conflict { id: first.id.clone() })
            };
        }
        if kept.sequence.len() >= self.capacity {
            return Err(OrderError::Full);
        }
        Ok(Placed::Created(kept.add(new)))
    }

    /// One order by its id.
    pub(super) fn get(&self, id: &str) -> Option<Order> {
        self.kept().by_id.get(id).cloned()
    }

    /// How many there are, and the newest `limit` of them, newest first.
    pub(super) fn newest(&self, limit: usize) -> (usize, Vec<Order>) {
        let kept = self.kept();
        let newest =
            kept.sequence.iter().rev().take(limit).filter_map(|id| kept.by_id.get(id).cloned()).collect();
        (kept.sequence.len(), newest)
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.kept().sequence.len()
    }

    /// Whether one more would be refused.
    pub(super) fn is_full(&self) -> bool {
        self.count() >= self.capacity
    }

    /// Nothing between lock and unlock can panic half-way, so a poisoned lock still guards a whole store.
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn add(&mut self, new: NewOrder) -> Order {
        let number = self.sequence.len() + 1;
        let id = new.id.unwrap_or_else(|| self.own_id(number));
        let key: Arc<str> = id.as_str().into();
        let order = Order { id, number, sku: new.sku, quantity: new.quantity };
        self.sequence.push(Arc::clone(&key));
        self.by_id.insert(key, order.clone());
        order
    }

    /// An id of our own that no client has chosen before.
    fn own_id(&self, number: usize) -> String {
        let mut id = format!("o-{number}");
        while self.by_id.contains_key(id.as_str()) {
            id.push('x');
        }
        id
    }
}

fn is_id(id: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    !id.is_empty() && id.len() <= ID_LIMIT && id.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(id: Option<&str>, quantity: u32) -> NewOrder {
        NewOrder { id: id.map(str::to_owned), sku: "sextant".to_owned(), quantity }
    }

    #[test]
    fn the_same_order_twice_is_one_order() {
        let orders = Orders::new(10);
        let Ok(Placed::Created(first)) = orders.place(order(Some("a"), 1)) else { panic!("new") };
        assert_eq!(orders.place(order(Some("a"), 1)), Ok(Placed::Repeated(first.clone())));
        assert_eq!(orders.place(order(Some("a"), 2)), Err(OrderError::Conflict { id: "a".to_owned() }));
        assert_eq!((orders.count(), orders.get("a")), (1, Some(first)));
    }

    #[test]
    fn our_own_id_never_meets_a_clients() {
        let orders = Orders::new(10);
        orders.place(order(Some("o-2"), 1)).unwrap();
        let Ok(Placed::Created(second)) = orders.place(order(None, 1)) else { panic!("new") };
        assert_eq!(second.id, "o-2x");
    }

    #[test]
    fn a_full_store_refuses_and_forgets_nothing() {
        let orders = Orders::new(2);
        orders.place(order(Some("a"), 1)).unwrap();
        orders.place(order(Some("b"), 1)).unwrap();
        assert!(orders.is_full());
        assert_eq!(orders.place(order(Some("c"), 1)), Err(OrderError::Full));
        assert!(
            matches!(orders.place(order(Some("a"), 1)), Ok(Placed::Repeated(_))),
            "a repeat needs no room"
        );
        let (count, newest) = orders.newest(1);
        assert_eq!((count, newest[0].id.as_str(), newest[0].number), (2, "b", 2));
    }

    #[test]
    fn ids_are_short_and_plain() {
        for good in ["a", "A-1_b.c:d", &"x".repeat(64)] {
            assert!(is_id(good), "{good}");
        }
        for bad in ["", "a b", "a/b", "é", &"x".repeat(65)] {
            assert!(!is_id(bad), "{bad}");
        }
    }
}
