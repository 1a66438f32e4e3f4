//! As fast as it goes: a closed model, for finding what a service can do at its very most.

use super::error::some_time;
use super::profile::Shape;
use super::{ProfileError, Stage};
use crate::units::{Rate, Span};
use schemars::JsonSchema;
use serde::Deserialize;

/// So many connections, each of which sends its next request when its last one is answered. No rate is planned, so a
/// slow target is asked less, and response times must not be compared with those of an open model.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Max {
    /// How many connections.
    #[schemars(range(min = 1))]
    pub connections: u32,
    /// For how long.
    pub hold: Span,
}

impl Shape for Max {
    fn stages(&self) -> Result<Vec<Stage>, ProfileError> {
        if self.connections == 0 {
            let message = "`connections` is zero, so nothing would be sent";
            return Err(ProfileError::at("connections", message, "write at least 1"));
        }
        some_time("hold", self.hold)?;
        Ok(vec![Stage {
            name: "max".into(),
            from: Rate::ZERO,
            to: Rate::ZERO,
            length: self.hold,
            warmup: false,
        }])
    }

    fn connections(&self) -> Option<u32> {
        Some(self.connections)
    }
}
