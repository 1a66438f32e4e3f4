//! The json report, read as its users read it.

use serde_json::Value;
use std::collections::BTreeMap;

/// A json report.
#[derive(Debug, Clone)]
pub struct Report(Value);

/// What became of planned requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Planned starts.
    pub planned: u64,
    /// Answered as expected.
    pub done: u64,
    /// Sent, but not answered as expected.
    pub failed: u64,
    /// Never sent.
    pub dropped: u64,
}

impl Report {
    /// Reads one; the text must be nothing else.
    pub fn parse(text: &str) -> Report {
        Report(serde_json::from_str(text).unwrap_or_else(|e| panic!("not a json report: {e}\n{text}")))
    }

    /// The value at a JSON pointer such as `/generator/cpu`, which must be there.
    pub fn at(&self, pointer: &str) -> &Value {
        self.0.pointer(pointer).unwrap_or_else(|| panic!("no {pointer} in {:#}", self.0))
    }

    /// The text at a JSON pointer.
    pub fn text(&self, pointer: &str) -> &str {
        self.at(pointer).as_str().unwrap_or_else(|| panic!("no text at {pointer} in {:#}", self.0))
    }

    /// The number at a JSON pointer.
    pub fn number(&self, pointer: &str) -> f64 {
        self.at(pointer).as_f64().unwrap_or_else(|| panic!("no number at {pointer} in {:#}", self.0))
    }

    /// The whole number at this place.
    pub fn whole(&self, pointer: &str) -> u64 {
        self.at(pointer).as_u64().unwrap_or_else(|| panic!("no whole number at {pointer} in {:#}", self.0))
    }

    /// Whether the generator could not be trusted: in seconds of a run, or in a search that ended for that.
    pub fn doubts_the_generator(&self) -> bool {
        let seconds = self.0.pointer("/generator/untrusted_s").and_then(Value::as_u64);
        let cut_short = self.0.pointer("/found/cut_short/cut").and_then(Value::as_str);
        seconds.is_some_and(|seconds| seconds > 0) || cut_short == Some("generator")
    }

    /// The verdict's word.
    pub fn verdict(&self) -> &str {
        self.text("/verdict")
    }

    /// The totals, after a look at whether everything adds up: every arrival is accounted for, the endpoints sum up to
    /// the totals, the errors to the failed requests, and the seconds to the totals with the warm-up.
    pub fn counts(&self) -> Counts {
        let total = balanced(self.at("/totals"));
        let mut sum = Counts::default();
        for endpoint in self.list("/endpoints") {
            let counts = balanced(endpoint);
            let errors: u64 = errors(endpoint).into_values().sum();
            assert_eq!(errors, counts.failed, "every failure has a class: {endpoint:#}");
            sum = add(sum, counts);
        }
        assert_eq!(sum, total, "the endpoints sum up to the totals: {:#}", self.0);
        let seconds = self.list("/series").iter().map(balanced).fold(Counts::default(), add);
        assert_eq!(seconds, add(total, self.warmup()), "the seconds sum up: {:#}", self.0);
        total
    }

    /// The counts of the warm-up, which the totals leave out.
    pub fn warmup(&self) -> Counts {
        balanced(self.at("/warmup"))
    }

    /// One endpoint.
    #[must_use]
    pub fn endpoint(&self, name: &str) -> Report {
        let found = self.list("/endpoints").iter().find(|endpoint| endpoint["name"] == name);
        Report(found.unwrap_or_else(|| panic!("no endpoint {name} in {:#}", self.0)).clone())
    }

    /// The counts of one endpoint.
    pub fn counts_of(&self, endpoint: &str) -> Counts {
        balanced(&self.endpoint(endpoint).0)
    }

    /// How many requests failed, by class, over all endpoints.
    pub fn errors(&self) -> BTreeMap<String, u64> {
        let mut all = BTreeMap::new();
        for (class, count) in self.list("/endpoints").iter().flat_map(errors) {
            *all.entry(class).or_insert(0) += count;
        }
        all
    }

    /// The list at a JSON pointer.
    pub fn list(&self, pointer: &str) -> &[Value] {
        self.at(pointer).as_array().unwrap_or_else(|| panic!("no list at {pointer} in {:#}", self.0))
    }
}

/// The counts of an object, in balance.
fn balanced(object: &Value) -> Counts {
    let of = |name: &str| object[name].as_u64().unwrap_or_else(|| panic!("no {name} in {object:#}"));
    let [planned, done, failed, dropped] = ["planned", "done", "failed", "dropped"].map(of);
    assert_eq!(planned, done + failed + dropped, "every arrival is accounted for: {object:#}");
    Counts { planned, done, failed, dropped }
}

fn add(one: Counts, other: Counts) -> Counts {
    Counts {
        planned: one.planned + other.planned,
        done: one.done + other.done,
        failed: one.failed + other.failed,
        dropped: one.dropped + other.dropped,
    }
}

fn errors(endpoint: &Value) -> BTreeMap<String, u64> {
    let classes = endpoint["errors"].as_object().unwrap_or_else(|| panic!("no errors in {endpoint:#}"));
    classes.iter().map(|(class, count)| (class.clone(), count.as_u64().expect("a count"))).collect()
}
