//! CRC-32 (IEEE 802.3): finds every single flipped bit and every burst of up to 32 of them.

/// The remainders of all bytes, computed by the compiler.
const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut rest = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            rest = if rest & 1 == 1 { (rest >> 1) ^ 0xEDB8_8320 } else { rest >> 1 };
            bit += 1;
        }
        table[byte] = rest;
        byte += 1;
    }
    table
};

/// The checksum of several slices as if they were one.
pub(super) fn checksum(parts: &[&[u8]]) -> u32 {
    let step = |rest: u32, byte: &u8| (rest >> 8) ^ TABLE[usize::from(rest.to_le_bytes()[0] ^ byte)];
    !parts.iter().copied().flatten().fold(u32::MAX, step)
}

#[cfg(test)]
mod tests {
    use super::checksum;

    #[test]
    fn it_is_the_checksum_that_everybody_knows() {
        for (text, sum) in [("", 0), ("123456789", 0xCBF4_3926), ("a", 0xE8B7_BE43)] {
            assert_eq!(checksum(&[text.as_bytes()]), sum, "{text}");
        }
    }

    #[test]
    fn how_it_is_cut_does_not_matter() {
        assert_eq!(checksum(&[b"1234", b"", b"56789"]), checksum(&[b"123456789"]));
    }
}
