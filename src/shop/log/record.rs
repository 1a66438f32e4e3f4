//! One record: its length and the checksum of length and content (4 bytes each, little endian), then the content.

use super::checksum::checksum;

/// What stands before the content, in bytes.
const HEAD: usize = 8;

/// The longest content, in bytes. A length beyond it is damage, and so damage cannot ask for much memory.
pub(super) const LONGEST: usize = 64 * 1024;

/// What a piece of a log begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decoded<'a> {
    /// A whole record: its content, and the bytes that it takes with its head.
    Record { content: &'a [u8], size: usize },
    /// The beginning of a record; more bytes may make it whole.
    Part,
    /// No record, whatever follows.
    Damaged,
}

/// A record as it stands in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::shop) struct Record(Vec<u8>);

impl Record {
    /// The record of this content; `None` when it is longer than a record may be.
    pub(in crate::shop) fn new(content: &[u8]) -> Option<Record> {
        let length = u32::try_from(content.len()).ok().filter(|_| content.len() <= LONGEST)?.to_le_bytes();
        let sum = checksum(&[&length, content]).to_le_bytes();
        Some(Record([&length, &sum, content].concat()))
    }

    /// Its bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Reads the record at the beginning of `bytes`.
pub(super) fn decode(bytes: &[u8]) -> Decoded<'_> {
    let Some((&length, rest)) = bytes.split_first_chunk::<4>() else { return Decoded::Part };
    let size = u32::from_le_bytes(length) as usize;
    if size > LONGEST {
        return Decoded::Damaged;
    }
    let Some((&sum, rest)) = rest.split_first_chunk::<4>() else { return Decoded::Part };
    let Some(content) = rest.get(..size) else { return Decoded::Part };
    if checksum(&[&length, content]) != u32::from_le_bytes(sum) {
        return Decoded::Damaged;
    }
    Decoded::Record { content, size: HEAD + size }
}

/// Whether a whole record begins anywhere in `bytes`.
pub(super) fn holds_a_record(bytes: &[u8]) -> bool {
    (0..bytes.len()).any(|start| matches!(bytes.get(start..).map(decode), Some(Decoded::Record { .. })))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_content_that_is_too_long_is_not_taken() {
        assert_eq!(Record::new(&vec![0; LONGEST + 1]), None);
        assert!(Record::new(&vec![0; LONGEST]).is_some());
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded(content: Vec<u8>, after: Vec<u8>) {
            let mut log = Record::new(&content).unwrap().0;
            let size = log.len();
            log.extend(after);
            prop_assert_eq!(decode(&log), Decoded::Record { content: &content, size });
        }

        #[test]
        fn every_cut_is_a_part_and_every_flipped_bit_is_noticed(content: Vec<u8>, at: prop::sample::Index) {
            let mut log = Record::new(&content).unwrap().0;
            prop_assert_eq!(decode(&log[..at.index(log.len())]), Decoded::Part);
            let bit = at.index(log.len() * 8);
            log[bit / 8] ^= 1 << (bit % 8);
            let record = matches!(decode(&log), Decoded::Record { .. });
            prop_assert!(!record);
        }

        #[test]
        fn any_bytes_are_an_answer_and_no_panic(bytes: Vec<u8>) {
            decode(&bytes);
            holds_a_record(&bytes);
        }
    }
}
