//! How the requests of a load follow each other.

use serde::{Deserialize, Serialize};

/// How the requests of a load follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pacing {
    /// Arrivals at equal shares of the planned rate.
    Even,
    /// Arrivals at random around the planned rate.
    Poisson,
    /// Each after the answer to the one before it (closed model).
    Answers,
}
