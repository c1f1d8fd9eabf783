//! Banks of convolutional filters.

use super::Trained;
use super::open::{Opened, Usable};
use super::windows::Windows;
use crate::csc_images::{Config, CscImages};
use crate::failure::Failure;
use crate::solvers::ConvolutionalSolver;
use crate::tasks::FilterBanksTask;
use crate::windows::WindowSplits;
use latent_numeric::random::Stream;
use latent_sparse::convolutional::{ConvolutionalLasso, ConvolutionalParams};
use latent_sparse::lasso::Stop;
use latent_tensor::Tensor;
use ndarray::{Array4, Ix4};

/// The bank of a run whose maps are drawn.
struct Bank {
    task: FilterBanksTask,
    place: usize,
    penalty: ConvolutionalParams<f32>,
    solver: ConvolutionalSolver,
    stop: Stop,
}

impl Bank {
    /// (images, filters, height, width).
    fn maps(&self, x: &Tensor) -> Result<Array4<f32>, Failure> {
        let solver = self.solver.solver();
        Ok(self.task.code(self.place, x.view_as::<Ix4>(), solver.as_ref(), &self.stop)?.maps)
    }
}

/// Codes are the maps of the images without their smooth parts.
impl Trained for Bank {
    fn kind(&self) -> &'static str {
        "a bank of filters"
    }

    fn sample(&self, _: usize, _: Option<&[usize]>, _: &mut Stream) -> Result<Tensor, Failure> {
        Err(Failure::new("a bank of filters has no distribution of maps to draw from")
            .help("it can code images, and put them together again: encode RUN, reconstruct RUN"))
    }

    fn encode(&self, x: &Tensor) -> Result<Vec<(&'static str, Tensor)>, Failure> {
        Ok(vec![("codes", Tensor::constant(self.maps(x)?))])
    }

    fn reconstruct(&self, x: &Tensor) -> Result<Tensor, Failure> {
        let maps = self.maps(x)?;
        let filters = self.task.filters(self.place)?;
        Ok(Tensor::constant(ConvolutionalLasso::new(&filters, self.penalty)?.reconstruct(maps.view())?))
    }
}

impl Usable for CscImages {
    fn opened(config: &Config, task: FilterBanksTask, data: WindowSplits) -> Opened {
        let place = task.sizes().position(|size| size == config.drawn).expect("a checked configuration");
        let penalty = ConvolutionalParams::new(config.lambda as f32);
        let stop = Stop::gap(config.test_gap).max_iterations(config.test_iterations);
        let model = Bank { task, place, penalty, solver: config.solver, stop };
        let images = Windows { low_pass: config.windows.low_pass, side: config.side, data };
        Opened { model: Box::new(model), images: Box::new(images) }
    }
}
