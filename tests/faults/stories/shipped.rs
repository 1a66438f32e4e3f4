//! The experiments that are shipped.

use crate::lab::fault;
use shakedown::fault::FaultSpec;
use std::path::Path;

#[test]
fn every_kind_has_an_experiment_that_is_right() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("chaos");
    for kind in FaultSpec::KINDS {
        let path = folder.join(kind.replace('_', "-")).with_extension("yaml");
        let text =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(fault(&text).kind.name(), *kind, "{}", path.display());
        assert!(text.starts_with("# "), "{} says what it is for", path.display());
    }
}
