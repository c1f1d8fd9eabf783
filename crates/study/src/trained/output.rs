//! Where a command writes.

use crate::failure::Failure;
use crate::print::print;
use image::{ImageFormat, RgbImage};
use latent_train::run::{write_bytes, write_npy};
use ndarray::ArrayD;
use std::io::Cursor;
use std::path::{Path, PathBuf};

/// Files that begin with a name.
pub struct Output<'a>(pub &'a Path);

impl Output<'_> {
    fn named(&self, suffix: &str) -> PathBuf {
        let mut name = self.0.as_os_str().to_owned();
        name.push(suffix);
        name.into()
    }

    /// `<name><suffix>.npy`.
    pub fn array(&self, suffix: &str, array: &ArrayD<f32>) -> Result<PathBuf, Failure> {
        let path = self.named(&format!("{suffix}.npy"));
        write_npy(&path, array)?;
        Ok(path)
    }

    /// `<name>.png`, of bytes.
    pub fn png(&self, png: &[u8]) -> Result<PathBuf, Failure> {
        let path = self.named(".png");
        write_bytes(&path, png)?;
        Ok(path)
    }

    /// `<name>.png`.
    pub fn image(&self, image: &RgbImage) -> Result<PathBuf, Failure> {
        let mut png = Cursor::new(Vec::new());
        image.write_to(&mut png, ImageFormat::Png)?;
        self.png(png.get_ref())
    }
}

/// Says what was written.
pub fn told(files: &[PathBuf]) {
    files.iter().for_each(|file| print(&format!("{}\n", file.display())));
}
