//! How a command ended, as a `Status`, in the words of a kubelet with containerd.

use serde_json::{Value, json};

/// It ran to its end.
pub(super) fn exited(command: &[String], code: i32) -> Value {
    if code == 0 {
        return json!({"metadata": {}, "status": "Success"});
    }
    let command = command.join(" ");
    json!({
        "metadata": {}, "status": "Failure",
        "message": format!(
            "command terminated with non-zero exit code: error executing command [{command}], exit code {code}"
        ),
        "reason": "NonZeroExitCode",
        "details": {"causes": [{"reason": "ExitCode", "message": code.to_string()}]},
    })
}

/// It could not be started.
pub(super) fn not_started(why: &str) -> Value {
    let cause = format!(
        "error executing command in container: failed to exec in container: failed to start exec: OCI runtime \
         exec failed: exec failed: unable to start container process: {why}"
    );
    json!({
        "metadata": {}, "status": "Failure", "message": format!("Internal error occurred: {cause}"),
        "reason": "InternalError", "details": {"causes": [{"message": cause}]}, "code": 500,
    })
}
