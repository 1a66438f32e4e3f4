//! Stories of the controllers, with the test in the kubelet's part. Nothing sleeps: the tests wait on watches.

mod collection;
mod endpoints;
mod jobs;
mod rollout;
mod stage;
mod stateful;
