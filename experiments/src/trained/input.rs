//! The images that a trained model is given.

use super::Opened;
use crate::failure::Failure;
use clap::{Args, ValueEnum};
use latent_datasets::folder::{Channels, Picture, read_folder, read_picture};
use latent_tensor::Tensor;
use ndarray::{Array2, ArrayD, Axis};
use ndarray_npy::{ReadNpyError, read_npy};
use std::path::{Path, PathBuf};

/// Which part of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Split {
    /// What was trained on.
    Train,
    /// What was not.
    Test,
}

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

/// Images in `[0, 1]`, a row each, and their classes where these are known.
pub struct Chosen {
    pub x: Array2<f32>,
    pub labels: Option<Vec<u8>>,
}

impl Input {
    /// The images, at most so many unless more are asked for.
    pub(super) fn read(&self, of: &Opened, most: usize) -> Result<Chosen, Failure> {
        let most = self.first.map_or(most, |first| usize::try_from(first).unwrap_or(usize::MAX));
        let splits = &of.data.splits;
        match &self.input {
            None => {
                let set = match self.split {
                    Split::Train => &splits.train,
                    Split::Test => &splits.test,
                };
                let some = 0..set.len().min(most);
                let labels = set.labels().map(|labels| labels[some.clone()].to_vec());
                Ok(Chosen { x: set.rows(some), labels })
            }
            Some(path) => {
                let image = splits.train.image_dim();
                let x = if path.extension().is_some_and(|ending| ending == "npy") {
                    array(path, image)?
                } else {
                    pictures(path, image)?
                };
                if x.nrows() == 0 {
                    return Err(Failure::new(format!("{} has no images", path.display())));
                }
                check_range(&x, path)?;
                let count = x.nrows().min(most);
                Ok(Chosen { x: x.slice_move(ndarray::s![..count, ..]), labels: None })
            }
        }
    }
}

/// Images that a model is given at once.
const BATCH: usize = 500;

impl Chosen {
    /// The images in batches.
    pub(super) fn batches(&self) -> impl Iterator<Item = Tensor> {
        self.x.axis_chunks_iter(Axis(0), BATCH).map(|some| Tensor::constant(some.to_owned()))
    }
}

type ImageDim = (usize, usize, usize);

fn array(path: &Path, (channels, height, width): ImageDim) -> Result<Array2<f32>, Failure> {
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
    let features = channels * height * width;
    let fits = match *array.shape() {
        [_, pixels] => pixels == features,
        [_, h, w] => (1, h, w) == (channels, height, width),
        [_, c, h, w] => (c, h, w) == (channels, height, width),
        _ => false,
    };
    if !fits {
        return Err(Failure::new(format!(
            "{} has the shape {:?}, expected (images, {features}) or (images, {channels}, {height}, {width})",
            path.display(),
            array.shape()
        )));
    }
    let images = array.len_of(Axis(0));
    Ok(array.to_shape((images, features)).expect("as many numbers").into_owned())
}

fn pictures(path: &Path, (channels, height, width): ImageDim) -> Result<Array2<f32>, Failure> {
    let kind = if channels == 1 { Channels::Grey } else { Channels::Colour };
    let pictures: Vec<Picture> = if path.is_dir() {
        let folder = read_folder(path, kind)?;
        if let Some(error) = folder.failed.into_iter().next() {
            return Err(error.into());
        }
        folder.pictures
    } else {
        vec![read_picture(path, kind)?]
    };
    let mut x = Array2::zeros((pictures.len(), channels * height * width));
    for (picture, mut row) in pictures.iter().zip(x.rows_mut()) {
        let found = picture.pixels.dim();
        if found != (channels, height, width) {
            return Err(Failure::new(format!(
                "{} is {} x {} pixels, expected {height} x {width} as the images that the model was trained on",
                picture.path.display(),
                found.1,
                found.2
            )));
        }
        row.assign(&picture.unit::<f32>().into_shape_with_order(channels * height * width).expect("as many pixels"));
    }
    Ok(x)
}

fn check_range(x: &Array2<f32>, path: &Path) -> Result<(), Failure> {
    match x.indexed_iter().find(|(_, value)| !(0.0..=1.0).contains(*value)) {
        None => Ok(()),
        Some(((image, pixel), value)) => Err(Failure::new(format!(
            "{}: pixel {pixel} of image {image} is {value}, expected numbers from 0 to 1",
            path.display()
        ))
        .help("bytes from 0 to 255 are taken as they are from an array of type uint8")),
    }
}
