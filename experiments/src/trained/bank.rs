//! Banks of convolutional filters.

use super::Trained;
use super::open::{Opened, Usable};
use super::windows::Windows;
use crate::csc_images::{self, CscImages};
use crate::failure::Failure;
use crate::psd_images::{self, PsdImages};
use crate::windows::WindowSplits;
use latent_numeric::random::Stream;
use latent_sparse::SparseError;
use latent_sparse::convolutional::{ConvolutionalLasso, ConvolutionalParams, Filters};
use latent_sparse::lasso::Stop;
use latent_sparse::train::{FilterBanksTask, PredictiveBanksTask};
use latent_tensor::Tensor;
use ndarray::{Array4, ArrayView4, Ix4};

/// The bank of a run that a whole photograph is coded with.
trait Bank {
    /// The maps of images, both (images, channels or filters, height, width).
    fn maps(&self, images: ArrayView4<'_, f32>) -> Result<Array4<f32>, Failure>;

    /// What puts maps together again.
    fn filters(&self) -> Result<Filters<f32>, SparseError>;

    /// What it does at borders.
    fn penalty(&self) -> ConvolutionalParams<f32>;
}

/// Codes are the maps of the images without their smooth parts.
impl<B: Bank> Trained for B {
    fn kind(&self) -> &'static str {
        "a bank of filters"
    }

    fn sample(&self, _: usize, _: Option<&[usize]>, _: &mut Stream) -> Result<Tensor, Failure> {
        Err(Failure::new("a bank of filters has no distribution of maps to draw from")
            .help("it can code images, and put them together again: encode RUN, reconstruct RUN"))
    }

    fn encode(&self, x: &Tensor) -> Result<Vec<(&'static str, Tensor)>, Failure> {
        Ok(vec![("codes", Tensor::constant(self.maps(x.view_as::<Ix4>())?))])
    }

    fn reconstruct(&self, x: &Tensor) -> Result<Tensor, Failure> {
        let (maps, filters) = (self.maps(x.view_as::<Ix4>())?, self.filters()?);
        Ok(Tensor::constant(ConvolutionalLasso::new(&filters, self.penalty())?.reconstruct(maps.view())?))
    }
}

/// Its maps are those of least objective.
struct Solved {
    task: FilterBanksTask,
    place: usize,
    config: csc_images::Config,
}

impl Bank for Solved {
    fn maps(&self, images: ArrayView4<'_, f32>) -> Result<Array4<f32>, Failure> {
        let stop = Stop::gap(self.config.test_gap).max_iterations(self.config.test_iterations);
        Ok(self.task.code(self.place, images, self.config.solver.solver().as_ref(), &stop)?.maps)
    }

    fn filters(&self) -> Result<Filters<f32>, SparseError> {
        self.task.filters(self.place)
    }

    fn penalty(&self) -> ConvolutionalParams<f32> {
        ConvolutionalParams::new(self.config.lambda as f32)
    }
}

/// Its maps are those that the encoder says.
struct Predicted {
    task: PredictiveBanksTask,
    place: usize,
}

impl Bank for Predicted {
    fn maps(&self, images: ArrayView4<'_, f32>) -> Result<Array4<f32>, Failure> {
        Ok(self.task.predict(self.place, images)?)
    }

    fn filters(&self) -> Result<Filters<f32>, SparseError> {
        self.task.decoder(self.place)
    }

    fn penalty(&self) -> ConvolutionalParams<f32> {
        self.task.penalty()
    }
}

fn place(mut sizes: impl Iterator<Item = usize>, drawn: usize) -> usize {
    sizes.position(|size| size == drawn).expect("a checked configuration")
}

impl Usable for CscImages {
    fn opened(config: &csc_images::Config, task: FilterBanksTask, data: WindowSplits) -> Opened {
        let images = Windows { low_pass: config.windows.low_pass, side: config.side, data };
        let place = place(task.sizes(), config.drawn);
        Opened { model: Box::new(Solved { task, place, config: config.clone() }), images: Box::new(images) }
    }
}

impl Usable for PsdImages {
    fn opened(config: &psd_images::Config, task: PredictiveBanksTask, data: WindowSplits) -> Opened {
        let images = Windows { low_pass: config.windows.low_pass, side: config.side, data };
        let place = place(task.sizes(), config.drawn);
        Opened { model: Box::new(Predicted { task, place }), images: Box::new(images) }
    }
}
