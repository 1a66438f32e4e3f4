//! The parts of `/openapi/v3` and `/openapi/v2` that kubectl reads: that the server checks fields and can dry-run
//! itself, and, for `explain`, for kubectl's own checks and for the patches of `apply`, the fields of the kinds.
//! There are no descriptions. The second version is for old kubectl, which asks for it in a binary form.

mod binary;
mod schemas;
mod v2;
mod v3;

pub(super) use binary::encode;
pub(super) use v2::document as swagger;
pub(super) use v3::{document, index};
