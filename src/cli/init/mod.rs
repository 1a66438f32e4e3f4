//! `shakedown init`: a first scenario, small or drafted from a namespace.

mod draft;
mod faults;
mod front;
mod inventory;
mod load;
mod obey;
mod smoke;
mod text;

pub(super) use obey::{Args, obey};
