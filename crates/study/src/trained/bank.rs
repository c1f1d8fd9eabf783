//! Banks of convolutional filters.

use super::Trained;
use crate::failure::Failure;
use latent_numeric::random::Stream;
use latent_sparse::SparseError;
use latent_sparse::convolutional::{ConvolutionalLasso, ConvolutionalParams, Filters, Solver};
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

/// The maps of least objective.
struct Solved {
    task: FilterBanksTask,
    place: usize,
    solver: Box<dyn Solver<f32>>,
    stop: Stop,
    penalty: ConvolutionalParams<f32>,
}

impl Bank for Solved {
    fn maps(&self, images: ArrayView4<'_, f32>) -> Result<Array4<f32>, Failure> {
        Ok(self.task.code(self.place, images, self.solver.as_ref(), &self.stop)?.maps)
    }

    fn filters(&self) -> Result<Filters<f32>, SparseError> {
        self.task.filters(self.place)
    }

    fn penalty(&self) -> ConvolutionalParams<f32> {
        self.penalty
    }
}

/// The maps that the encoder predicts.
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

/// One bank of convolutional filters of a run, with which whole photographs are coded.
pub struct FilterBank(Box<dyn Bank>);

impl FilterBank {
    /// The bank with `filters` filters of a task; its maps are those of least objective.
    ///
    /// # Panics
    /// If the task has no bank of this size.
    pub fn solved(
        task: FilterBanksTask,
        filters: usize,
        solver: Box<dyn Solver<f32>>,
        stop: Stop,
        penalty: ConvolutionalParams<f32>,
    ) -> Self {
        let place = place(task.sizes(), filters);
        Self(Box::new(Solved { task, place, solver, stop, penalty }))
    }

    /// The bank with `filters` filters of a task; its maps are those that the encoder predicts.
    ///
    /// # Panics
    /// If the task has no bank of this size.
    pub fn predicted(task: PredictiveBanksTask, filters: usize) -> Self {
        let place = place(task.sizes(), filters);
        Self(Box::new(Predicted { task, place }))
    }
}

fn place(mut sizes: impl Iterator<Item = usize>, filters: usize) -> usize {
    sizes.position(|size| size == filters).unwrap_or_else(|| panic!("there is no bank of {filters} filters"))
}

/// Codes are the maps of the images without their smooth parts.
impl Trained for FilterBank {
    fn kind(&self) -> &'static str {
        "a bank of filters"
    }

    fn sample(&self, _: usize, _: Option<&[usize]>, _: &mut Stream) -> Result<Tensor, Failure> {
        Err(Failure::new("a bank of filters has no distribution of maps to draw from")
            .help("it can code images, and put them together again: encode RUN, reconstruct RUN"))
    }

    fn encode(&self, x: &Tensor) -> Result<Vec<(&'static str, Tensor)>, Failure> {
        Ok(vec![("codes", Tensor::constant(self.0.maps(x.view_as::<Ix4>())?))])
    }

    fn reconstruct(&self, x: &Tensor) -> Result<Tensor, Failure> {
        let (maps, filters) = (self.0.maps(x.view_as::<Ix4>())?, self.0.filters()?);
        Ok(Tensor::constant(ConvolutionalLasso::new(&filters, self.0.penalty())?.reconstruct(maps.view())?))
    }
}
