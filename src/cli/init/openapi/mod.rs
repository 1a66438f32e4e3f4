//! A first scenario from an OpenAPI document (3.0 or 3.1).
//!
//! `document` reads it and follows its references, `operation` is one request that it describes, `example` and `body` say
//! what is sent, `keys` who sends it. `tree` puts the paths below each other, `chain` makes journeys of them: create, get,
//! list, update, delete. `draft` writes it all down.

mod body;
mod capture;
mod chain;
mod document;
mod draft;
mod example;
mod keys;
mod media;
mod operation;
mod parameters;
mod part;
mod path;
mod schema;
mod step;
mod template;
#[cfg(test)]
mod tests;
mod tree;

pub(super) use document::Document;
pub(super) use draft::{Draft, draft};
