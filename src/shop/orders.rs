//! Orders as they are asked for and as they are kept.
//!
//! Every order has an id before it is stored: the client's own, or one that is drawn for it. Whoever sends the same order
//! twice under one id gets the first one back; so a write whose answer nobody saw may be repeated.

use super::log::LogFailed;
use serde::{Deserialize, Serialize};

/// How many orders are kept. A full store refuses; it never forgets what it has acknowledged.
pub(super) const CAPACITY: usize = 1_000_000;

/// The longest id that a client may choose, in bytes.
const ID_LIMIT: usize = 64;

/// What a client asks for.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewOrder {
    /// The client's own id, when it wants to be able to repeat the order.
    id: Option<String>,
    /// The unit.
    pub(super) sku: String,
    /// How many; one when not said.
    #[serde(default = "one")]
    pub(super) quantity: u32,
}

fn one() -> u32 {
    1
}

/// An order that may be stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Draft {
    /// A right id.
    pub(super) id: String,
    /// The unit.
    pub(super) sku: String,
    /// How many.
    pub(super) quantity: u32,
}

/// An order that the shop has taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Order {
    /// The client's id, or the shop's own.
    pub(super) id: String,
    /// Its place in the sequence of all orders, from 1.
    pub(super) number: u64,
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

/// Why an order was not taken, or could not be looked up.
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
    /// More than a record of the log holds.
    #[error("this order is too long")]
    TooLong,
    /// Nothing has reached the store, so nothing was done.
    #[error("the order store is away: {0}; send it again later")]
    Away(String),
    /// The store was asked and did not answer, so it may have taken the order or not.
    #[error("the order store did not answer: {0}; send it again under the same id, which is safe")]
    Silent(String),
    /// The log of the store is broken.
    #[error(transparent)]
    Log(#[from] LogFailed),
}

impl NewOrder {
    /// The order with its id: a right one of the client's, or a drawn one.
    pub(super) fn named(self) -> Result<Draft, OrderError> {
        let id = match self.id {
            Some(id) if is_id(&id) => id,
            Some(id) => return Err(OrderError::BadId { id: id.chars().take(ID_LIMIT).collect() }),
            None => format!("o-{:032x}", rand::random::<u128>()),
        };
        Ok(Draft { id, sku: self.sku, quantity: self.quantity })
    }
}

/// Whether an order could have this id; it needs no escapes in a path then.
pub(super) fn is_id(id: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    !id.is_empty() && id.len() <= ID_LIMIT && id.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_short_and_plain() {
        for good in ["a", "A-1_b.c:d", &"x".repeat(64)] {
            assert!(is_id(good), "{good}");
        }
        for bad in ["", "a b", "a/b", "é", &"x".repeat(65)] {
            assert!(!is_id(bad), "{bad}");
        }
    }

    #[test]
    fn an_order_without_an_id_gets_one_of_its_own() {
        let new = NewOrder { id: None, sku: "sextant".to_owned(), quantity: 1 };
        let [one, other] = [new.clone(), new].map(|new| new.named().unwrap().id);
        assert!(is_id(&one) && one != other, "{one} {other}");
    }
}
