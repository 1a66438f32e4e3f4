//! Which cluster is meant.

use std::path::PathBuf;

/// How to find a cluster: nothing is taken from where we happen to run but what is left open here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access {
    /// The kubeconfig; `None` takes `KUBECONFIG`, then `~/.kube/config`, then the service account of the Pod that
    /// we run in: the folder in `SHAKEDOWN_SERVICE_ACCOUNT`, else where Kubernetes mounts it.
    pub kubeconfig: Option<PathBuf>,
    /// The context; `None` takes the current one. Without a kubeconfig `in-cluster` is that of the Pod's service account.
    pub context: Option<String>,
    /// The namespace that may be touched; `None` takes that of the context.
    pub namespace: Option<String>,
}
