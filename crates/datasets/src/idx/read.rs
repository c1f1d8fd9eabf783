//! Reading IDX files.

use super::{IdxFault, header};
use crate::DatasetError;
use flate2::read::MultiGzDecoder;
use ndarray::{ArrayD, IxDyn};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::Path;

/// The most elements that [`read`] takes: 2 GiB.
pub const DEFAULT_LIMIT: u64 = 1 << 31;

/// How much of a file is looked at to tell gzip and HTML from IDX.
const HEAD: u64 = 256;

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The content of an IDX file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idx {
    /// The elements, in standard (row-major) layout.
    pub array: ArrayD<u8>,
    /// SHA-256 of the whole unpacked file, header included, in hexadecimal.
    pub sha256: String,
}

/// Reads an IDX file, plain or gzip (told apart by content), of at most [`DEFAULT_LIMIT`] elements.
///
/// # Errors
/// [`DatasetError::Io`] if the file cannot be opened, [`DatasetError::Idx`] if it is not a
/// well-formed IDX file of unsigned bytes.
pub fn read(path: impl AsRef<Path>) -> Result<Idx, DatasetError> {
    read_with_limit(path, DEFAULT_LIMIT)
}

/// [`read`] for at most `limit` elements.
///
/// # Errors
/// As [`read`].
pub fn read_with_limit(path: impl AsRef<Path>, limit: u64) -> Result<Idx, DatasetError> {
    let path = path.as_ref();
    let file = File::open(path).map_err(DatasetError::io("open", path))?;
    read_from(BufReader::with_capacity(1 << 16, file), limit)
        .map_err(|fault| DatasetError::Idx { path: path.to_path_buf(), fault })
}

/// Reads an IDX stream to its end, plain or gzip, of at most `limit` elements.
///
/// Memory is allocated for data that have arrived, never on the word of the header.
///
/// # Errors
/// The first [`IdxFault`] met.
pub fn read_from(mut source: impl Read, limit: u64) -> Result<Idx, IdxFault> {
    let mut head = Vec::new();
    source.by_ref().take(HEAD).read_to_end(&mut head).map_err(IdxFault::Read)?;
    let packed = head.starts_with(&GZIP_MAGIC);
    let source = Cursor::new(head).chain(source);
    if packed {
        parse(Unpacked::new(MultiGzDecoder::new(source), true), limit)
    } else {
        parse(Unpacked::new(source, false), limit)
    }
}

fn parse<R: Read>(mut source: Unpacked<R>, limit: u64) -> Result<Idx, IdxFault> {
    let mut head = Vec::new();
    source.up_to(HEAD, &mut head)?;
    if header::is_html(&head) {
        return Err(IdxFault::Html);
    }
    let short = |expected| IdxFault::ShortHeader { found: head.len(), expected };
    let magic = *head.first_chunk().ok_or_else(|| short(4))?;
    let rank = header::rank(magic)?;
    let start = 4 + 4 * rank;
    let sizes = head.get(4..start).ok_or_else(|| short(start))?;
    let sizes: Vec<u32> = sizes.as_chunks().0.iter().map(|&size| u32::from_be_bytes(size)).collect();
    let expected = header::volume(&sizes, limit)?;

    let mut data = head.split_off(start);
    if (data.len() as u64) < expected {
        source.up_to(expected - data.len() as u64, &mut data)?;
    }
    let found = data.len() as u64;
    if found < expected {
        return Err(IdxFault::TooShort { sizes, expected, found });
    }
    // One byte more, which also makes the gzip decoder check the sum at its end.
    if found > expected || source.up_to(1, &mut data)? > 0 {
        return Err(IdxFault::TrailingBytes { sizes, expected });
    }
    let shape: Vec<usize> = sizes.iter().map(|&size| size as usize).collect();
    let array = ArrayD::from_shape_vec(IxDyn(&shape), data).map_err(|_| IdxFault::TooLarge { sizes, limit })?;
    Ok(Idx { array, sha256: hex(source.hash.finalize().as_ref()) })
}

/// Unpacked bytes, counted and hashed on their way.
struct Unpacked<R> {
    source: R,
    packed: bool,
    count: u64,
    hash: Sha256,
}

impl<R: Read> Unpacked<R> {
    fn new(source: R, packed: bool) -> Self {
        Self { source, packed, count: 0, hash: Sha256::new() }
    }

    /// Appends at most `most` bytes to `data` and returns how many there were.
    fn up_to(&mut self, most: u64, data: &mut Vec<u8>) -> Result<usize, IdxFault> {
        let before = data.len();
        let result = self.source.by_ref().take(most).read_to_end(data);
        self.hash.update(&data[before..]);
        self.count += (data.len() - before) as u64;
        result.map_err(|error| self.fault(error))
    }

    fn fault(&self, error: io::Error) -> IdxFault {
        match error.kind() {
            io::ErrorKind::UnexpectedEof if self.packed => IdxFault::TruncatedGzip { unpacked: self.count },
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData if self.packed => {
                IdxFault::CorruptGzip { unpacked: self.count, reason: error.to_string() }
            }
            _ => IdxFault::Read(error),
        }
    }
}

/// Bytes in lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
