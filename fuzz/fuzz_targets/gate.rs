//! Any text is a gate, which reads as itself, or an error within the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shakedown::gate::Gate;

fuzz_target!(|text: &str| match Gate::parse(text) {
    Ok(gate) => assert_eq!(Gate::parse(&gate.to_string()).as_ref(), Ok(&gate)),
    Err(error) => assert!(error.start <= error.end && error.end <= text.len()),
});
