//! Banks of convolutional filters.

use super::open::{Opened, Usable};
use super::{Chosen, Form, Inputs, Shown, Split, Trained};
use crate::csc_images::{Config, CscImages, WindowSplits};
use crate::failure::Failure;
use crate::solvers::ConvolutionalSolver;
use crate::tasks::FilterBanksTask;
use latent_numeric::random::Stream;
use latent_sparse::convolutional::{ConvolutionalLasso, ConvolutionalParams, LowPass};
use latent_sparse::lasso::Stop;
use latent_tensor::Tensor;
use ndarray::{Array3, Array4, Axis, Ix4, s, stack};

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

/// The windows of a run; or whole images, whose smooth parts are split off as those of the windows were.
struct Windows {
    low_pass: LowPass,
    side: usize,
    data: WindowSplits,
}

impl Inputs for Windows {
    fn form(&self) -> Form {
        let (channels, ..) = self.data.image;
        Form::AtLeast { channels, side: self.side, what: "a filter", one_size: true }
    }

    fn part(&self, split: Split, most: usize) -> Result<Chosen, Failure> {
        let (high, low) = match split {
            Split::Train => (self.data.train_images(), self.data.smooth_train()),
            Split::Test => (self.data.test_images(), self.data.smooth_test()),
        };
        let some = s![..high.dim().0.min(most), .., .., ..];
        Ok(chosen(high.slice(some).to_owned(), low.slice(some).to_owned()))
    }

    fn others(&self, images: &[Array3<f32>]) -> Result<Chosen, Failure> {
        let views: Vec<_> = images.iter().map(|image| image.view()).collect();
        let parts = self.low_pass.split(stack(Axis(0), &views)?.view())?;
        Ok(chosen(parts.high, parts.low))
    }
}

/// One after the other, so that not all maps need be held.
fn chosen(high: Array4<f32>, low: Array4<f32>) -> Chosen {
    Chosen { x: high.into_dyn(), labels: None, shown: Shown::Photographs(low), batch: 1 }
}

impl Usable for CscImages {
    fn opened(config: &Config, task: FilterBanksTask, data: WindowSplits) -> Opened {
        let place = task.sizes().position(|size| size == config.drawn).expect("a checked configuration");
        let penalty = ConvolutionalParams::new(config.lambda as f32);
        let stop = Stop::gap(config.test_gap).max_iterations(config.test_iterations);
        let model = Bank { task, place, penalty, solver: config.solver, stop };
        let images = Windows { low_pass: config.low_pass, side: config.side, data };
        Opened { model: Box::new(model), images: Box::new(images) }
    }
}
