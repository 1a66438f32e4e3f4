//! All messages by name.

use crate::schema::{Field, Message, Type, parse::parse};
use std::collections::BTreeMap;
use std::sync::LazyLock;

const FILES: [&str; 8] = [
    include_str!("types/access.txt"),
    include_str!("types/core.txt"),
    include_str!("types/meta.txt"),
    include_str!("types/network.txt"),
    include_str!("types/pods.txt"),
    include_str!("types/scaling.txt"),
    include_str!("types/volumes.txt"),
    include_str!("types/workloads.txt"),
];

static MESSAGES: LazyLock<BTreeMap<String, Message>> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "the files are part of the program; a test reads them all")]
    let read = FILES.iter().flat_map(|file| parse(file).expect("a row of the schema"));
    read.map(|message| (message.name.clone(), message)).collect()
});

/// The message of this name.
pub fn message(name: &str) -> Option<&'static Message> {
    MESSAGES.get(name)
}

/// The message of a kind.
pub fn message_of(api_version: &str, kind: &str) -> Option<&'static Message> {
    match (api_version.split('/').next(), kind) {
        (Some("events.k8s.io"), "Event") => message("events.Event"),
        _ => message(kind),
    }
}

impl Message {
    /// The field of this name, also where it stands in the place of another.
    pub fn field(&'static self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name).or_else(|| {
            let mut within = self.fields.iter().filter(|field| field.name.is_empty());
            within.find_map(|field| field.message()?.field(name))
        })
    }
}

impl Field {
    /// The message that a value of it is; `None` for scalars.
    pub fn message(&self) -> Option<&'static Message> {
        match &self.kind {
            Type::Message(name) => message(name),
            _ => None,
        }
    }
}

/// All messages in the order of their names.
pub fn messages() -> impl Iterator<Item = &'static Message> {
    MESSAGES.values()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::kinds;

    #[test]
    fn every_kind_and_every_type_that_a_field_names_is_there() {
        for kind in kinds() {
            assert!(message_of(&kind.api_version(), kind.kind).is_some(), "{}", kind.id);
        }
        for message in messages() {
            for field in &message.fields {
                if let Type::Message(name) = &field.kind {
                    assert!(super::message(name).is_some(), "{}.{}: {name}", message.name, field.name);
                }
            }
        }
    }
}
