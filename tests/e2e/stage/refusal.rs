//! What the server says no to.

use kube::core::Status;
use std::fmt::Debug;

/// The refusal that must have come.
pub fn refused<T: Debug>(answer: Result<T, kube::Error>) -> Status {
    match answer {
        Err(kube::Error::Api(status)) => *status,
        other => panic!("no refusal by the server: {other:?}"),
    }
}

/// It must have this code and reason, and these words in its message.
pub fn wants(status: &Status, code: u16, reason: &str, words: &[&str]) {
    assert_eq!((status.code, status.reason.as_str()), (code, reason), "{status:?}");
    for part in words {
        assert!(status.message.contains(part), "no `{part}` in {status:?}");
    }
}
