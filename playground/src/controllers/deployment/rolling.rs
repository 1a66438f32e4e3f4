//! The arithmetic of a rolling update, that of the real controller.

use crate::controllers::desk::number;
use serde_json::Value;

/// A number or a percentage of `total`; percentages are rounded up or down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::controllers) enum Round {
    /// To the next whole number.
    Up,
    /// To the whole number before.
    Down,
}

/// What `value`, a number or a text such as `25%`, is of `total`.
pub(in crate::controllers) fn share(value: &Value, total: i64, round: Round) -> i64 {
    let Some(percent) = value.as_str().and_then(|text| text.trim_end_matches('%').parse::<i64>().ok()) else {
        return value.as_i64().unwrap_or(0);
    };
    match round {
        Round::Up => (percent * total + 99) / 100,
        Round::Down => percent * total / 100,
    }
}

/// How many Pods there may be at most, and must be available at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) wanted: i64,
    pub(super) surge: i64,
    pub(super) unavailable: i64,
}

impl Bounds {
    pub(super) fn of(deployment: &Value) -> Bounds {
        let wanted = number(deployment, "/spec/replicas");
        let strategy = &deployment["spec"]["strategy"];
        if strategy["type"] == "Recreate" {
            return Bounds { wanted, surge: 0, unavailable: 0 };
        }
        let rolling = &strategy["rollingUpdate"];
        let surge = share(&rolling["maxSurge"], wanted, Round::Up);
        let unavailable = share(&rolling["maxUnavailable"], wanted, Round::Down);
        // Both zero would stop every update.
        let unavailable = if surge == 0 && unavailable == 0 { 1 } else { unavailable };
        Bounds { wanted, surge, unavailable: unavailable.min(wanted) }
    }

    pub(super) fn at_most(self) -> i64 {
        self.wanted + self.surge
    }

    pub(super) fn at_least(self) -> i64 {
        self.wanted - self.unavailable
    }

    /// The size of the new ReplicaSet, given its size and that of all together.
    pub(super) fn grown(self, new: i64, all: i64) -> i64 {
        let room = (self.at_most() - all).min(self.wanted - new);
        if self.at_most() <= all { new } else { new + room.max(0) }
    }

    /// How many Pods of old ReplicaSets may go: all there are to be, less those that must be there and those of the
    /// new set that are not available yet.
    pub(super) fn spare(self, all: i64, new: i64, new_available: i64) -> i64 {
        (all - self.at_least() - (new - new_available)).max(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn bounds(replicas: i64, surge: &Value, unavailable: &Value) -> Bounds {
        let rolling = json!({"maxSurge": surge, "maxUnavailable": unavailable});
        let strategy = json!({"type": "RollingUpdate", "rollingUpdate": rolling});
        Bounds::of(&json!({"spec": {"replicas": replicas, "strategy": strategy}}))
    }

    #[test]
    fn percentages_round_in_favour_of_availability() {
        let quarter = json!("25%");
        for (replicas, most, least) in [(1, 2, 1), (3, 4, 3), (4, 5, 3), (10, 13, 8), (0, 0, 0)] {
            let bounds = bounds(replicas, &quarter, &quarter);
            assert_eq!((bounds.at_most(), bounds.at_least()), (most, least), "{replicas} replicas");
        }
        assert_eq!(bounds(3, &json!(0), &json!(0)).at_least(), 2, "an update must be able to move");
    }

    #[test]
    fn the_new_set_grows_into_the_room_and_old_pods_go_when_new_ones_are_available() {
        let bounds = bounds(3, &json!("25%"), &json!("25%"));
        assert_eq!(bounds.grown(0, 3), 1);
        assert_eq!(bounds.spare(4, 1, 0), 0);
        assert_eq!(bounds.spare(4, 1, 1), 1);
        assert_eq!(bounds.grown(1, 3), 2);
        assert_eq!(bounds.grown(1, 4), 1);
    }
}
