//! `shakedown playground`: the embedded Kubernetes, on its own and for the demo.

mod embedded;
mod image;
mod screen;
mod supervisor;
mod up;

pub(super) use embedded::{Embedded, Size, deploy};
pub(super) use supervisor::supervises;
pub(super) use up::{Command, obey};
