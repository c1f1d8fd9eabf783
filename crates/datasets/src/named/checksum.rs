//! Checksums of files.

use crate::DatasetError;
use crate::idx::{self, Idx};
use md5::{Digest, Md5};
use std::io;
use std::path::Path;

/// A published checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Checksum {
    /// SHA-256 of the unpacked file.
    Sha256Unpacked(&'static str),
    /// MD5 of the `.gz` file. It tells damage and mix-ups, not malice; it is what the authors of
    /// Fashion-MNIST published, in the README of github.com/zalandoresearch/fashion-mnist.
    Md5Packed(&'static str),
}

impl Checksum {
    /// What is wrong with the checksum of a file with this content, if anything.
    pub(super) fn mismatch(self, path: &Path, idx: &Idx) -> Result<Option<String>, DatasetError> {
        let (kind, expected, found) = match self {
            Checksum::Sha256Unpacked(expected) => ("SHA-256 of the unpacked content", expected, idx.sha256.clone()),
            Checksum::Md5Packed(expected) => {
                let mut hash = Md5::new();
                let mut file = std::fs::File::open(path).map_err(DatasetError::io("open", path))?;
                io::copy(&mut file, &mut HashWriter(&mut hash)).map_err(DatasetError::io("read", path))?;
                ("MD5", expected, idx::hex(hash.finalize().as_ref()))
            }
        };
        Ok((found != expected).then(|| format!("wrong checksum: {kind} is {found}, expected {expected}")))
    }
}

struct HashWriter<'a>(&'a mut Md5);

impl io::Write for HashWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
