//! All orders in memory, by id and in their sequence.

use super::orders::{Draft, Order, OrderError, Placed};
use std::collections::HashMap;
use std::sync::Arc;

/// The orders that were taken.
#[derive(Debug)]
pub(super) struct Index {
    by_id: HashMap<Arc<str>, Order>,
    /// The ids in the sequence of the orders' numbers.
    sequence: Vec<Arc<str>>,
    capacity: usize,
}

impl Index {
    /// Nothing yet, and at most `capacity` orders ever.
    pub(super) fn new(capacity: usize) -> Index {
        Index { by_id: HashMap::new(), sequence: Vec::new(), capacity }
    }

    /// Takes an order, once.
    pub(super) fn place(&mut self, draft: Draft) -> Result<Placed, OrderError> {
        if let Some(first) = self.by_id.get(draft.id.as_str()) {
            let same = (&first.sku, first.quantity) == (&draft.sku, draft.quantity);
            let conflict = OrderError::Conflict { id: draft.id };
            return if same { Ok(Placed::Repeated(first.clone())) } else { Err(conflict) };
        }
        if self.is_full() {
            return Err(OrderError::Full);
        }
        let key: Arc<str> = draft.id.as_str().into();
        let number = self.sequence.len() as u64 + 1;
        let order = Order { id: draft.id, number, sku: draft.sku, quantity: draft.quantity };
        self.sequence.push(Arc::clone(&key));
        self.by_id.insert(key, order.clone());
        Ok(Placed::Created(order))
    }

    /// One order by its id.
    pub(super) fn get(&self, id: &str) -> Option<&Order> {
        self.by_id.get(id)
    }

    /// Of the first `total` orders the newest `limit`, newest first.
    pub(super) fn newest(&self, limit: usize, total: usize) -> Vec<Order> {
        let sequence = self.sequence.iter().take(total).rev().take(limit);
        sequence.filter_map(|id| self.by_id.get(id).cloned()).collect()
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.sequence.len()
    }

    /// Whether one more would be refused.
    pub(super) fn is_full(&self) -> bool {
        self.len() >= self.capacity
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(id: &str, quantity: u32) -> Draft {
        Draft { id: id.to_owned(), sku: "sextant".to_owned(), quantity }
    }

    #[test]
    fn the_same_order_twice_is_one_order() {
        let mut index = Index::new(10);
        let Ok(Placed::Created(first)) = index.place(order("a", 1)) else { panic!("new") };
        assert_eq!(index.place(order("a", 1)), Ok(Placed::Repeated(first.clone())));
        assert_eq!(index.place(order("a", 2)), Err(OrderError::Conflict { id: "a".to_owned() }));
        assert_eq!((index.len(), index.get("a")), (1, Some(&first)));
    }

    #[test]
    fn a_full_index_refuses_and_forgets_nothing() {
        let mut index = Index::new(2);
        index.place(order("a", 1)).unwrap();
        index.place(order("b", 1)).unwrap();
        assert!(index.is_full());
        assert_eq!(index.place(order("c", 1)), Err(OrderError::Full));
        assert!(matches!(index.place(order("a", 1)), Ok(Placed::Repeated(_))), "a repeat needs no room");
        let newest = |limit, total| -> Vec<(String, u64)> {
            index.newest(limit, total).into_iter().map(|order| (order.id, order.number)).collect()
        };
        assert_eq!(newest(1, 2), [("b".to_owned(), 2)]);
        assert_eq!(newest(5, 1), [("a".to_owned(), 1)], "what is not settled is not shown");
    }
}
