//! Reads a log back, record by record, and says where it ends.

use super::record::{Decoded, LONGEST, decode, holds_a_record};
use std::io::{self, Read};

/// How a log ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::shop) struct End {
    /// Whole records.
    pub(in crate::shop) records: u64,
    /// The bytes of the whole records: what follows is no part of the log.
    pub(in crate::shop) whole: u64,
    /// Bytes after them: a record that a crash cut off, never acknowledged.
    pub(in crate::shop) torn: u64,
}

/// Why a log could not be read to its end.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReplayError {
    /// The system could not read.
    #[error(transparent)]
    Read(#[from] io::Error),
    /// A record in the middle is damaged: a whole one follows it, so no crash has left it so.
    #[error("the record at byte {at} is damaged")]
    Damaged {
        /// Where it begins, in bytes from the first record.
        at: u64,
    },
    /// A whole record is not what it must be.
    #[error("the record at byte {at} is whole but strange: {why}")]
    Strange {
        /// Where it begins, in bytes from the first record.
        at: u64,
        /// What is wrong with it.
        why: String,
    },
}

/// Gives every whole record to `take`, in order.
///
/// A crash leaves a beginning of the last write, so what is not whole is torn when no record follows it, and damage when
/// one does: damage is an error, as cutting it off would throw away acknowledged records.
pub(super) fn replay(
    mut log: impl Read,
    mut take: impl FnMut(&[u8]) -> Result<(), String>,
) -> Result<End, ReplayError> {
    let mut end = End { records: 0, whole: 0, torn: 0 };
    let mut buffer = Vec::new();
    loop {
        let more = log.by_ref().take(4 * LONGEST as u64).read_to_end(&mut buffer)?;
        let mut read = 0;
        let damaged = loop {
            let (content, size) = match decode(&buffer[read..]) {
                Decoded::Record { content, size } => (content, size),
                Decoded::Part => break false,
                Decoded::Damaged => break true,
            };
            let at = end.whole;
            take(content).map_err(|why| ReplayError::Strange { at, why })?;
            end.records += 1;
            end.whole += size as u64;
            read += size;
        };
        buffer.drain(..read);
        if more == 0 || damaged {
            log.read_to_end(&mut buffer)?;
            if holds_a_record(&buffer) {
                return Err(ReplayError::Damaged { at: end.whole });
            }
            return Ok(End { torn: buffer.len() as u64, ..end });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::Record;
    use super::*;
    use proptest::prelude::*;

    fn log_of(records: &[Vec<u8>]) -> Vec<u8> {
        records.iter().flat_map(|record| Record::new(record).unwrap().bytes().to_vec()).collect()
    }

    fn read(log: &[u8]) -> (Vec<Vec<u8>>, Result<End, ReplayError>) {
        let mut records = Vec::new();
        let end = replay(log, |content| {
            records.push(content.to_vec());
            Ok(())
        });
        (records, end)
    }

    fn records() -> impl Strategy<Value = Vec<Vec<u8>>> {
        prop::collection::vec(prop::collection::vec(any::<u8>(), 1..200), 1..20)
    }

    #[test]
    fn a_log_longer_than_the_buffer_is_read_whole() {
        let records: Vec<Vec<u8>> = (0..40).map(|n| vec![n; LONGEST - usize::from(n)]).collect();
        let (found, end) = read(&log_of(&records));
        assert_eq!((end.unwrap().records, found), (40, records));
    }

    #[test]
    fn a_tail_of_zeros_is_torn() {
        // Some file systems lengthen a file before they write into it.
        let mut log = log_of(&[b"one".to_vec()]);
        let whole = log.len() as u64;
        log.extend([0; 5]);
        assert_eq!(read(&log).1.unwrap(), End { records: 1, whole, torn: 5 });
        log.extend([0; 500]);
        assert_eq!(read(&log).1.unwrap(), End { records: 1, whole, torn: 505 });
    }

    #[test]
    fn a_record_that_nobody_understands_stops_it() {
        let log = log_of(&[b"one".to_vec(), b"two".to_vec()]);
        let end = replay(&*log, |content| if content == b"two" { Err("no".to_owned()) } else { Ok(()) });
        assert!(matches!(end, Err(ReplayError::Strange { at: 11, .. })), "{end:?}");
    }

    proptest! {
        #[test]
        fn any_cut_gives_a_prefix_of_the_records(records in records(), at: prop::sample::Index) {
            let log = log_of(&records);
            let cut = at.index(log.len() + 1);
            let (found, end) = read(&log[..cut]);
            let end = end.unwrap();
            prop_assert_eq!(&found[..], &records[..found.len()]);
            prop_assert_eq!(end.whole as usize, log_of(&found).len());
            prop_assert_eq!((end.whole + end.torn) as usize, cut);
            prop_assert!(found.len() == records.len() || log_of(&records[..=found.len()]).len() > cut);
        }

        #[test]
        fn a_flipped_bit_is_an_error_or_ends_the_log_in_its_last_record(records in records(), at: prop::sample::Index) {
            let mut log = log_of(&records);
            let bit = at.index(log.len() * 8);
            log[bit / 8] ^= 1 << (bit % 8);
            let (found, end) = read(&log);
            prop_assert_eq!(&found[..], &records[..found.len()]);
            match end {
                Ok(end) => prop_assert!(found.len() == records.len() - 1 && end.torn > 0),
                Err(ReplayError::Damaged { at }) => prop_assert_eq!(at as usize, log_of(&found).len()),
                Err(other) => prop_assert!(false, "{}", other),
            }
        }

        #[test]
        fn any_bytes_are_an_answer_and_no_panic(bytes: Vec<u8>) {
            let _ = read(&bytes);
        }
    }
}
