//! `shakedown demo`: the shop on the embedded Kubernetes, loaded and judged.

use super::conduct::{Part, RunOptions, conduct};
use super::playground::{Embedded, Size, deploy};
use super::row::Row;
use super::telling::tell;
use super::{Failure, rbac, signals};
use crate::cluster::{Cluster, Consent, Manifest};
use crate::report::{self, harmless};
use crate::run::{Exit, FaultResult};
use crate::scenario::Scenario;
use crate::source::Environment;
use std::path::Path;

/// The demo's options are those of a run.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    options: RunOptions,
}

/// The shop, in the order in which it is applied.
const MANIFESTS: [(&str, &str); 3] = [
    ("1-services.yaml", include_str!("../../playground/manifests/shop/1-services.yaml")),
    ("2-store.yaml", include_str!("../../playground/manifests/shop/2-store.yaml")),
    ("3-api.yaml", include_str!("../../playground/manifests/shop/3-api.yaml")),
];

/// The scenarios of the demo, in order; they are also files to look at and to change.
const SCENARIOS: [(&str, &str); 3] = [
    ("scenarios/demo/baseline.yaml", include_str!("../../scenarios/demo/baseline.yaml")),
    ("scenarios/demo/spike.yaml", include_str!("../../scenarios/demo/spike.yaml")),
    ("scenarios/demo/outage.yaml", include_str!("../../scenarios/demo/outage.yaml")),
];

/// Where the shop lives.
const NAMESPACE: &str = "shop";
/// What says that faults are allowed there.
const CONSENT: (&str, &str) = ("shakedown.dev/allow", "true");

/// Brings up a playground with the shop, runs the demo's scenarios through the shop's Service and takes all down.
pub(super) fn obey(args: &Args) -> Result<Exit, Failure> {
    let playground = Embedded::start(Size::default())?;
    let outcome = story(&playground, &args.options);
    playground.stop();
    outcome
}

fn story(playground: &Embedded, options: &RunOptions) -> Result<Exit, Failure> {
    let Some(target) = playground.block_on(bring_up(playground))? else { return Ok(Exit::Interrupted) };
    tell(format_args!("the shop is ready: {target}"));
    let environment = Environment::of_process().with_target(Some(&target));
    let mut destinations = options.destinations()?;
    let mut row = Row::new();
    let mut one = |name, text| {
        let mut scenario = Scenario::parse(name, text, &environment)?;
        if let Some(kubernetes) = &mut scenario.kubernetes {
            kubernetes.kubeconfig = Some(playground.kubeconfig().to_owned());
        }
        playground.block_on(grant(playground, &scenario))?;
        conduct(scenario, Part::All, Consent::OfNamespace, options, &mut destinations)
    };
    for (name, text) in SCENARIOS {
        if row.add(one(name, text)).is_break() {
            break;
        }
    }
    for line in destinations.runs().iter().flat_map(|run| run.summary.faults.iter().filter_map(told)) {
        tell(harmless(&line));
    }
    Ok(row.worst().or_worse(destinations.finish()))
}

/// What users felt of a fault.
fn told(fault: &FaultResult) -> Option<String> {
    report::felt(fault).map(|felt| format!("{}: {felt}", fault.plan.name))
}

/// The URL of the shop's Service once all its Pods are ready; `None` after Ctrl-C.
async fn bring_up(playground: &Embedded) -> Result<Option<String>, Failure> {
    let mut stops =
        signals::Stops::new().map_err(|source| Failure::System { what: "listen for signals", source })?;
    tell(format_args!(
        "an embedded Kubernetes is up (KUBECONFIG={}); the shop comes up in it: api ×3, store",
        playground.kubeconfig().display()
    ));
    let cluster = playground.connect(NAMESPACE).await?;
    tokio::select! {
        () = stops.next() => Ok(None),
        url = apply(&cluster) => url.map(Some),
    }
}

async fn apply(cluster: &Cluster) -> Result<String, Failure> {
    let mut manifests = Vec::new();
    for (name, text) in MANIFESTS {
        manifests.extend(Manifest::parse(Path::new(name), text)?);
    }
    cluster.ensure_namespace(&[CONSENT]).await?;
    deploy(cluster, &manifests).await?;
    Ok(cluster.service_url("api").await?)
}

/// Makes the accounts that the scenario's faults need, as `kubectl apply` of what `rbac` prints would.
async fn grant(playground: &Embedded, scenario: &Scenario) -> Result<(), Failure> {
    let accounts = rbac::manifests(scenario)?;
    Ok(playground.connect(NAMESPACE).await?.apply(&accounts).await?)
}
