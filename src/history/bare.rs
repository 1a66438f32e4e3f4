//! A plan with nothing in it.

use super::{Machine, Meta, Model, RecoveryPlan, SCHEMA};
use crate::units::Ratio;

impl Meta {
    /// The plan of a run of this scenario in which nothing is planned, on a machine of two cores. Histories that are made
    /// by hand, for tests and benches, begin with it; the plan of a real run is made of its scenario.
    pub fn bare(scenario: &str) -> Meta {
        Meta {
            schema: SCHEMA,
            version: "0.1.0".to_owned(),
            scenario: scenario.to_owned(),
            text: String::new(),
            hash: String::new(),
            seed: 1,
            started: "2026-11-21T10:15:00Z".to_owned(),
            target: "http://127.0.0.1:1".to_owned(),
            tls_verified: true,
            machine: Machine { os: "linux x86_64".to_owned(), cores: 2 },
            model: Model::Open,
            pacing: None,
            users: Vec::new(),
            max_in_flight: 100,
            untrusted: Ratio::default(),
            endpoints: Vec::new(),
            stages: Vec::new(),
            gates: Vec::new(),
            checks: Vec::new(),
            faults: Vec::new(),
            cluster: None,
            recovery: RecoveryPlan::default(),
            ledger: None,
            watch: None,
        }
    }
}
