//! As fast as it goes: a closed model, for finding what a service can do at its very most.

use super::error::some_time;
use super::profile::Shape;
use super::{ProfileError, Stage};
use crate::units::{Rate, Span};
use schemars::JsonSchema;
use serde::Deserialize;

/// More connections than one machine can have to one target.
const MOST: u32 = 100_000;

/// So many connections, each of which sends its next request when its last one is answered. No rate is planned, so a
/// slow target is asked less, and response times must not be compared with those of an open model.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Max {
    /// How many connections.
    #[schemars(range(min = 1, max = 100_000))]
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
        if self.connections > MOST {
            let message = format!("there are {} connections; at most {MOST} are allowed", self.connections);
            return Err(ProfileError::at(
                "connections",
                message,
                "use fewer: a hundred or so keep nearly any target busy, each sends as soon as it has its answer",
            ));
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

#[cfg(test)]
mod tests {
    use super::super::Profile;

    #[test]
    fn no_more_connections_than_a_machine_can_have() {
        let stages = |connections: u32| {
            let json = format!(r#"{{ "max": {{ "connections": {connections}, "hold": "1s" }} }}"#);
            serde_json::from_str::<Profile>(&json).unwrap().stages()
        };
        for (connections, words) in [
            (0, "`connections` is zero, so nothing would be sent"),
            (100_001, "there are 100001 connections; at most 100000 are allowed"),
            (4_000_000_000, "there are 4000000000 connections; at most 100000 are allowed"),
        ] {
            let error = stages(connections).unwrap_err();
            assert_eq!((error.message.as_str(), error.field.as_str()), (words, "connections"));
        }
        assert!(stages(1).is_ok() && stages(100_000).is_ok());
    }
}
