//! Stories of the controllers, with the test in the kubelet's part. Nothing sleeps: the tests wait on watches.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod collection;
mod endpoints;
mod jobs;
mod rollout;
mod stage;
mod stateful;
