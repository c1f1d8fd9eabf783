//! Windows of photographs.

use super::Config;
use crate::data::{DataSet, source};
use crate::failure::Failure;
use latent_datasets::patches::random_patches;
use latent_datasets::photographs::{PhotographSplits, Photographs};
use latent_sparse::convolutional::Split;
use latent_train::run::DataSource;
use ndarray::{Array2, Array3, Array4, ArrayView4};

/// Windows of colour photographs without their smooth parts, a row each, and a whole photograph.
#[derive(Debug)]
pub struct WindowSplits {
    /// (windows, channels height width), to learn from.
    pub train: Array2<f32>,
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

impl DataSet for WindowSplits {
    fn sources(&self) -> Vec<DataSource> {
        self.sources.clone()
    }
}

impl WindowSplits {
    /// Takes windows at random, and splits off their smooth parts.
    ///
    /// # Errors
    /// If a photograph is smaller than a window, or there is none.
    pub fn cut(photographs: PhotographSplits, config: &Config, seed: u64) -> Result<Self, Failure> {
        let PhotographSplits { train, test } = &photographs;
        let sources = [train, test].map(|part| source(&part.name, &part.provenance)).into();
        let side = config.window;
        let windows = |part: &Photographs, count: usize| -> Result<(Split<f32>, usize), Failure> {
            let images: Vec<Array3<f32>> = (0..part.len()).map(|index| part.unit(index)).collect();
            let rows = random_patches(&images, (side, side), count, seed)?;
            let channels = rows.ncols() / (side * side);
            let shape = (count, channels, side, side);
            let images: Array4<f32> = rows.into_shape_with_order(shape).expect("as many elements");
            Ok((config.low_pass.split(images.view())?, channels))
        };
        let rows = |images: Array4<f32>| {
            let (count, channels, height, width) = images.dim();
            images.into_shape_with_order((count, channels * height * width)).expect("as many elements")
        };
        let (of_train, channels) = windows(train, config.train_windows)?;
        let (of_test, _) = windows(test, config.test_windows)?;
        let whole = test.unit::<f32>(0).insert_axis(ndarray::Axis(0));
        let photograph = config.low_pass.split(whole.view())?;
        let smooth = [of_train.low, of_test.low].map(rows);
        let (train, test) = (rows(of_train.high), rows(of_test.high));
        Ok(Self { train, test, smooth, photograph, image: (channels, side, side), sources })
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

    fn images<'a>(&self, rows: &'a Array2<f32>) -> ArrayView4<'a, f32> {
        let (channels, height, width) = self.image;
        rows.view().into_shape_with_order((rows.nrows(), channels, height, width)).expect("rows of windows")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use latent_datasets::folder::Channels;
    use latent_datasets::synthetic::dead_leaves::DeadLeaves;

    #[test]
    fn windows_have_no_smooth_part_and_too_large_ones_are_told() {
        let pictures = DeadLeaves { height: 40, width: 50, channels: Channels::Colour }.splits(1, 3, 2);
        let config = Config { window: 24, train_windows: 5, test_windows: 3, ..Config::default() };
        let data = WindowSplits::cut(pictures.clone(), &config, 0).unwrap();
        assert_eq!((data.train_images().dim(), data.test_images().dim()), ((5, 3, 24, 24), (3, 3, 24, 24)));
        let means = data.train.mean_axis(ndarray::Axis(1)).unwrap();
        assert!(means.iter().all(|mean| mean.abs() < 0.02), "{means}");
        let whole = &data.photograph.low + &data.photograph.high;
        assert!(
            (whole.index_axis(ndarray::Axis(0), 0).to_owned() - pictures.test.unit::<f32>(0))
                .iter()
                .all(|d| d.abs() < 1e-5)
        );
        let told = WindowSplits::cut(pictures, &Config { window: 41, ..config }, 0).unwrap_err().to_string();
        assert!(told.contains("patch size = 41"), "{told}");
    }
}
