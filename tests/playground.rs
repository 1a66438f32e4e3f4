//! `shakedown playground up` as somebody at a command line has it: with manifests, with kubectl, and its end.
#![expect(clippy::expect_used, reason = "a helper of a test that cannot go on may panic")]

#[path = "playground/end.rs"]
mod end;
#[path = "playground/kubectl.rs"]
mod kubectl;
#[path = "playground/manifests.rs"]
mod manifests;
#[path = "playground/up.rs"]
mod up;
