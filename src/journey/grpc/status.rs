//! The statuses of gRPC, by name and by number.

use std::fmt;

/// The names in the order of their numbers.
const NAMES: [&str; 17] = [
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];

/// How a call ended, as the server says. A number that has no name is kept: servers send such.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GrpcStatus(u32);

impl GrpcStatus {
    /// It went well, and there is an answer.
    pub const OK: GrpcStatus = GrpcStatus(0);
    /// It took longer than the caller wanted to wait.
    pub const DEADLINE_EXCEEDED: GrpcStatus = GrpcStatus(4);
    /// The server has no such method.
    pub const UNIMPLEMENTED: GrpcStatus = GrpcStatus(12);

    /// The status of this name, `NOT_FOUND`.
    pub fn named(name: &str) -> Option<GrpcStatus> {
        let number = NAMES.iter().position(|known| *known == name)?;
        u32::try_from(number).ok().map(GrpcStatus)
    }

    /// All names.
    pub fn names() -> impl Iterator<Item = &'static str> + Clone {
        NAMES.into_iter()
    }

    /// The status of this number, as `grpc-status` and reflection give it.
    pub(super) fn numbered(number: u32) -> GrpcStatus {
        GrpcStatus(number)
    }
}

impl fmt::Display for GrpcStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match NAMES.get(self.0 as usize) {
            Some(name) => f.write_str(name),
            None => write!(f, "status {}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_agree() {
        for (number, name) in
            [(0, "OK"), (4, "DEADLINE_EXCEEDED"), (12, "UNIMPLEMENTED"), (16, "UNAUTHENTICATED")]
        {
            let status = GrpcStatus::numbered(number);
            assert_eq!((GrpcStatus::named(name), status.to_string().as_str()), (Some(status), name));
        }
        assert_eq!(GrpcStatus::numbered(99).to_string(), "status 99");
        assert_eq!(GrpcStatus::named("ok"), None);
    }
}
