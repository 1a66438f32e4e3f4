//! How a histogram is written into a history and read from it: the V2 encoding in Base64.

use super::Histogram;
use super::histogram::DIGITS;
use super::packed::Packed;
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use hdrhistogram::Histogram as Hdr;
use hdrhistogram::serialization::{Deserializer, Serializer, V2Serializer};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a histogram of a history could not be read.
#[derive(Debug, thiserror::Error)]
pub enum HistogramError {
    /// Not Base64.
    #[error("not Base64: {0}")]
    Base64(#[from] base64::DecodeError),
    /// Not a histogram in the V2 encoding.
    #[error("not an HdrHistogram V2 encoding: {0:?}")]
    Encoding(hdrhistogram::serialization::DeserializeError),
    /// A histogram of another range or precision.
    #[error("a histogram of another range")]
    Range,
}

impl Serialize for Histogram {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut bytes = Vec::new();
        V2Serializer::new()
            .serialize(&*self.hdr(), &mut bytes)
            .map_err(|e| serde::ser::Error::custom(format!("{e:?}")))?;
        to.serialize_str(&BASE64.encode(bytes))
    }
}

impl<'de> Deserialize<'de> for Histogram {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_str(Encoded)
    }
}

/// Reads the text where it lies: a history has millions of them, and copying each would cost as much as reading it.
struct Encoded;

impl serde::de::Visitor<'_> for Encoded {
    type Value = Histogram;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a histogram in Base64")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Histogram, E> {
        decode(text).map_err(E::custom)
    }
}

fn decode(text: &str) -> Result<Histogram, HistogramError> {
    let bytes = match Packed::of(BASE64.decode(text)?) {
        Ok(packed) => return Ok(packed.into()),
        Err(bytes) => bytes,
    };
    let hdr: Hdr<u64> =
        Deserializer::new().deserialize(&mut bytes.as_slice()).map_err(HistogramError::Encoding)?;
    if hdr.low() != 1 || hdr.sigfig() != DIGITS {
        return Err(HistogramError::Range);
    }
    Ok(hdr.into())
}
