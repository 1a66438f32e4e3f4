//! Who owns which field of an object: `metadata.managedFields`, kept as a real server keeps it.
//!
//! Every write makes its writer the owner of the fields that it changes. An apply (server-side apply) makes its
//! writer the owner of the fields that it names, fails where others own them with other values, unless it is
//! forced, and removes what it named before and names no longer, unless others own that too.

mod apply;
mod compare;
mod conflict;
mod edit;
mod entry;
mod fields;
mod given_out;
mod shape;
mod update;

pub use apply::{Force, Outcome, apply};
pub use entry::{Operation, Owner};
pub use fields::FieldSet;
pub use update::{create, update};
