//! Hand-made histories with known answers.

use crate::world::World;
use serde::Deserialize;
use shakedown::run::{Bounds, Measures, Recovery};
use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

/// A file of `tests/histories/recovery/`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Story {
    #[serde(rename = "story")]
    words: String,
    world: World,
    expected: BTreeMap<String, Expected>,
}

/// What must come out for one fault. What is left out is not looked at.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    #[serde(default)]
    overall: Figures,
    #[serde(default)]
    endpoints: BTreeMap<String, Figures>,
    #[serde(default)]
    shared_with: Vec<String>,
    injection: Option<u32>,
    /// Words of the doubt; without them there must be none.
    doubt: Option<String>,
    #[serde(default)]
    none: bool,
    /// Words of the warning; without them there must be none.
    warning: Option<String>,
}

/// Lengths are low, value and high in milliseconds; without a high one it was not over.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Figures {
    first_error: Option<f64>,
    recovered: Option<f64>,
    detected: Option<String>,
    detection: Option<Length>,
    failover: Option<Length>,
    rto: Option<Length>,
    steady: Option<Length>,
    downtime: Option<Length>,
    longest_gap: Option<Length>,
    lost: Option<u64>,
    budget_minutes: Option<f64>,
    resolution: Option<f64>,
}

type Length = (f64, f64, Option<f64>);

fn millis(duration: Duration) -> f64 {
    duration.as_micros() as f64 / 1e3
}

/// To a quarter of a millisecond: how long an answer usually takes is known to 1 %.
fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 0.25
}

fn is(what: &str, expected: Option<Length>, found: Option<Bounds>) {
    let Some((low, value, high)) = expected else { return };
    let found = found.unwrap_or_else(|| panic!("{what}: there is none"));
    let text = format!("{what}: {found:?}, not {low} {value} {high:?}");
    assert!(near(value, millis(found.value)), "{text}");
    assert!(near(low, millis(found.low)), "{text}");
    assert_eq!(high.is_some(), found.high.is_some(), "{text}");
    assert!(high.zip(found.high).is_none_or(|(a, b)| near(a, millis(b))), "{text}");
}

fn figures(name: &str, expected: &Figures, found: &Measures) {
    for (what, expected, found) in [
        ("detection", expected.detection, found.detection),
        ("failover", expected.failover, found.failover),
        ("rto", expected.rto, found.rto),
        ("steady", expected.steady, found.steady),
        ("downtime", expected.downtime, found.downtime),
        ("longest gap", expected.longest_gap, found.longest_gap),
    ] {
        is(&format!("{name}: {what}"), expected, found);
    }
    for (what, expected, found) in [
        ("first error", expected.first_error, found.first_error),
        ("recovered", expected.recovered, found.recovered),
    ] {
        let is =
            expected.is_none_or(|expected| found.is_some_and(|at| near(expected * 1e3, at.secs_f64() * 1e3)));
        assert!(is, "{name}: {what} at {found:?}, not {expected:?}");
    }
    let detected = found.detected.as_ref().map(|(_, words)| words.as_str());
    assert!(expected.detected.as_deref().is_none_or(|words| detected == Some(words)), "{name}: {detected:?}");
    assert!(
        expected.lost.is_none_or(|lost| lost == found.lost_requests),
        "{name}: lost {}",
        found.lost_requests
    );
    let budget = expected.budget_minutes.is_none_or(|minutes| (minutes - found.budget_minutes).abs() < 1e-3);
    assert!(budget, "{name}: budget {}", found.budget_minutes);
    assert!(
        expected.resolution.is_none_or(|ms| near(ms, millis(found.resolution))),
        "{name}: {:?}",
        found.resolution
    );
}

fn holds(name: &str, expected: &Expected, found: Option<&Recovery>) {
    let Some(found) = found else { return assert!(expected.none, "{name}: nothing is said") };
    assert!(!expected.none, "{name}: {found:#?}");
    let doubt = found.doubt.as_deref().unwrap_or_default();
    assert!(doubt.contains(expected.doubt.as_deref().unwrap_or_default()), "{name}: {doubt}");
    assert_eq!(expected.doubt.is_some(), found.doubt.is_some(), "{name}: {doubt}");
    assert_eq!(found.shared_with, expected.shared_with, "{name}");
    assert!(expected.injection.is_none_or(|one| one == found.injection), "{name}: {}", found.injection);
    figures(name, &expected.overall, &found.overall);
    for (endpoint, expected) in &expected.endpoints {
        let (_, found) = found.endpoints.iter().find(|(name, _)| name == endpoint).unwrap();
        figures(&format!("{name} at {endpoint}"), expected, found);
    }
}

#[test]
fn what_is_said_of_known_histories_is_right() {
    let mut seen = 0;
    let mut files: Vec<_> =
        fs::read_dir("tests/histories/recovery").unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for path in files {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let story: Story = serde_saphyr::from_str(&fs::read_to_string(&path).unwrap())
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let run = story.world.judge();
        if std::env::var_os("SHOW").is_some() {
            for fault in &run.summary.faults {
                println!("{name} {}: {:#?}", fault.plan.name, fault.recovery);
            }
        }
        for fault in &run.summary.faults {
            let expected = story.expected.get(&fault.plan.name).unwrap();
            let name = format!("{name}: {} ({})", fault.plan.name, story.words.trim());
            holds(&name, expected, fault.recovery.as_ref());
            let about = run.findings.iter().filter(|finding| finding.name == fault.plan.name);
            let mut warnings =
                about.map(|finding| &finding.reason).filter(|reason| reason.contains("recovered"));
            assert_eq!(warnings.next(), expected.warning.as_ref(), "{name}");
        }
        seen += 1;
    }
    assert!(seen >= 12, "{seen}");
}
