//! How fast an autoscaler may get what its metrics ask for: stabilization windows, policies, least and most.

use crate::controllers::desk::number;
use serde_json::Value;
use std::time::{Duration, Instant};

/// What has to be remembered of one autoscaler.
#[derive(Debug, Clone, Default)]
pub(super) struct History {
    /// What was asked for, and when.
    asked: Vec<(Instant, u64)>,
    /// By how much it was scaled, and when.
    scaled: Vec<(Instant, i64)>,
}

/// `spec.minReplicas`, `spec.maxReplicas` and `spec.behavior`.
#[derive(Debug, Clone)]
pub(super) struct Rules {
    pub(super) least: u64,
    pub(super) most: u64,
    up: Direction,
    down: Direction,
}

#[derive(Debug, Clone)]
struct Direction {
    window: Duration,
    select: Select,
    policies: Vec<Policy>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Select {
    Largest,
    Smallest,
    Disabled,
}

#[derive(Debug, Clone, Copy)]
enum Amount {
    Pods(u64),
    Percent(u64),
}

#[derive(Debug, Clone, Copy)]
struct Policy {
    amount: Amount,
    period: Duration,
}

/// A condition's reason and message.
pub(super) type Why = (&'static str, &'static str);

/// What comes of a wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Paced {
    pub(super) replicas: u64,
    /// For the condition `AbleToScale`.
    pub(super) able: Why,
    /// For the condition `ScalingLimited`; `None` when nothing limits.
    pub(super) limited: Option<Why>,
}

impl Rules {
    pub(super) fn of(autoscaler: &Value) -> Rules {
        let spec = &autoscaler["spec"];
        let fifteen = Duration::from_secs(15);
        let all = Policy { amount: Amount::Percent(100), period: fifteen };
        let four = Policy { amount: Amount::Pods(4), period: fifteen };
        Rules {
            least: spec["minReplicas"].as_u64().unwrap_or(1),
            most: u64::try_from(number(spec, "/maxReplicas")).unwrap_or(1).max(1),
            up: Direction::of(&spec["behavior"]["scaleUp"], Duration::ZERO, &[four, all]),
            down: Direction::of(&spec["behavior"]["scaleDown"], Duration::from_mins(5), &[all]),
        }
    }

    /// How many replicas there may be now, when `wish` are asked for.
    pub(super) fn pace(&self, now: Instant, history: &mut History, current: u64, wish: u64) -> Paced {
        // A new autoscaler starts from what is there.
        if history.asked.is_empty() {
            history.asked.push((now, current));
        }
        let stable = self.stabilize(now, history, current, wish);
        let able = match stable {
            _ if stable == wish => ("ReadyForNewScale", "recommended size matches current size"),
            _ if stable > wish => (
                "ScaleDownStabilized",
                "recent recommendations were higher than current one, applying the highest recent recommendation",
            ),
            _ => (
                "ScaleUpStabilized",
                "recent recommendations were lower than current one, applying the lowest recent recommendation",
            ),
        };
        let (replicas, limited) = self.limit(now, history, current, stable);
        Paced { replicas, able, limited }
    }

    /// Upwards only to the least that was asked for within the window of growing, downwards only to the most within
    /// that of shrinking.
    fn stabilize(&self, now: Instant, history: &mut History, current: u64, wish: u64) -> u64 {
        let longest = self.up.window.max(self.down.window);
        history.asked.retain(|(at, _)| now.duration_since(*at) < longest);
        let within = |window: Duration| {
            let recent = history.asked.iter().filter(move |(at, _)| now.duration_since(*at) < window);
            recent.map(|(_, asked)| *asked).chain([wish])
        };
        let (low, high) = (within(self.up.window).min(), within(self.down.window).max());
        let stable = current.max(low.unwrap_or(wish)).min(high.unwrap_or(wish));
        history.asked.push((now, wish));
        stable
    }

    fn limit(&self, now: Instant, history: &History, current: u64, wish: u64) -> (u64, Option<Why>) {
        if wish > current {
            let fastest =
                self.up.fastest(current, |period| history.change(now, period, 1), i64::saturating_add);
            let fastest = fastest.max(current);
            let why = if fastest < self.most {
                ("ScaleUpLimit", "the desired replica count is increasing faster than the maximum scale rate")
            } else {
                ("TooManyReplicas", "the desired replica count is more than the maximum replica count")
            };
            let allowed = fastest.min(self.most);
            return if wish > allowed { (allowed, Some(why)) } else { (wish, None) };
        }
        if wish < current {
            let slowest =
                self.down.fastest(current, |period| history.change(now, period, -1), i64::saturating_sub);
            let slowest = slowest.min(current);
            let why = if slowest > self.least {
                (
                    "ScaleDownLimit",
                    "the desired replica count is decreasing faster than the maximum scale rate",
                )
            } else {
                ("TooFewReplicas", "the desired replica count is less than the minimum replica count")
            };
            let allowed = slowest.max(self.least);
            return if wish < allowed { (allowed, Some(why)) } else { (wish, None) };
        }
        (wish, None)
    }
}

impl History {
    /// It was scaled.
    pub(super) fn scaled(&mut self, now: Instant, from: u64, to: u64) {
        // No policy looks further back.
        self.scaled.retain(|(at, _)| now.duration_since(*at) <= Duration::from_mins(30));
        self.scaled.push((now, to.cast_signed() - from.cast_signed()));
    }

    /// By how much it was scaled in the direction of `sign` within the last `period`; not negative.
    fn change(&self, now: Instant, period: Duration, sign: i64) -> i64 {
        let recent = self.scaled.iter().filter(|(at, _)| now.duration_since(*at) < period);
        recent.map(|(_, change)| (change * sign).max(0)).sum()
    }
}

impl Direction {
    fn of(given: &Value, window: Duration, policies: &[Policy]) -> Direction {
        let own: Vec<Policy> =
            given["policies"].as_array().into_iter().flatten().filter_map(Policy::of).collect();
        Direction {
            window: given["stabilizationWindowSeconds"].as_u64().map_or(window, Duration::from_secs),
            select: match given["selectPolicy"].as_str() {
                Some("Disabled") => Select::Disabled,
                Some("Min") => Select::Smallest,
                _ => Select::Largest,
            },
            policies: if own.is_empty() { policies.to_vec() } else { own },
        }
    }

    /// How far the policies let it go from `current`: `done` tells what was done within a period, `step` goes on in
    /// this direction.
    fn fastest(&self, current: u64, done: impl Fn(Duration) -> i64, step: fn(i64, i64) -> i64) -> u64 {
        if self.select == Select::Disabled {
            return current;
        }
        let reach = |policy: &Policy| {
            let done = done(policy.period);
            // What was there at the start of the period.
            let start = step(current.cast_signed(), -done);
            let most = match policy.amount {
                Amount::Pods(pods) => pods.cast_signed(),
                Amount::Percent(percent) => (start as f64 * percent as f64 / 100.0).ceil() as i64,
            };
            // The rest of it, never back.
            (most - done).max(0)
        };
        let reaches = self.policies.iter().map(reach);
        let reach = if self.select == Select::Smallest { reaches.min() } else { reaches.max() };
        step(current.cast_signed(), reach.unwrap_or(0)).max(0).cast_unsigned()
    }
}

impl Policy {
    fn of(given: &Value) -> Option<Policy> {
        let value = given["value"].as_u64()?;
        let amount = if given["type"] == "Percent" { Amount::Percent(value) } else { Amount::Pods(value) };
        Some(Policy { amount, period: Duration::from_secs(given["periodSeconds"].as_u64()?) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Plays rounds of (second, wish); what becomes of the size, and what limits it, if anything does.
    fn play(spec: &Value, start: u64, rounds: &[(u64, u64)]) -> Vec<(u64, &'static str)> {
        let rules = Rules::of(&json!({"spec": spec}));
        let (begin, mut history, mut current) = (Instant::now(), History::default(), start);
        let mut seen = Vec::new();
        for (second, wish) in rounds {
            let now = begin + Duration::from_secs(*second);
            let paced = rules.pace(now, &mut history, current, *wish);
            if paced.replicas != current {
                history.scaled(now, current, paced.replicas);
                current = paced.replicas;
            }
            let word = match paced.able.0 {
                "ReadyForNewScale" => paced.limited.map_or("", |why| why.0),
                stabilized => stabilized,
            };
            seen.push((current, word));
        }
        seen
    }

    #[test]
    fn by_default_it_grows_at_once_and_shrinks_after_five_minutes() {
        let seen = play(&json!({"maxReplicas": 10}), 2, &[(0, 5), (10, 1), (299, 1), (310, 1)]);
        let stabilized = "ScaleDownStabilized";
        assert_eq!(seen, [(5, ""), (5, stabilized), (5, stabilized), (1, "")]);
    }

    #[test]
    fn growth_is_at_most_double_or_four_more_in_fifteen_seconds() {
        let seen = play(&json!({"maxReplicas": 100}), 1, &[(0, 50), (2, 50), (16, 50), (32, 50), (48, 50)]);
        let limit = "ScaleUpLimit";
        assert_eq!(seen, [(5, limit), (5, limit), (10, limit), (20, limit), (40, limit)]);
    }

    #[test]
    fn least_and_most_hold() {
        let down = json!({"stabilizationWindowSeconds": 0});
        let spec = json!({"minReplicas": 2, "maxReplicas": 4, "behavior": {"scaleDown": down}});
        let seen = play(&spec, 3, &[(0, 9), (20, 9), (40, 1), (60, 1), (80, 3)]);
        let (few, many) = ("TooFewReplicas", "TooManyReplicas");
        assert_eq!(seen, [(4, many), (4, many), (2, few), (2, few), (3, "")]);
    }

    #[test]
    fn windows_and_policies_of_its_own() {
        let up = json!({"stabilizationWindowSeconds": 10});
        let down = json!({
            "stabilizationWindowSeconds": 0, "selectPolicy": "Min",
            "policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}, {"type": "Percent", "value": 50, "periodSeconds": 60}],
        });
        let spec = json!({"maxReplicas": 20, "behavior": {"scaleUp": up, "scaleDown": down}});
        let seen = play(&spec, 8, &[(0, 10), (5, 12), (12, 14), (20, 2), (30, 2), (81, 2)]);
        let (wait, slow) = ("ScaleUpStabilized", "ScaleDownLimit");
        assert_eq!(seen, [(8, wait), (8, wait), (12, wait), (11, slow), (11, slow), (10, slow)]);
        let never = json!({"stabilizationWindowSeconds": 0, "selectPolicy": "Disabled"});
        let spec = json!({"maxReplicas": 20, "behavior": {"scaleDown": never}});
        assert_eq!(play(&spec, 8, &[(0, 2)]), [(8, slow)]);
    }
}
