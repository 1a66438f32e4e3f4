//! Numbers and parts of what a client sent.

/// A client speaks another protocol, or a broken one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Broken {
    #[error("a SPDY frame or a header in it is cut off")]
    CutOff,
    #[error("a SPDY frame is of another version than 3")]
    Version,
    #[error("SPDY headers are not compressed as the draft wants it")]
    Compression,
    #[error("a SPDY header is no text")]
    Text,
    #[error("a SPDY frame, its headers, or what came before the streams were open is too large")]
    TooLarge,
}

/// Takes so many bytes off the front.
pub(super) fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], Broken> {
    let (taken, left) = rest.split_at_checked(length).ok_or(Broken::CutOff)?;
    *rest = left;
    Ok(taken)
}

/// Takes a number of four bytes off the front.
pub(super) fn number(rest: &mut &[u8]) -> Result<u32, Broken> {
    let (taken, left) = rest.split_first_chunk::<4>().ok_or(Broken::CutOff)?;
    *rest = left;
    Ok(u32::from_be_bytes(*taken))
}
