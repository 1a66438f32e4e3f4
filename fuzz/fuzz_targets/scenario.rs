//! Any text is a scenario or is rejected with messages that can be drawn.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shakedown::scenario::Scenario;
use shakedown::source::{Environment, Look};

fuzz_target!(|text: &str| {
    let environment = Environment::from_iter([("A", "value"), ("B", "{{ x }}")]);
    if let Err(rejected) = Scenario::parse("fuzz.yaml", text, &environment) {
        assert!(!rejected.render(Look::Plain).is_empty());
    }
});
