//! Event files of TensorBoard.
//!
//! A file is a sequence of records: the length of the data in eight bytes, a masked CRC-32C of these, the data, and a
//! masked CRC-32C of the data, all little-endian. The data are protocol buffers of the message `tensorflow.Event`
//! (`event.proto` and `summary.proto` of TensorBoard), of which a few fields are needed here.

use super::histogram;
use super::protobuf::{bytes, double, float, whole};
use crate::run::RunError;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// An event file of TensorBoard that is being written, each event with one system call.
///
/// ```
/// use latent_train::observers::{EventFile, Value};
///
/// # let folder = tempfile::tempdir().unwrap();
/// let mut file = EventFile::create(folder.path(), None)?;
/// file.write(120, &[("train/objective", Value::Scalar(101.2)), ("train/kl", Value::Scalar(4.1))])?;
/// let name = file.path().file_name().unwrap().to_string_lossy().into_owned();
/// assert!(name.starts_with("events.out.tfevents."));
/// # Ok::<(), latent_train::run::RunError>(())
/// ```
#[derive(Debug)]
pub struct EventFile {
    path: PathBuf,
    file: File,
}

/// A value that TensorBoard shows under a tag.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// A point of a curve.
    Scalar(f64),
    /// A picture of eight-bit RGB.
    Png {
        /// Rows of pixels.
        height: u32,
        /// Pixels of a row.
        width: u32,
        /// The file's content.
        bytes: &'a [u8],
    },
    /// Values of which a histogram is shown; those that are not finite are left out.
    Histogram(&'a [f32]),
    /// Nothing but metadata, for a page of TensorBoard's that reads them.
    Metadata(&'a [u8]),
}

impl EventFile {
    /// Makes a new event file in this folder, to be read after those that are there. If the run goes on after so many
    /// steps, readers are told to forget later ones.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn create(folder: &Path, after: Option<u64>) -> Result<Self, RunError> {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        // Readers take the files in the order of their names.
        let earlier = fs::read_dir(folder).map_err(RunError::io("look into", folder))?.flatten();
        let number = |name: &str| name.strip_prefix(PREFIX)?.split('.').next()?.parse::<u64>().ok();
        let last = earlier.filter_map(|entry| number(&entry.file_name().to_string_lossy())).max();
        let seconds = since_1970.max(last.map_or(0, |last| last + 1));
        let host = sysinfo::System::host_name().unwrap_or_else(|| "localhost".to_owned());
        let path = folder.join(format!("{PREFIX}{seconds:010}.{host}.{}", std::process::id()));
        let file = OpenOptions::new().append(true).create_new(true).open(&path);
        let file = file.map_err(RunError::io("create", &path))?;
        let mut this = Self { path, file };
        this.record(0, &bytes(3, b"brain.Event:2"))?;
        if let Some(step) = after {
            this.record(step + 1, &bytes(7, &whole(1, 1)))?;
        }
        Ok(this)
    }

    /// The path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the values of a step, under their tags.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&mut self, step: u64, values: &[(impl AsRef<str>, Value<'_>)]) -> Result<(), RunError> {
        let values = values.iter().map(|(tag, value)| bytes(1, &tagged(tag.as_ref(), *value)));
        let summary = values.collect::<Vec<_>>().concat();
        self.record(step, &bytes(5, &summary))
    }

    fn record(&mut self, step: u64, what: &[u8]) -> Result<(), RunError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
        let data = [double(1, now), whole(2, step), what.to_vec()].concat();
        let length = (data.len() as u64).to_le_bytes();
        let record = [&length[..], &masked_crc(&length), &data, &masked_crc(&data)].concat();
        self.file.write_all(&record).map_err(RunError::io("write", &self.path))
    }
}

const PREFIX: &str = "events.out.tfevents.";

fn tagged(tag: &str, value: Value<'_>) -> Vec<u8> {
    let value = match value {
        Value::Scalar(value) => float(2, value as f32),
        Value::Png { height, width, bytes: png } => {
            const RGB: u64 = 3;
            let sides = [whole(1, height.into()), whole(2, width.into()), whole(3, RGB)].concat();
            bytes(4, &[sides, bytes(4, png)].concat())
        }
        Value::Histogram(values) => histogram::encoded(values).map_or_else(Vec::new, |encoded| bytes(5, &encoded)),
        Value::Metadata(metadata) => bytes(9, metadata),
    };
    [bytes(1, tag.as_bytes()), value].concat()
}

fn masked_crc(data: &[u8]) -> [u8; 4] {
    crc32c::crc32c(data).rotate_right(15).wrapping_add(0xa282_ead8).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_the_published_ones() {
        // 0x8a9136aa by RFC 3720, B.4, masked by hand.
        assert_eq!(masked_crc(&[0; 32]), 0x0fd7_fffa_u32.to_le_bytes());
    }

    #[test]
    fn a_later_file_has_a_later_name() {
        let here = tempfile::tempdir().unwrap();
        let mut paths: Vec<_> =
            (0..3).map(|k| EventFile::create(here.path(), Some(k)).unwrap().path().to_owned()).collect();
        let made = paths.clone();
        paths.sort();
        paths.dedup();
        assert_eq!(paths, made);
    }
}
