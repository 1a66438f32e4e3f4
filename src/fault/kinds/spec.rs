//! A fault as it is written.

use super::{
    BadRollout, Command, Cordon, CpuLimit, CpuStress, DbOutage, Drain, Evict, MemoryPressure, Network,
    Partition, PodKill, Restore, Rollback, RolloutRestart, Scale, SelectorSwitch, ServiceBlackhole,
    ZoneOutage,
};
use crate::fault::{Fault, FaultKind};
use crate::source::{Located, Mark, Problem};
use crate::units::Span;
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;

/// How long an effect may take to be seen where the fault does not say.
const WITHIN: Duration = Duration::from_mins(1);

/// Makes the written form of the list of kinds.
macro_rules! kinds {
    ($($(#[$doc:meta])* $key:ident: $kind:ty,)*) => {
        /// One fault: a kind with its settings, and what all kinds share.
        #[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        #[schemars(rename = "Fault")]
        pub struct FaultSpec {
            /// The fault's name, by which gates know it; its kind when left out.
            pub name: Option<Located<String>>,
            /// When it is injected, from the start of the load; at once when left out.
            pub at: Option<Located<Span>>,
            /// How long it lasts; kinds that are over at once take none.
            #[serde(rename = "for")]
            pub lasts: Option<Located<Span>>,
            /// It is injected again after each such time, as long as it lasts.
            pub every: Option<Located<Span>>,
            /// How long its effect may take to be seen; 60s when left out. Later is inconclusive.
            pub within: Option<Located<Span>>,
            $($(#[$doc])* pub $key: Option<Located<$kind>>,)*
        }

        impl FaultSpec {
            /// The keys of all kinds.
            pub const KINDS: &'static [&'static str] = &[$(stringify!($key)),*];

            /// The kinds that were given, with their places.
            fn kinds(&self) -> Vec<(Mark, Arc<dyn FaultKind>)> {
                let all: Vec<Option<(Mark, Arc<dyn FaultKind>)>> = vec![
                    $(self.$key.as_ref().map(|kind| (kind.mark, Arc::new(kind.value.clone()) as Arc<dyn FaultKind>)),)*
                ];
                all.into_iter().flatten().collect()
            }
        }
    };
}

kinds! {
    /// Pods are deleted, at once or with their grace period.
    pod_kill: PodKill,
    /// Connections to a Service are delayed, narrowed or broken by a proxy in between.
    network: Network,
    /// Pods are cut off from the network by a `NetworkPolicy`.
    partition: Partition,
    /// A database cannot be reached, by whichever of the other faults fits it.
    db_outage: DbOutage,
    /// A command, of this machine or in containers, with its own undo and its own check.
    command: Command,
    /// A throw-away database is destroyed, and restored from a backup that was taken before.
    restore: Restore,
    /// A Service is pointed to the Pods of another selector, as a blue/green release does.
    selector_switch: SelectorSwitch,
    /// A Service selects no Pod: fresh connections to it fail.
    service_blackhole: ServiceBlackhole,
    /// Pods are evicted, which disruption budgets may refuse.
    evict: Evict,
    /// Nodes take no new Pods, and the namespace's Pods on them are evicted.
    drain: Drain,
    /// Nodes take no new Pods.
    cordon: Cordon,
    /// A workload gets another number of replicas.
    scale: Scale,
    /// Containers get less CPU than they had.
    cpu_limit: CpuLimit,
    /// A container in the Pods burns CPU.
    cpu_stress: CpuStress,
    /// A container in the Pods takes memory.
    memory_pressure: MemoryPressure,
    /// The namespace loses its Pods in a zone, and the zone takes no new ones.
    zone_outage: ZoneOutage,
    /// All Pods of a workload are replaced, a few at a time.
    rollout_restart: RolloutRestart,
    /// A revision that cannot become ready is rolled out.
    bad_rollout: BadRollout,
    /// The previous revision of a Deployment is rolled out.
    rollback: Rollback,
}

impl FaultSpec {
    /// The fault that is meant; all that is wrong with it goes to `problems`.
    pub fn compile(spec: &Located<FaultSpec>, problems: &mut Vec<Problem>) -> Option<Fault> {
        let before = problems.len();
        let kinds = spec.kinds();
        match kinds.as_slice() {
            [_] => {}
            [] => problems.push(
                Problem::at(spec.mark, "a fault without a kind")
                    .help("add one, for example `pod_kill: { pods: app=api }`"),
            ),
            [_, (second, _), ..] => problems.push(
                Problem::at(*second, "a fault has one kind")
                    .help("make two faults of it, each with its own `at`"),
            ),
        }
        let (_, kind) = kinds.into_iter().next()?;
        let time = |time: &Option<Located<Span>>| time.as_ref().map(|time| time.get());
        let lasts = time(&spec.lasts);
        if let (Some(every), None) = (&spec.every, lasts) {
            problems.push(
                Problem::at(every.mark, "`every` needs an end").help("say `for:`, for example `for: 2m`"),
            );
        }
        if let Some(zero) = spec.every.as_ref().filter(|every| every.get().is_zero()) {
            problems.push(
                Problem::at(zero.mark, "`every` is no time at all").help("write for example `every: 20s`"),
            );
        }
        let known = kind.check(lasts);
        problems.extend(known.err().map(|text| Problem::at(spec.mark, text)));
        (problems.len() == before).then(|| Fault {
            name: spec.name.as_ref().map_or_else(|| kind.name().to_owned(), |name| name.value.clone()),
            at: time(&spec.at).unwrap_or_default(),
            lasts,
            every: time(&spec.every),
            within: time(&spec.within).unwrap_or(WITHIN),
            kind,
        })
    }
}
