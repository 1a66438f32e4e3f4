//! Memory that is taken and kept in use.

use super::room::room;
use super::{PressureError, Until};
use crate::units::Bytes;
use std::time::Duration;

/// It is taken in pieces of this size, so that the end is never far.
const PIECE: usize = 1 << 20;
/// One byte of each page is enough to keep it in use.
const PAGE: usize = 4096;
/// So often every page is written to.
const EVERY: Duration = Duration::from_millis(250);
/// Between two steps.
const STEP: Duration = Duration::from_secs(1);

/// How much to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// In the end.
    pub size: Bytes,
    /// Each second; `None` takes all at once.
    pub step: Option<Bytes>,
}

/// What was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// The most that was held, less than asked when it was over before, or when the room was gone meanwhile.
    pub most: Bytes,
    /// Time that passed.
    pub passed: Duration,
}

/// Takes memory, writes to every page of it again and again, and gives it back when it is over. Errors: there is not
/// so much; then nothing is taken.
pub fn hold(memory: Memory, until: &Until) -> Result<Held, PressureError> {
    let there = room().map_err(PressureError::Room)?;
    if memory.size.get() > there {
        return Err(PressureError::TooMuch { asked: memory.size, room: Bytes::new(there) });
    }
    let mut pieces = Vec::new();
    let mut held = 0;
    let mut stamp = 0_u8;
    while until.over().is_none() {
        let wanted = wanted(memory, until.passed());
        while held < wanted && until.over().is_none() {
            let size = PIECE.min(usize::try_from(wanted - held).unwrap_or(PIECE));
            let Some(piece) = take(size) else { break };
            pieces.push(piece);
            held += size as u64;
        }
        stamp = stamp.wrapping_add(1);
        for piece in pieces.iter_mut().take_while(|_| until.over().is_none()) {
            piece.iter_mut().step_by(PAGE).for_each(|byte| *byte = stamp);
        }
        until.pause(EVERY);
    }
    Ok(Held { most: Bytes::new(held), passed: until.passed() })
}

/// How many bytes are to be held after a time.
fn wanted(memory: Memory, passed: Duration) -> u64 {
    let steps = passed.as_secs() / STEP.as_secs() + 1;
    memory.step.map_or(memory.size.get(), |step| step.get().saturating_mul(steps).min(memory.size.get()))
}

/// Memory that is really there, not only promised; `None` when there is no more room.
fn take(size: usize) -> Option<Vec<u8>> {
    if room().is_ok_and(|room| room < size as u64) {
        return None;
    }
    let mut piece = Vec::new();
    piece.try_reserve_exact(size).ok()?;
    piece.resize(size, 1);
    Some(piece)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_by_steps_up_to_the_size() {
        let memory = |step| Memory { size: Bytes::new(100), step };
        for (step, seconds, expected) in
            [(None, 0, 100), (Some(30), 0, 30), (Some(30), 2, 90), (Some(30), 3, 100), (Some(30), 900, 100)]
        {
            let passed = Duration::from_secs(seconds);
            assert_eq!(wanted(memory(step.map(Bytes::new)), passed), expected, "{step:?} after {seconds} s");
        }
    }

    #[test]
    fn more_than_there_is_is_refused_before_anything_is_taken() {
        let memory = Memory { size: Bytes::new(1 << 50), step: Some(Bytes::new(1)) };
        let refused = hold(memory, &Until::after(Duration::MAX));
        assert!(matches!(refused, Err(PressureError::TooMuch { .. })), "{refused:?}");
    }
}
