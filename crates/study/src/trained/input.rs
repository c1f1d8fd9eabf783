//! The images that a trained model is given.

use super::{Chosen, Form, Opened, Split};
use crate::failure::Failure;
use clap::Args;
use latent_datasets::folder::{Channels, Picture, read_folder, read_picture};
use ndarray::{Array3, ArrayD, Axis};
use ndarray_npy::{ReadNpyError, read_npy};
use std::path::{Path, PathBuf};

/// Which images: some of the run's data set, or others.
#[derive(Args, Clone, Debug)]
pub struct Input {
    /// Images of this part of the run's data set
    #[arg(long, value_enum, default_value = "test", conflicts_with = "input")]
    pub split: Split,

    /// How many of them, from the first [default: all there are, or what suits a picture]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub first: Option<u64>,

    /// Other images: a .npy of (images, pixels), (images, height, width) or (images, channels, height, width), numbers
    /// in [0, 1] or bytes; a picture; or a folder of pictures
    #[arg(long, value_name = "FILE|DIR")]
    pub input: Option<PathBuf>,
}

impl Input {
    /// The images, at most so many unless more are asked for.
    pub(super) fn read(&self, of: &Opened, most: usize) -> Result<Chosen, Failure> {
        let most = self.first.map_or(most, |first| usize::try_from(first).unwrap_or(usize::MAX));
        match &self.input {
            None => of.images.part(self.split, most),
            Some(path) => {
                let form = of.images.form();
                let mut images = if path.extension().is_some_and(|ending| ending == "npy") {
                    array(path, &form)?
                } else {
                    pictures(path, &form)?
                };
                if images.is_empty() {
                    return Err(Failure::new(format!("{} has no images", path.display())));
                }
                check_range(&images, path)?;
                images.truncate(most);
                of.images.others(&images)
            }
        }
    }
}

fn array(path: &Path, form: &Form) -> Result<Vec<Array3<f32>>, Failure> {
    let refused = |error: &ReadNpyError| Failure::new(format!("cannot read {}: {error}", path.display()));
    let array: ArrayD<f32> = match read_npy::<_, ArrayD<f32>>(path) {
        Ok(array) => array,
        Err(ReadNpyError::WrongDescriptor(_)) => match read_npy::<_, ArrayD<f64>>(path) {
            Ok(array) => array.mapv(|value| value as f32),
            Err(ReadNpyError::WrongDescriptor(_)) => {
                let bytes: ArrayD<u8> = read_npy(path).map_err(|error| {
                    refused(&error).help("expected numbers of type float32, float64 or uint8, rows contiguous or not")
                })?;
                bytes.mapv(|byte| f32::from(byte) / 255.0)
            }
            Err(error) => return Err(refused(&error)),
        },
        Err(error) => return Err(refused(&error)),
    };
    let image = match (form, array.shape()) {
        (Form::Exactly((c, h, w)), &[_, pixels]) if pixels == c * h * w => Some((*c, *h, *w)),
        (_, &[_, height, width]) => Some((1, height, width)),
        (_, &[_, channels, height, width]) => Some((channels, height, width)),
        _ => None,
    };
    let Some((channels, height, width)) = image.filter(|image| form.allows(*image)) else {
        let expected = match *form {
            Form::Exactly((c, h, w)) => format!("(images, {}) or (images, {c}, {h}, {w})", c * h * w),
            Form::AtLeast { channels, side, what, .. } => {
                format!("(images, {channels}, height, width) of at least {side} x {side} pixels, the size of {what}")
            }
        };
        let (path, found) = (path.display(), array.shape());
        return Err(Failure::new(format!("{path} has the shape {found:?}, expected {expected}")));
    };
    let shape = (array.len_of(Axis(0)), channels, height, width);
    let images = array.to_shape(shape).expect("as many numbers");
    Ok(images.outer_iter().map(|image| image.to_owned()).collect())
}

fn pictures(path: &Path, form: &Form) -> Result<Vec<Array3<f32>>, Failure> {
    let kind = if form.channels() == 1 { Channels::Grey } else { Channels::Colour };
    let pictures: Vec<Picture> = if path.is_dir() {
        let folder = read_folder(path, kind)?;
        if let Some(error) = folder.failed.into_iter().next() {
            return Err(error.into());
        }
        folder.pictures
    } else {
        vec![read_picture(path, kind)?]
    };
    let size = |picture: &Picture| (picture.pixels.dim().1, picture.pixels.dim().2);
    for picture in &pictures {
        let (height, width) = size(picture);
        let told = |expected: &str| {
            Err(Failure::new(format!("{} is {height} x {width} pixels, expected {expected}", picture.path.display())))
        };
        match *form {
            Form::Exactly((_, h, w)) if (height, width) != (h, w) => {
                return told(&format!("{h} x {w} as the images that the model was trained on"));
            }
            Form::AtLeast { side, what, .. } if height < side || width < side => {
                return told(&format!("at least {side} x {side}, the size of {what}"));
            }
            Form::AtLeast { one_size: true, .. } if size(picture) != size(&pictures[0]) => {
                let (h, w) = size(&pictures[0]);
                return told(&format!("{h} x {w} as the first one, {}", pictures[0].path.display()));
            }
            _ => {}
        }
    }
    Ok(pictures.iter().map(Picture::unit).collect())
}

fn check_range(images: &[Array3<f32>], path: &Path) -> Result<(), Failure> {
    for (image, pixels) in images.iter().enumerate() {
        if let Some((pixel, value)) = pixels.iter().enumerate().find(|(_, value)| !(0.0..=1.0).contains(*value)) {
            return Err(Failure::new(format!(
                "{}: pixel {pixel} of image {image} is {value}, expected numbers from 0 to 1",
                path.display()
            ))
            .help("bytes from 0 to 255 are taken as they are from an array of type uint8"));
        }
    }
    Ok(())
}
