//! The cluster: faults go only where a scenario sends them by name.

use crate::fault::Helpers;
use crate::scenario::data::DataFiles;
use crate::scenario::{GuardPlan, GuardSpec, KubernetesPlan, KubernetesSpec, ScenarioFile};
use crate::source::{Located, Problem, suggest};

/// The account of the guard when the scenario does not say.
const GUARD: &str = "shakedown-guard";
/// What Kubernetes takes as a pull policy.
const PULL_POLICIES: [&str; 3] = ["Always", "IfNotPresent", "Never"];

/// The cluster that faults may touch.
pub(in crate::scenario) fn kubernetes(
    file: &ScenarioFile,
    data: &DataFiles<'_>,
    problems: &mut Vec<Problem>,
) -> Option<KubernetesPlan> {
    let spec = file.target.as_ref().and_then(|target| target.kubernetes.as_ref());
    let Some(spec) = spec else {
        // With other problems it may be `target` that could not be read.
        if let Some(fault) = file.faults.first().filter(|_| problems.is_empty()) {
            problems.push(
                Problem::at(fault.mark, "a fault touches a cluster, and the scenario names none")
                    .help("add `kubernetes: { context: NAME, namespace: NAME }` to `target`"),
            );
        }
        return None;
    };
    let mut named = |what: &str, given: &Option<Located<String>>| {
        let (mark, message) = match given {
            Some(text) if text.trim().is_empty() => (text.mark, format!("the `{what}` is empty")),
            Some(text) => return Some(text.value.clone()),
            None => (spec.mark, format!("the key `{what}` is missing")),
        };
        let help = format!("name it: faults never go where kubectl happens to point; `{what}: …`");
        problems.push(Problem::at(mark, message).help(help));
        None
    };
    let (context, namespace) = (named("context", &spec.context), named("namespace", &spec.namespace));
    let own_pods = own_pods(spec, problems);
    Some(KubernetesPlan {
        kubeconfig: spec.kubeconfig.as_ref().map(|path| data.path(path)),
        context: context?,
        namespace: namespace?,
        own_pods,
        guard: match spec.guard.as_ref().map(|guard| &guard.value) {
            Some(GuardSpec::Off) => GuardPlan::Off,
            Some(GuardSpec::Account(name)) => GuardPlan::Account(name.clone()),
            None => GuardPlan::Account(GUARD.to_owned()),
        },
    })
}

fn own_pods(spec: &KubernetesSpec, problems: &mut Vec<Problem>) -> Helpers {
    let usual = Helpers::default();
    let policy = spec.own_pods.pull_policy.as_ref();
    if let Some(wrong) = policy.filter(|policy| !PULL_POLICIES.contains(&policy.as_str())) {
        problems.push(
            Problem::at(wrong.mark, format!("Kubernetes has no pull policy `{}`", wrong.value))
                .help(suggest(wrong, PULL_POLICIES)),
        );
    }
    Helpers {
        image: spec.own_pods.image.as_ref().map_or(usual.image, |image| image.value.clone()),
        pull_policy: policy.map_or(usual.pull_policy, |policy| policy.value.clone()),
    }
}
