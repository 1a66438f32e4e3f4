//! Messages from JSON and to JSON, by the JSON mapping of protobuf.

use super::frame::framed;
use bytes::Bytes;
use prost_reflect::{DynamicMessage, MessageDescriptor, SerializeOptions};

/// The framed message of a type that a JSON text stands for.
///
/// # Errors
/// Why the text is no such message, in words.
pub(super) fn encode(of: &MessageDescriptor, json: &[u8]) -> Result<Bytes, String> {
    let mut text = serde_json::Deserializer::from_slice(json);
    let message = DynamicMessage::deserialize(of.clone(), &mut text).map_err(|error| reason(&error))?;
    text.end().map_err(|error| reason(&error))?;
    framed(&message).map_err(|error| error.to_string())
}

/// The message as a JSON text. Fields without a value of their own show their default, and numbers of 64 bits are
/// numbers, so that a condition can be written on either.
///
/// # Errors
/// What JSON cannot say, such as an `Any` of a type that nobody knows.
pub(super) fn json(message: &DynamicMessage) -> Result<Bytes, String> {
    let options = SerializeOptions::new().skip_default_fields(false).stringify_64_bit_integers(false);
    let mut text = serde_json::Serializer::new(Vec::new());
    message.serialize_with_options(&mut text, &options).map_err(|error| reason(&error))?;
    Ok(text.into_inner().into())
}

/// The words of an error, without a line and column that stand in no file.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}
