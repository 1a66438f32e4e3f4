//! The guard: a Pod of this program in the namespace that takes the faults back when the run is lost.

use super::refused::list;
use super::{Refused, Session, needs_of_run};
use crate::cluster::{Cluster, ClusterError, RUN_LABEL, Right};
use crate::engine::Control;
use crate::fault::{Deed, Helpers, needs_of_undo, rights};
use k8s_openapi::api::core::v1::{Pod, ServiceAccount};
use kube::api::{LogParams, PostParams};
use serde_json::json;
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::time::Instant;

/// How the guard of a run is called as the holder of the lease: this, and the run.
pub const GUARD_HOLDER: &str = "guard-";
/// How long it may take to come up.
const UP: Duration = Duration::from_mins(1);
/// How long it may then take to read the journal.
const AT_WORK: Duration = Duration::from_secs(20);
/// How often the journal is looked at meanwhile.
const LOOK: Duration = Duration::from_millis(200);

/// What starting it needs.
pub(super) fn needs_of_start(namespace: &str) -> Vec<Right> {
    let mut all = rights(namespace, "", "pods", &["create", "get", "list", "watch"]);
    all.extend(rights(namespace, "", "serviceaccounts", &["get"]));
    all
}

/// What the guard itself needs beside the rights of the faults: the lease and the journal.
pub fn guard_rights(namespace: &str) -> Vec<Right> {
    let own = ["leases", "configmaps"];
    needs_of_run(namespace).into_iter().filter(|right| own.contains(&right.resource.as_str())).collect()
}

fn refused(why: String) -> Refused {
    let next = "apply what `shakedown rbac` prints, name another account or image in `target.kubernetes`, or write \
                `guard: off`";
    Refused::Guard { why, next: next.to_owned() }
}

/// Whether the account is there that the guard is to run under.
pub(super) async fn find_account(cluster: &Cluster, name: &str) -> Result<(), Refused> {
    let doing = format!("read the service account {name}");
    match cluster.call(&doing, cluster.api::<ServiceAccount>().get_opt(name)).await? {
        Some(_) => Ok(()),
        None => Err(refused(format!("namespace {} has no service account `{name}`", cluster.namespace()))),
    }
}

/// The guard that a run needs.
#[derive(Debug)]
pub(super) struct Wanted<'p> {
    /// The account it is to run under.
    pub(super) account: &'p str,
    /// What taking everything back needs.
    pub(super) needs: Vec<Right>,
}

impl<'p> Wanted<'p> {
    /// One that can take these deeds back; none where nothing has to be.
    pub(super) fn of<'d>(
        account: &'p str,
        namespace: &str,
        deeds: impl Iterator<Item = &'d Deed>,
    ) -> Option<Wanted<'p>> {
        let lasting: Vec<&Deed> = deeds.filter(|deed| deed.taken_back_by().is_some()).collect();
        let needs = lasting.iter().flat_map(|deed| needs_of_undo(deed, namespace));
        let needs: BTreeSet<Right> = needs.chain(guard_rights(namespace)).collect();
        (!lasting.is_empty()).then(|| Wanted { account, needs: needs.into_iter().collect() })
    }
}

/// Starts it and waits until it is at work, unless somebody asks to stop.
pub(super) async fn start(
    session: &Session,
    made: &Helpers,
    wanted: &Wanted<'_>,
    control: &Control,
) -> Result<(), Refused> {
    let (cluster, run, account) = (&session.cluster, &session.run, wanted.account);
    session.journal.ask_of_guard(&wanted.needs).await?;
    let name = format!("shakedown-{run}-guard");
    let container = json!({
        "name": "guard", "image": made.image, "imagePullPolicy": made.pull_policy,
        "args": ["guard", "--run", run, "--namespace", cluster.namespace()],
        "securityContext": {"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true,
            "runAsNonRoot": true, "runAsUser": Helpers::USER, "capabilities": {"drop": ["ALL"]},
            "seccompProfile": {"type": "RuntimeDefault"}},
    });
    let pod: Pod = cluster.typed(
        "make the guard",
        json!({
            "metadata": {"name": name, "labels": {RUN_LABEL: run}, "ownerReferences": [session.journal.owner()]},
            "spec": {"serviceAccountName": account, "restartPolicy": "OnFailure",
                "terminationGracePeriodSeconds": 1, "containers": [container]},
        }),
    )?;
    let made =
        cluster.call("create the guard", cluster.api::<Pod>().create(&PostParams::default(), &pod)).await;
    made.map_err(|error| refused(error.to_string()))?;
    control.unless_stopped(at_work(session, &name, account)).await.unwrap_or(Err(Refused::Interrupted))
}

/// Waits until it has read the journal and may take everything back. That its process runs does not show that it reaches
/// the API server and may.
async fn at_work(session: &Session, name: &str, account: &str) -> Result<(), Refused> {
    let cluster = &session.cluster;
    cluster.pod_ready(name, UP).await.map_err(|error: ClusterError| refused(error.to_string()))?;
    let deadline = Instant::now() + AT_WORK;
    loop {
        match session.journal.guarded().await? {
            Some(lacks) if lacks.is_empty() => return Ok(()),
            Some(lacks) => return Err(refused(format!("its account `{account}` must not {}", list(&lacks)))),
            None if Instant::now() > deadline => {
                let why = last_words(cluster, name, account).await;
                return Err(refused(format!("it runs and does not read the journal: {why}")));
            }
            None => tokio::time::sleep(LOOK).await,
        }
    }
}

/// What it said last, as far as we may read it: its Pod goes with the journal. Else how to look for the likely cause.
async fn last_words(cluster: &Cluster, name: &str, account: &str) -> String {
    let params = LogParams { tail_lines: Some(1), ..LogParams::default() };
    let pods = cluster.api::<Pod>();
    match cluster.call("read the log of the guard", pods.logs(name, &params)).await {
        Ok(text) if !text.trim().is_empty() => format!("it says `{}`", text.trim()),
        _ => {
            let namespace = cluster.namespace();
            format!(
                "its account may not, or does not reach the API server; `kubectl -n {namespace} auth can-i list configmaps \
                 --as system:serviceaccount:{namespace}:{account}` tells which"
            )
        }
    }
}
