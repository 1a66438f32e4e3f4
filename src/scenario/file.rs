//! The top level of a scenario as it is written.

use super::{LoadSpec, RecoverySpec, TargetSpec};
use crate::check::CheckSpec;
use crate::fault::FaultSpec;
use crate::gate::GateSpec;
use crate::journey::Pairs;
use crate::ledger::LedgerSpec;
use crate::source::Located;
use schemars::JsonSchema;
use serde::Deserialize;

// What is required is optional here and asked for after decoding, so that its absence hides no other mistake.
/// A scenario: what is asked of a deployed service, and what must hold.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Scenario")]
pub struct ScenarioFile {
    /// The scenario's name, in reports and in the names of runs.
    #[schemars(required)]
    pub scenario: Option<Located<String>>,
    /// What the scenario is for.
    #[serde(default)]
    pub description: Option<String>,
    /// Where requests go.
    #[serde(default)]
    pub target: Option<Located<TargetSpec>>,
    /// Values by name, for `{{ name }}` in steps and checks. Write secrets as `"${env:NAME}"` or `"${file:path}"`.
    #[serde(default)]
    pub vars: Pairs<Located<String>>,
    /// Checks that must hold before the load, and again after it.
    #[serde(default)]
    pub smoke: Vec<Located<CheckSpec>>,
    /// The load.
    #[serde(default)]
    pub load: Option<Located<LoadSpec>>,
    /// Writes whose acknowledgements are remembered and read back, to see what faults cost of the data.
    #[serde(default)]
    pub ledger: Option<Located<LedgerSpec>>,
    /// What is done to the target while the load runs, through the Kubernetes API.
    #[serde(default)]
    pub faults: Vec<Located<FaultSpec>>,
    /// What counts as recovered after a fault.
    #[serde(default)]
    pub recovery: Option<Located<RecoverySpec>>,
    /// The run ends, with all faults undone, as soon as this is shown: `error_rate > 50% last 10s`.
    #[serde(default)]
    pub abort_when: Option<Located<String>>,
    /// What must hold, one objective each: `p99(browse) <= 250ms`, `error_rate < 0.1%`.
    #[serde(default)]
    pub gates: Vec<Located<GateSpec>>,
}
