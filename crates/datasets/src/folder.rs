//! Folders of pictures, each of its own size.
//!
//! ```
//! use latent_datasets::folder::{Channels, read_folder};
//!
//! let place = tempfile::tempdir()?;
//! image::GrayImage::new(4, 3).save(place.path().join("b.png"))?;
//! image::RgbImage::new(2, 2).save(place.path().join("a.png"))?;
//! std::fs::write(place.path().join("c.png"), "not a picture")?;
//! let folder = read_folder(place.path(), Channels::Grey)?;
//! assert_eq!(folder.pictures[0].pixels.dim(), (1, 2, 2));
//! assert_eq!(folder.pictures[1].pixels.dim(), (1, 3, 4));
//! assert!(folder.failed[0].to_string().contains("c.png"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::{DatasetError, LabelledImages, Provenance, SourceFile};
use image::{DynamicImage, ImageReader};
use latent_numeric::{Scalar, parallel};
use ndarray::{Array3, Axis};
use std::io::{BufReader, Cursor, Read};
use std::path::{Path, PathBuf};

/// Which numbers a pixel has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channels {
    /// One: the luma of Rec. 709, `0.2126 R + 0.7152 G + 0.0722 B`.
    Grey,
    /// Three: red, green, blue; transparency is dropped.
    Colour,
}

/// A decoded picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The file.
    pub path: PathBuf,
    /// The pixels, (C, H, W) with one or three channels.
    pub pixels: Array3<u8>,
}

impl Picture {
    /// The pixels as numbers in [0, 1], (C, H, W).
    pub fn unit<E: Scalar>(&self) -> Array3<E> {
        self.pixels.mapv(|byte| E::of(f64::from(byte)) / E::of(255.0))
    }
}

/// What a folder holds.
#[derive(Debug)]
pub struct Folder {
    /// The pictures that could be read, sorted by file name.
    pub pictures: Vec<Picture>,
    /// One error for each file that could not, in the same order.
    pub failed: Vec<DatasetError>,
}

/// Reads every file of a folder that ends in `.png`, `.jpg` or `.jpeg`; subfolders are not entered.
///
/// A file that cannot be decoded does not stop the others: its error is in [`Folder::failed`].
///
/// # Errors
/// [`DatasetError::Io`] if the folder cannot be listed, [`DatasetError::NoImages`] if no file has
/// such a name.
pub fn read_folder(folder: impl AsRef<Path>, channels: Channels) -> Result<Folder, DatasetError> {
    let paths = picture_paths(folder.as_ref())?;
    let (mut pictures, mut failed) = (Vec::new(), Vec::new());
    for result in parallel::map(paths, |_, path| read_picture(path, channels)) {
        match result {
            Ok(picture) => pictures.push(picture),
            Err(error) => failed.push(error),
        }
    }
    Ok(Folder { pictures, failed })
}

impl Folder {
    /// The pictures as images of one size without labels, under this name, with the checksums of their files.
    ///
    /// # Errors
    /// What is wrong with the first file that could not be read; [`DatasetError::OtherSize`] if two pictures differ in
    /// size; [`DatasetError::Io`] if a file cannot be read again for its checksum.
    pub fn into_images(self, name: impl Into<String>) -> Result<LabelledImages, DatasetError> {
        if let Some(failed) = self.failed.into_iter().next() {
            return Err(failed);
        }
        let (mut files, mut views) = (Vec::new(), Vec::new());
        for picture in &self.pictures {
            let first = &self.pictures[0];
            if picture.pixels.dim() != first.pixels.dim() {
                return Err(DatasetError::OtherSize {
                    path: picture.path.clone(),
                    found: picture.pixels.dim(),
                    first: first.path.clone(),
                    expected: first.pixels.dim(),
                });
            }
            files.push(SourceFile::of(&picture.path)?);
            views.push(picture.pixels.view());
        }
        let images = ndarray::stack(Axis(0), &views).expect("images of one size");
        Ok(LabelledImages::unlabelled(name, images, Provenance::Files { files }))
    }
}

/// Reads one picture; its format is told by its content. Channels of 16 bits are rounded to 8.
///
/// # Errors
/// [`DatasetError::Io`] if the file cannot be read, [`DatasetError::Image`] if it is no picture, is
/// damaged, or would need more than 512 MiB.
pub fn read_picture(path: impl AsRef<Path>, channels: Channels) -> Result<Picture, DatasetError> {
    let path = path.as_ref();
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(DatasetError::io("open", path))?;
    BufReader::new(file).read_to_end(&mut bytes).map_err(DatasetError::io("read", path))?;
    let picture = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(DatasetError::io("read", path))?
        .decode()
        .map_err(|source| DatasetError::Image { path: path.to_path_buf(), source })?;
    Ok(Picture { path: path.to_path_buf(), pixels: planes(&picture, channels) })
}

fn planes(picture: &DynamicImage, channels: Channels) -> Array3<u8> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let (depth, bytes) = match channels {
        Channels::Grey => (1, picture.to_luma8().into_raw()),
        Channels::Colour => (3, picture.to_rgb8().into_raw()),
    };
    let interleaved = Array3::from_shape_vec((height, width, depth), bytes).expect("a byte for each channel");
    interleaved.permuted_axes([2, 0, 1]).as_standard_layout().into_owned()
}

fn picture_paths(folder: &Path) -> Result<Vec<PathBuf>, DatasetError> {
    let is_picture = |path: &PathBuf| {
        let extension = path.extension().map(std::ffi::OsStr::to_ascii_lowercase);
        extension.is_some_and(|e| e == "png" || e == "jpg" || e == "jpeg") && path.is_file()
    };
    let entries = std::fs::read_dir(folder).map_err(DatasetError::io("list", folder))?;
    let paths: Result<Vec<PathBuf>, _> = entries.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut paths = paths.map_err(DatasetError::io("list", folder))?;
    paths.retain(is_picture);
    if paths.is_empty() {
        return Err(DatasetError::NoImages { path: folder.to_path_buf() });
    }
    paths.sort_unstable();
    Ok(paths)
}
