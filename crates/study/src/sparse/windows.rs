//! Windows of photographs.

use crate::augmentation::Augmentation;
use crate::cli::Common;
use crate::data::{Loaded, StudyData};
use crate::failure::Failure;
use crate::natural;
use crate::training::{Evaluation, Shorthand};
use latent_datasets::folder::Channels;
use latent_datasets::patches::random_patches;
use latent_datasets::photographs::{PhotographSplits, Photographs};
use latent_numeric::random::Stream;
use latent_sparse::SparseError;
use latent_sparse::convolutional::{ConvolutionalCodes, LowPass, Split};
use latent_sparse::lasso::{Certificate, Summary as Codes};
use latent_train::Evaluated;
use latent_train::config::{Check, Problems};
use latent_train::interrupt::Interrupted;
use latent_train::run::DataSource;
use latent_train::sources::Rows;
use ndarray::{Array2, Array3, Array4, ArrayView4, Axis, s};
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

/// How windows are taken from photographs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Windows {
    /// Rows and columns of a window.
    pub side: usize,
    /// Windows that are learned from.
    pub train: usize,
    /// Windows of other photographs, to test on.
    pub test: usize,
    /// How many of the training photographs, from the last on, are held out: as many windows of them as of the test
    /// photographs are evaluated while training in the place of those; early stopping and the best checkpoint go by
    /// them alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validation_photographs: Option<usize>,
    /// The weight of differences in the smooth part that is split off, and the mirrored pixels at its border.
    pub low_pass: LowPass,
}

impl Default for Windows {
    fn default() -> Self {
        Self { side: 96, train: 48, test: 12, validation_photographs: None, low_pass: LowPass::default() }
    }
}

impl Check for Windows {
    fn check(&self, problems: &mut Problems) {
        let held_out = self.validation_photographs.unwrap_or(1);
        problems.at_least_one([("train", self.train), ("test", self.test), ("validation_photographs", held_out)]);
        let smooth = self.low_pass.lambda;
        let fits = smooth.is_finite() && smooth >= 0.0;
        problems.require(fits, "low_pass.lambda", format!("must be a finite number, at least 0, got {smooth}"));
    }
}

/// Windows of photographs without their smooth parts, a row each, and a whole photograph.
#[derive(Debug)]
pub struct WindowSplits {
    /// (windows, channels height width), to learn from.
    pub train: Array2<f32>,
    /// The same of photographs that are held out, if any are.
    pub validation: Option<Array2<f32>>,
    /// The same of other photographs, to test on.
    pub test: Array2<f32>,
    /// The smooth parts of both.
    smooth: [Array2<f32>; 2],
    /// The first test photograph, (1, channels, height, width): its smooth part and the rest.
    pub photograph: Split<f32>,
    /// Channels, height and width of windows.
    pub image: (usize, usize, usize),
    sources: Vec<DataSource>,
}

/// Codes of the test windows.
#[derive(Clone, Debug, Serialize)]
pub struct Judged {
    /// Means over the windows.
    pub codes: Codes,
    /// Coefficients that are not zero, by pixel of a window.
    pub nonzeros_by_pixel: f64,
    /// The mean over windows of `10 log10(1 / mse)` in dB, pixels in [0, 1].
    pub psnr: f64,
    /// Time spent coding.
    pub seconds: f64,
}

/// What a bank of filters comes to on the test windows.
pub struct Coded {
    /// Its codes.
    pub judged: Judged,
    /// Its filters by descending weight in these.
    pub order: Vec<usize>,
}

/// `10 log10(1 / mse)` in dB.
pub fn decibels(mean_square: f64) -> f64 {
    -10.0 * mean_square.log10()
}

/// The flag `--filters` of studies of several banks.
pub const FILTERS: Shorthand = Shorthand {
    flag: "filters",
    key: "filters",
    value: "[N,...]",
    values: &[],
    help: "The numbers of filters of the banks, none twice",
};
/// The flag `--epochs` of studies of windows.
pub const EPOCHS: Shorthand = Shorthand {
    flag: "epochs",
    key: "training.epochs",
    value: "N",
    values: &[],
    help: "Passes over the training windows",
};

impl StudyData for WindowSplits {
    fn sources(&self) -> Vec<DataSource> {
        self.sources.clone()
    }
}

impl WindowSplits {
    /// Windows of the photographs of the flags, or of what stands in for them.
    ///
    /// # Errors
    /// As [`natural::load`] and [`cut`](Self::cut).
    pub fn load(
        windows: &Windows,
        channels: Channels,
        augment: &Augmentation,
        flags: &Common,
    ) -> Result<Loaded<Self>, Failure> {
        let loaded = natural::load(flags, channels, windows.validation_photographs, augment)?;
        let splits = Self::cut(loaded.splits, windows, flags.seed)?;
        Ok(Loaded { dataset: loaded.dataset, splits, note: loaded.note })
    }

    /// Takes windows at random, and splits off their smooth parts.
    ///
    /// # Errors
    /// If a photograph is smaller than a window, or there is none.
    pub fn cut(photographs: PhotographSplits, settings: &Windows, seed: u64) -> Result<Self, Failure> {
        let sources = photographs.sources();
        let PhotographSplits { train, validation, test } = &photographs;
        let side = settings.side;
        let windows = |part: &Photographs, count: usize| -> Result<(Split<f32>, usize), Failure> {
            let images: Vec<Array3<f32>> = (0..part.len()).map(|index| part.unit(index)).collect();
            let rows = random_patches(&images, (side, side), count, seed)?;
            let channels = rows.ncols() / (side * side);
            let shape = (count, channels, side, side);
            let images: Array4<f32> = rows.into_shape_with_order(shape).expect("as many elements");
            Ok((settings.low_pass.split(images.view())?, channels))
        };
        let rows = |images: Array4<f32>| {
            let (count, channels, height, width) = images.dim();
            images.into_shape_with_order((count, channels * height * width)).expect("as many elements")
        };
        let (of_train, channels) = windows(train, settings.train)?;
        let (of_test, _) = windows(test, settings.test)?;
        let held_out = validation.as_ref().map(|part| windows(part, settings.test)).transpose()?;
        let whole = test.unit::<f32>(0).insert_axis(Axis(0));
        let photograph = settings.low_pass.split(whole.view())?;
        let smooth = [of_train.low, of_test.low].map(rows);
        let (train, test) = (rows(of_train.high), rows(of_test.high));
        let validation = held_out.map(|(windows, _)| rows(windows.high));
        Ok(Self { train, validation, test, smooth, photograph, image: (channels, side, side), sources })
    }

    /// Windows to evaluate while training, in batches of this size: of photographs that are held out, if any are, else
    /// of test photographs.
    ///
    /// # Errors
    /// If there are none.
    pub fn evaluated(&self, batch_size: usize) -> Result<Evaluation<Rows<'_>>, Failure> {
        let (on, name, windows) = match &self.validation {
            Some(windows) => (Evaluated::HeldOut, "held-out windows", windows),
            None => (Evaluated::Test, "test windows", &self.test),
        };
        Ok(Evaluation { on, source: Rows::in_order(name, windows.view(), batch_size)? })
    }

    /// The windows to learn from, (windows, channels, height, width).
    pub fn train_images(&self) -> ArrayView4<'_, f32> {
        self.images(&self.train)
    }

    /// The windows to test on, (windows, channels, height, width).
    pub fn test_images(&self) -> ArrayView4<'_, f32> {
        self.images(&self.test)
    }

    /// The smooth parts of the windows to learn from.
    pub fn smooth_train(&self) -> ArrayView4<'_, f32> {
        self.images(&self.smooth[0])
    }

    /// The smooth parts of the windows to test on.
    pub fn smooth_test(&self) -> ArrayView4<'_, f32> {
        self.images(&self.smooth[1])
    }

    /// The codes of the test windows, one after the other, so that the maps of a large bank need not be held for all.
    /// After each `made` says whether to go on.
    ///
    /// # Errors
    /// That of `code`, and what `made` says.
    pub fn coded_test(
        &self,
        filters: usize,
        code: impl Fn(ArrayView4<'_, f32>) -> Result<ConvolutionalCodes<f32>, SparseError>,
        made: impl Fn() -> Result<(), Interrupted>,
    ) -> Result<Coded, Failure> {
        let start = Instant::now();
        let (mut certificates, mut weight) = (Vec::new(), vec![0.0; filters]);
        for window in self.test_images().axis_chunks_iter(Axis(0), 1) {
            let codes = code(window)?;
            for (weight, map) in weight.iter_mut().zip(codes.maps.index_axis(Axis(0), 0).outer_iter()) {
                *weight += map.iter().map(|z| f64::from(z.abs())).sum::<f64>();
            }
            certificates.extend(codes.certificates);
            made()?;
        }
        let mut order: Vec<usize> = (0..filters).collect();
        order.sort_by(|&a, &b| weight[b].total_cmp(&weight[a]).then(a.cmp(&b)));
        Ok(Coded { judged: self.judged(&certificates, start.elapsed()), order })
    }

    /// What these certificates of the test windows say, and how long it took to come to them.
    pub fn judged(&self, certificates: &[Certificate], time: Duration) -> Judged {
        let (_, height, width) = self.image;
        let pixels = self.test.ncols() as f64;
        let codes = Codes::of(certificates);
        let psnr = certificates.iter().map(|certificate| decibels(2.0 * certificate.data_term / pixels)).sum::<f64>();
        Judged {
            nonzeros_by_pixel: codes.nonzeros / (height * width) as f64,
            psnr: psnr / certificates.len().max(1) as f64,
            codes,
            seconds: time.as_secs_f64(),
        }
    }

    fn images<'a>(&self, rows: &'a Array2<f32>) -> ArrayView4<'a, f32> {
        let (channels, height, width) = self.image;
        rows.view().into_shape_with_order((rows.nrows(), channels, height, width)).expect("rows of windows")
    }
}

/// Standard deviations of the window of the first filters in a side.
const WINDOWS_IN_A_SIDE: f32 = 6.0;
/// Places in photographs of which the strongest becomes a first filter: most of a photograph is flat.
const CANDIDATES: usize = 16;

/// Noise under a Gaussian window, for a bank of so many filters, (filters, channels, side, side), to begin with.
///
/// A filter that begins elsewhere than in the middle of its place stays there, as shifted filters with shifted maps make the
/// same images, and lacks room on one side.
pub fn noise(filters: usize, (channels, side): (usize, usize), seed: u64) -> Array4<f32> {
    let noise: Array4<f32> =
        Stream::new(seed, "first filters", &[filters as u64]).normal_array((filters, channels, side, side));
    noise * gaussian(side)
}

/// Pieces of training windows under the same Gaussian window, for a bank to begin with, each of norm 1.
///
/// They have hardly any of the frequencies that photographs hardly have, along which an encoder's filters are almost free and
/// would keep the noise that they began with.
pub fn pieces(windows: &WindowSplits, filters: usize, side: usize, seed: u64) -> Array4<f32> {
    let mut stream = Stream::new(seed, "first filters", &[filters as u64]);
    let (images, (channels, height, width)) = (windows.train_images(), windows.image);
    let window = gaussian(side);
    let mut all = Array4::zeros((filters, channels, side, side));
    for mut filter in all.outer_iter_mut() {
        let mut strongest = 0.0;
        for _ in 0..CANDIDATES {
            let (n, i, j) =
                (stream.below(images.dim().0), stream.below(height - side + 1), stream.below(width - side + 1));
            let piece = &images.slice(s![n, .., i..i + side, j..j + side]) * &window;
            let norm = piece.iter().map(|x| x * x).sum::<f32>().sqrt();
            if norm > strongest {
                strongest = norm;
                filter.assign(&(piece / norm));
            }
        }
        // Pixels are in [0, 1]: what rounding leaves of a flat piece is no more than this.
        if strongest <= 16.0 * f32::EPSILON * side as f32 {
            // All of it is flat: there is nothing to learn.
            filter.fill(((channels * side * side) as f32).sqrt().recip());
        }
    }
    all
}

fn gaussian(side: usize) -> Array2<f32> {
    let middle = 0.5 * (side as f32 - 1.0);
    let from_middle = |at: usize| (at as f32 - middle) * WINDOWS_IN_A_SIDE / side as f32;
    Array2::from_shape_fn((side, side), |(row, column)| {
        (-0.5 * (from_middle(row).powi(2) + from_middle(column).powi(2))).exp()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use latent_datasets::synthetic::dead_leaves::DeadLeaves;

    #[test]
    fn windows_have_no_smooth_part_and_too_large_ones_are_told() {
        let pictures = DeadLeaves { height: 40, width: 50, channels: Channels::Colour }.splits(1, 3, 2);
        let settings = Windows { side: 24, train: 5, test: 3, ..Windows::default() };
        let data = WindowSplits::cut(pictures.clone(), &settings, 0).unwrap();
        assert_eq!((data.train_images().dim(), data.test_images().dim()), ((5, 3, 24, 24), (3, 3, 24, 24)));
        let means = data.train.mean_axis(Axis(1)).unwrap();
        assert!(means.iter().all(|mean| mean.abs() < 0.02), "{means}");
        let whole = &data.photograph.low + &data.photograph.high;
        assert!(
            (whole.index_axis(Axis(0), 0).to_owned() - pictures.test.unit::<f32>(0)).iter().all(|d| d.abs() < 1e-5)
        );
        let told = WindowSplits::cut(pictures, &Windows { side: 41, ..settings }, 0).unwrap_err().to_string();
        assert!(told.contains("patch size = 41"), "{told}");
    }

    #[test]
    fn first_filters_are_pieces_of_windows_and_of_norm_one() {
        let pictures = DeadLeaves { height: 40, width: 50, channels: Channels::Grey }.splits(1, 3, 2);
        let data =
            WindowSplits::cut(pictures, &Windows { side: 24, train: 5, test: 3, ..Windows::default() }, 0).unwrap();
        let first = pieces(&data, 6, 5, 1);
        assert_eq!(first.dim(), (6, 1, 5, 5));
        assert!(first.outer_iter().all(|filter| (filter.iter().map(|d| d * d).sum::<f32>() - 1.0).abs() < 1e-5));
        assert_eq!(first, pieces(&data, 6, 5, 1));
        assert_ne!(first, pieces(&data, 6, 5, 2));
        let flat = WindowSplits { train: Array2::zeros(data.train.dim()), ..data };
        assert!(pieces(&flat, 1, 5, 1).iter().all(|&d| (d - 0.2).abs() < 1e-6));
    }
}
