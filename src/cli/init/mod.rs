//! `shakedown init`: a first scenario, small, or drafted from a namespace or an OpenAPI document.

mod draft;
mod faults;
mod front;
mod inventory;
mod load;
mod obey;
mod openapi;
mod smoke;
mod text;

pub(super) use obey::{Args, obey};
