//! What can be wrong with the content of an IDX file.

use std::io;

/// What is wrong with the content of an IDX file, and what was expected.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IdxFault {
    /// A web page, as captive portals and moved downloads leave behind.
    #[error(
        "this is an HTML page, not an IDX file: a server or a proxy answered the download with a web page; \
         delete it and fetch the file again"
    )]
    Html,
    /// The first bytes are of some other kind of file.
    #[error(
        "wrong magic number {found:02x?}, expected [00, 00, 08, 01] to [00, 00, 08, 04] (unsigned bytes, 1 to 4 dimensions)"
    )]
    Magic {
        /// The first four bytes.
        found: [u8; 4],
    },
    /// An IDX file of another element type.
    #[error("elements of type {code:#04x} ({}), expected 0x08 (unsigned bytes)", element_type(*code))]
    ElementType {
        /// The type's code.
        code: u8,
    },
    /// Too few or too many dimensions.
    #[error("{found} dimensions, expected 1 to 4")]
    Rank {
        /// The number in the header.
        found: u8,
    },
    /// The file ends inside its header.
    #[error("the file ends after {found} bytes, inside its header of {expected}")]
    ShortHeader {
        /// The bytes there are.
        found: usize,
        /// The bytes that the header needs.
        expected: usize,
    },
    /// The header asks for more than may be allocated, or more than can be counted.
    #[error("the header claims the sizes {sizes:?}, which is more than the limit of {limit} bytes")]
    TooLarge {
        /// The sizes in the header.
        sizes: Vec<u32>,
        /// The limit in bytes.
        limit: u64,
    },
    /// There are fewer elements than the header says.
    #[error("{found} bytes of data, but the header claims the sizes {sizes:?}: expected {expected} bytes")]
    TooShort {
        /// The sizes in the header.
        sizes: Vec<u32>,
        /// Their product.
        expected: u64,
        /// The bytes there are.
        found: u64,
    },
    /// There are more bytes than the header says.
    #[error(
        "more data follows the {expected} bytes that the header's sizes {sizes:?} ask for: expected the end of the file"
    )]
    TrailingBytes {
        /// The sizes in the header.
        sizes: Vec<u32>,
        /// Their product.
        expected: u64,
    },
    /// The packed data end too early.
    #[error("truncated gzip: the packed data end after {unpacked} unpacked bytes; fetch the file again")]
    TruncatedGzip {
        /// What could be unpacked.
        unpacked: u64,
    },
    /// The packed data are damaged.
    #[error("damaged gzip after {unpacked} unpacked bytes ({reason}); fetch the file again")]
    CorruptGzip {
        /// What could be unpacked.
        unpacked: u64,
        /// The decoder's answer.
        reason: String,
    },
    /// Reading failed.
    #[error("cannot read: {0}")]
    Read(io::Error),
}

fn element_type(code: u8) -> &'static str {
    match code {
        0x09 => "signed bytes",
        0x0b => "16-bit integers",
        0x0c => "32-bit integers",
        0x0d => "32-bit floats",
        0x0e => "64-bit floats",
        _ => "unknown",
    }
}
