//! When the platform noticed, by what it told of its objects.

use crate::clock::Offset;
use crate::event::{Changed, ClusterChange};
use std::collections::{BTreeMap, VecDeque};

/// What the names of all objects begin with that faults make: what becomes of those says nothing of the target.
const OWN: &str = "shakedown-";
/// At most so many newest signs are kept.
const SIGNS: usize = 2_000;
/// Of at most so many objects it is known how many of them were ready.
const OBJECTS: usize = 10_000;

/// What the platform told that shows that it noticed something.
#[derive(Debug, Default)]
pub(super) struct Signs {
    ready: BTreeMap<(String, String), u32>,
    seen: VecDeque<Sign>,
}

#[derive(Debug)]
struct Sign {
    at: Offset,
    object: String,
    what: What,
    words: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    /// Fewer of it are ready than before.
    Fewer,
    /// It is gone. Pods come and go: this says something of a victim alone.
    Gone,
}

impl Signs {
    /// Something changed.
    pub(super) fn add(&mut self, at: Offset, change: &ClusterChange) {
        if change.name.starts_with(OWN) {
            return;
        }
        let key = (change.kind.clone(), change.name.clone());
        let before = self.ready.get(&key).copied();
        let what = match (change.change, change.ready) {
            (Changed::Deleted, _) => {
                self.ready.remove(&key);
                (change.kind != "Event").then_some(What::Gone)
            }
            (_, Some(now)) => {
                if before.is_some() || self.ready.len() < OBJECTS {
                    self.ready.insert(key, now);
                }
                before.is_some_and(|before| now < before).then_some(What::Fewer)
            }
            (_, None) => None,
        };
        let Some(what) = what else { return };
        if self.seen.len() == SIGNS {
            self.seen.pop_front();
        }
        let state = if what == What::Gone { "gone" } else { &change.state };
        self.seen.push_back(Sign {
            at,
            object: format!("{}/{}", change.kind, change.name),
            what,
            words: format!("{} {}: {state}", change.kind, change.name),
        });
    }

    /// The first sign from `call` to `until`, and its words.
    pub(super) fn first(&self, call: Offset, until: Offset, victims: &[&str]) -> Option<(Offset, String)> {
        let within = self.seen.iter().filter(|sign| (call..=until).contains(&sign.at));
        let tells = |sign: &&Sign| sign.what == What::Fewer || victims.contains(&sign.object.as_str());
        within.filter(tells).min_by_key(|sign| sign.at).map(|sign| (sign.at, sign.words.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Offset {
        Offset::from_micros(seconds * 1_000_000)
    }

    fn signs(changes: &[(u64, &str, &str, Changed, Option<u32>)]) -> Signs {
        let mut signs = Signs::default();
        for (seconds, kind, name, change, ready) in changes {
            let state = ready.map_or("somehow".to_owned(), |ready| format!("{ready} of 3 ready"));
            let (kind, name) = ((*kind).to_owned(), (*name).to_owned());
            signs.add(at(*seconds), &ClusterChange { kind, name, change: *change, state, ready: *ready });
        }
        signs
    }

    #[test]
    fn the_platform_noticed_when_fewer_are_ready_or_a_victim_is_gone() {
        use Changed::{Added, Deleted, Modified};
        let slice = |seconds, ready| (seconds, "EndpointSlice", "api", Modified, Some(ready));
        for (changes, expected) in [
            (
                &[slice(1, 3), slice(12, 3), slice(13, 2)][..],
                Some((at(13), "EndpointSlice api: 2 of 3 ready")),
            ),
            (&[slice(1, 3), slice(9, 2), slice(12, 3)], None),
            (
                &[(1, "Pod", "api-1", Added, Some(1)), (11, "Pod", "api-1", Deleted, None)],
                Some((at(11), "Pod api-1: gone")),
            ),
            (&[(1, "Pod", "job-1", Added, Some(0)), (11, "Pod", "job-1", Deleted, None)], None),
            (
                &[(1, "Node", "n", Added, Some(1)), (15, "Node", "n", Modified, Some(0))],
                Some((at(15), "Node n: 0 of 3 ready")),
            ),
            (&[(11, "Event", "api-1", Deleted, None), (12, "Pod", "new", Added, Some(0))], None),
            (&[slice(1, 3), slice(41, 2)], None),
            (
                &[
                    (1, "Pod", "shakedown-x-slow-proxy", Added, Some(1)),
                    (12, "Pod", "shakedown-x-slow-proxy", Modified, Some(0)),
                ],
                None,
            ),
        ] {
            let found = signs(changes).first(at(10), at(40), &["Pod/api-1"]);
            let expected = expected.map(|(at, words)| (at, words.to_owned()));
            assert_eq!(found, expected, "{changes:?}");
        }
    }
}
