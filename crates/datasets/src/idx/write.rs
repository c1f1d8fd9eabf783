//! Writing IDX files.

use super::header::{MAX_RANK, UNSIGNED_BYTE};
use crate::DatasetError;
use crate::staged::staged_file;
use flate2::{Compression, write::GzEncoder};
use ndarray::ArrayViewD;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Writes an IDX file, packed with gzip if the name ends in `.gz`.
///
/// The file appears whole or not at all: it is written under a temporary name in the same folder
/// and renamed. The same array gives the same bytes.
///
/// # Errors
/// [`DatasetError::Parameter`] if the array has not 1 to 4 dimensions or a size above `u32::MAX`,
/// [`DatasetError::Io`] if the file cannot be written.
pub fn write(path: impl AsRef<Path>, array: ArrayViewD<'_, u8>) -> Result<(), DatasetError> {
    let path = path.as_ref();
    check(&array)?;
    let write = |array| -> io::Result<()> {
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut file = staged_file(folder)?;
        let mut sink = BufWriter::with_capacity(1 << 16, &mut file);
        if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("gz")) {
            let mut packed = GzEncoder::new(&mut sink, Compression::default());
            write_to(&mut packed, array)?;
            packed.finish()?;
        } else {
            write_to(&mut sink, array)?;
        }
        sink.flush()?;
        drop(sink);
        file.persist(path)?;
        Ok(())
    };
    write(array).map_err(DatasetError::io("write", path))
}

/// Writes an array as a plain IDX stream.
///
/// # Errors
/// [`io::ErrorKind::InvalidInput`] if the format cannot hold the array; else what the sink answers.
pub fn write_to(mut sink: impl Write, array: ArrayViewD<'_, u8>) -> io::Result<()> {
    check(&array).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    sink.write_all(&[0, 0, UNSIGNED_BYTE, array.ndim() as u8])?;
    for &size in array.shape() {
        sink.write_all(&(size as u32).to_be_bytes())?;
    }
    match array.as_slice() {
        Some(bytes) => sink.write_all(bytes),
        None => sink.write_all(&array.iter().copied().collect::<Vec<u8>>()),
    }
}

fn check(array: &ArrayViewD<'_, u8>) -> Result<(), DatasetError> {
    let rank = array.ndim();
    if !(1..=MAX_RANK).contains(&rank) {
        return Err(DatasetError::parameter("dimensions of the array", rank, "1 to 4"));
    }
    match array.shape().iter().find(|&&size| u32::try_from(size).is_err()) {
        Some(size) => Err(DatasetError::parameter("size of the array", size, "at most 4294967295")),
        None => Ok(()),
    }
}
