//! Protocol buffers on the wire: fields with their numbers.

use crate::api::protobuf::Malformed;

/// What stands in a field on the wire.
pub(super) enum Raw<'a> {
    Varint(u64),
    Bytes(&'a [u8]),
}

/// Takes one field off the front; `None` for types that no known message uses.
pub(super) fn field<'a>(rest: &mut &'a [u8]) -> Result<(u64, Option<Raw<'a>>), Malformed> {
    let key = varint(rest)?;
    let raw = match key & 7 {
        0 => Some(Raw::Varint(varint(rest)?)),
        1 => take(rest, 8).map(|_| None)?,
        2 => {
            let length = usize::try_from(varint(rest)?).map_err(|_| Malformed::Broken)?;
            Some(Raw::Bytes(take(rest, length)?))
        }
        5 => take(rest, 4).map(|_| None)?,
        _ => return Err(Malformed::Broken),
    };
    Ok((key >> 3, raw))
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], Malformed> {
    let (taken, left) = rest.split_at_checked(length).ok_or(Malformed::Broken)?;
    *rest = left;
    Ok(taken)
}

fn varint(rest: &mut &[u8]) -> Result<u64, Malformed> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let byte = take(rest, 1)?[0];
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(value);
        }
    }
    Err(Malformed::Broken)
}
