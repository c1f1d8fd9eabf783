//! Fields of protocol buffers.

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

fn key(field: u64, wire_type: u64) -> Vec<u8> {
    varint(field << 3 | wire_type)
}

/// A whole number.
pub fn whole(field: u64, value: u64) -> Vec<u8> {
    [key(field, 0), varint(value)].concat()
}

/// A number of eight bytes.
pub fn double(field: u64, value: f64) -> Vec<u8> {
    [&key(field, 1)[..], &value.to_le_bytes()].concat()
}

/// A number of four bytes.
pub fn float(field: u64, value: f32) -> Vec<u8> {
    [&key(field, 5)[..], &value.to_le_bytes()].concat()
}

/// Bytes, a text, or a message.
pub fn bytes(field: u64, bytes: &[u8]) -> Vec<u8> {
    [&key(field, 2)[..], &varint(bytes.len() as u64), bytes].concat()
}

/// Numbers of eight bytes one behind the other.
pub fn doubles(field: u64, values: impl IntoIterator<Item = f64>) -> Vec<u8> {
    bytes(field, &values.into_iter().flat_map(f64::to_le_bytes).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_those_of_the_specification() {
        assert_eq!((varint(1), varint(300), varint(u64::MAX).len()), (vec![1], vec![0xac, 2], 10));
        // The examples of protobuf.dev/programming-guides/encoding: 150 in field 1, "testing" in field 2.
        assert_eq!(whole(1, 150), [0x08, 0x96, 0x01]);
        assert_eq!(bytes(2, b"testing"), [&[0x12, 0x07][..], b"testing"].concat());
        assert_eq!(doubles(6, [1.0]), [&[0x32, 0x08][..], &1.0_f64.to_le_bytes()].concat());
    }
}
