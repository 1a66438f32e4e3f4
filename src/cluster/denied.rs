//! Watches that our account may not open.

use kube::runtime::watcher;

/// Whether a watch failed because our account may not: trying again will not help.
pub fn is_denied(error: &watcher::Error) -> bool {
    match error {
        watcher::Error::InitialListFailed(kube::Error::Api(status))
        | watcher::Error::WatchStartFailed(kube::Error::Api(status))
        | watcher::Error::WatchFailed(kube::Error::Api(status))
        | watcher::Error::WatchError(status) => matches!(status.code, 401 | 403),
        _ => false,
    }
}
