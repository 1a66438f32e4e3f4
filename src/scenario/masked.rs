//! Names that hold values from outside: masked once, before anything runs, so that no output can show them and a
//! gate still finds what it names.

use super::{Load, PlannedGate, Scenario};
use crate::gate::{Gate, Window};
use crate::source::Secrets;

impl Scenario {
    /// The scenario with every name masked. What is sent stays as it is.
    pub(super) fn masked(mut self) -> Scenario {
        if self.secrets.is_empty() {
            return self;
        }
        let secrets = std::mem::take(&mut self.secrets);
        self.name = secrets.redact(&self.name);
        self.description = self.description.map(|text| secrets.redact(&text));
        self.checks.iter_mut().for_each(|check| check.name = secrets.redact(&check.name));
        self.load = self.load.map(|load| of_load(load, &secrets));
        self.faults.iter_mut().for_each(|fault| fault.name = secrets.redact(&fault.name));
        self.gates = self.gates.into_iter().map(|gate| of_gate(gate, &secrets)).collect();
        Scenario { secrets, ..self }
    }
}

fn of_load(mut load: Load, secrets: &Secrets) -> Load {
    load.stages.iter_mut().for_each(|stage| stage.name = secrets.redact(&stage.name));
    for journey in &mut load.journeys {
        journey.name = secrets.redact(&journey.name);
        journey.steps.iter_mut().for_each(|step| step.endpoint = secrets.redact(&step.endpoint));
    }
    load
}

/// Only names are masked: a limit from outside (`p99 <= ${env:LIMIT}`) is no secret, and a history has to hold it.
fn of_gate(mut planned: PlannedGate, secrets: &Secrets) -> PlannedGate {
    let on = planned.gate.on.as_ref().map(|name| secrets.redact(name));
    let window = match &planned.gate.window {
        Window::Stage(name) => Window::Stage(secrets.redact(name)),
        Window::Fault { name, part } => Window::Fault { name: secrets.redact(name), part: *part },
        whole @ (Window::WholeRun | Window::Last(_)) => whole.clone(),
    };
    if on != planned.gate.on || window != planned.gate.window {
        planned.gate = Gate { on, window, ..planned.gate };
        planned.text.value = planned.gate.to_string();
    }
    planned
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::Machine;
    use crate::source::Environment;

    const TEXT: &str = r#"
scenario: shop of ${env:TOKEN}
target: { http: "http://127.0.0.1:1" }
smoke: [ http: { get: "/health?t=${env:TOKEN}" } ]
load:
  profile: { stages: [ { from: 10/s, to: 10/s, over: 10s, name: "at ${env:TOKEN}" } ] }
  journeys:
    - { name: "of ${env:TOKEN}", steps: [ get: "/?t=${env:TOKEN}" ] }
gates: [ "p50(\"of ${env:TOKEN}\") <= ${env:LIMIT} stage \"at ${env:TOKEN}\"", "p50 <= ${env:LIMIT}" ]
"#;

    #[test]
    fn names_are_masked_and_gates_find_them() {
        let environment = Environment::from_iter([("TOKEN", "hunter22"), ("LIMIT", "250ms")]);
        let scenario = Scenario::parse("s.yaml", TEXT, &environment).unwrap();
        let machine = Machine { os: "linux".into(), cores: 1 };
        let meta = scenario.meta(0, "2026-11-21T10:15:00Z".into(), machine);
        let written = serde_json::to_string(&meta).unwrap();
        assert!(!written.contains("hunter22"), "{written}");
        assert_eq!(meta.endpoints[0].name, "of [env:TOKEN]/GET /?t=[env:TOKEN]");
        assert_eq!(meta.stages[0].name, "at [env:TOKEN]");
        assert_eq!(meta.checks[0].name, scenario.checks[0].name);
        for (plan, gate) in meta.gates.iter().zip(&scenario.gates) {
            assert_eq!(Gate::parse(&plan.gate).unwrap(), gate.gate);
        }
        assert_eq!(scenario.gates[0].gate.on.as_deref(), Some("of [env:TOKEN]"));
        assert_eq!(meta.gates[1].gate, "p50 <= 250ms");
    }
}
