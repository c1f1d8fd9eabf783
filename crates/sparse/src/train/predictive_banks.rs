//! Convolutional encoders and decoders that are trained together, as a task.

use super::{check_sizes, images};
use crate::SparseError;
use crate::convolutional::{Boundary, ConvolutionalLasso, ConvolutionalParams, Filters};
use crate::lista::{ConvEncoder, ConvEncoderParams, ConvPredictiveDecomposition, Nonlinearity, PredictiveLoss};
use latent_layers::{Context, Layer, LayerError, Module, Visitor};
use latent_tensor::{Tensor, no_grad};
use latent_train::config::{Check, Problems};
use latent_train::sources::ImageBatch;
use latent_train::{Name, Pass, Task, TaskError, Terms};
use ndarray::{Array4, ArrayView4, Axis, Ix4, concatenate};
use serde::{Deserialize, Serialize};

/// What the energy of a predictive decomposition is made of.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Energy {
    /// The weight of the l1 term.
    pub lambda: f64,
    /// The weight of the square of the distance between codes and what the encoder says.
    pub alpha: f64,
    /// What follows the encoder's convolution.
    pub nonlinearity: Nonlinearity,
    /// Iterations of FISTA, from what the encoder says, that codes are inferred by while learning.
    pub iterations: usize,
}

impl Default for Energy {
    fn default() -> Self {
        Self { lambda: 0.02, alpha: 1.0, nonlinearity: Nonlinearity::Shrink, iterations: 10 }
    }
}

impl Check for Energy {
    fn check(&self, problems: &mut Problems) {
        for (name, value, least) in [("lambda", self.lambda, f32::MIN_POSITIVE), ("alpha", self.alpha, 0.0)] {
            let single = value as f32;
            let expected = if least > 0.0 { "above 0" } else { "at least 0" };
            let fits = single.is_finite() && single >= least;
            problems.require(fits, name, format!("must be a finite number, {expected}, got {value:e}"));
        }
        problems.at_least_one([("iterations", self.iterations)]);
    }
}

/// Trains a [`ConvPredictiveDecomposition`] with a [`ConvEncoder`] for each of several banks of filters, on the same
/// images: one player, `banks`.
///
/// The objective of a step or an evaluation is the mean over banks of the energy at the inferred codes; `objective_k` is
/// that of the bank of `k` filters, `prediction_k` what of it is the encoder's distance to these codes, `density_k` their
/// share of coefficients that are not zero. Figures are means over images.
pub struct PredictiveBanksTask {
    banks: Vec<Bank>,
    energy: Energy,
    /// Channels, height and width of images.
    image: (usize, usize, usize),
}

struct Bank {
    size: usize,
    /// Of its part of the model.
    name: String,
    model: ConvPredictiveDecomposition<ConvEncoder>,
}

impl PredictiveBanksTask {
    /// Banks that begin with these filters, (filters, channels, height, width); encoders begin as the first step of ISTA with
    /// them. Images are of so many channels, rows and columns.
    ///
    /// # Errors
    /// If a weight of the energy is outside its domain, two banks have the same number of filters, or a filter is zero or
    /// not finite.
    pub fn new(
        banks: impl IntoIterator<Item = Array4<f32>>,
        energy: Energy,
        image: (usize, usize, usize),
    ) -> Result<Self, SparseError> {
        let (_, height, width) = image;
        let bank = |filters: Array4<f32>| {
            let size = filters.dim().0;
            let decoder = Filters::new(filters)?;
            let step_size = ConvolutionalLasso::new(&decoder, free(energy.lambda))?.lipschitz((height, width)).recip();
            let filters = decoder.into_array();
            let (lambda, alpha) = (energy.lambda as f32, energy.alpha as f32);
            let params = ConvEncoderParams { nonlinearity: energy.nonlinearity, lambda, step_size };
            let encoder = ConvEncoder::new(filters.clone(), params)?;
            let model = ConvPredictiveDecomposition::new(encoder, filters, lambda, alpha)?;
            Ok(Bank { size, name: format!("bank_{size}"), model })
        };
        let banks: Vec<Array4<f32>> = banks.into_iter().collect();
        check_sizes(banks.iter().map(|filters| filters.dim().0))?;
        let banks = banks.into_iter().map(bank).collect::<Result<_, SparseError>>()?;
        Ok(Self { banks, energy, image })
    }

    /// The numbers of filters of the banks.
    pub fn sizes(&self) -> impl Iterator<Item = usize> {
        self.banks.iter().map(|bank| bank.size)
    }

    /// The filters of a bank's decoder, by its place.
    ///
    /// # Errors
    /// If training left something that is not finite.
    ///
    /// # Panics
    /// If there is no such bank.
    pub fn decoder(&self, bank: usize) -> Result<Filters<f32>, SparseError> {
        self.banks[bank].model.filters()
    }

    /// The filters of a bank's encoder as what they look for: those with a negative scale have the other sign.
    ///
    /// # Panics
    /// If there is no such bank.
    pub fn encoder(&self, bank: usize) -> Array4<f32> {
        let encoder = self.banks[bank].model.encoder();
        let (filters, scale) = (encoder.filters(), encoder.scale());
        let mut filters = filters.view_as::<Ix4>().to_owned();
        for (mut filter, &scale) in filters.outer_iter_mut().zip(scale.array().iter()) {
            filter *= scale.signum();
        }
        filters
    }

    /// What a bank's encoder says of images (images, channels, height, width).
    ///
    /// # Errors
    /// If images are of other channels.
    ///
    /// # Panics
    /// If there is no such bank, or no image.
    pub fn predict(&self, bank: usize, images: ArrayView4<'_, f32>) -> Result<Array4<f32>, LayerError> {
        let encoder = self.banks[bank].model.encoder();
        let maps = |image: ArrayView4<'_, f32>| {
            let x = Tensor::constant(image.to_owned());
            Ok(no_grad(|| encoder.forward(&x, &mut Context::evaluate()))?.into_array::<Ix4>())
        };
        // One image after the other, as what leads to the maps of many filters is large.
        let maps = images.axis_chunks_iter(Axis(0), 1).map(maps).collect::<Result<Vec<_>, LayerError>>()?;
        let views: Vec<_> = maps.iter().map(|maps| maps.view()).collect();
        Ok(concatenate(Axis(0), &views).expect("at least one image, all of the same size"))
    }

    /// The problem that codes with this decoder solve.
    ///
    /// # Errors
    /// If lambda is outside its domain.
    pub fn problem<'f>(&self, decoder: &'f Filters<f32>) -> Result<ConvolutionalLasso<'f, f32>, SparseError> {
        ConvolutionalLasso::new(decoder, self.penalty())
    }

    /// Lambda and the free boundary.
    pub fn penalty(&self) -> ConvolutionalParams<f32> {
        free(self.energy.lambda)
    }
}

fn free(lambda: f64) -> ConvolutionalParams<f32> {
    ConvolutionalParams::new(lambda as f32).boundary(Boundary::Free)
}

impl Module for PredictiveBanksTask {
    fn kind(&self) -> &'static str {
        "predictive banks"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a>) {
        for bank in &self.banks {
            visitor.module(&bank.name, &bank.model);
        }
    }
}

impl Task for PredictiveBanksTask {
    type Batch = ImageBatch;

    fn model(&self) -> &dyn Module {
        self
    }

    fn players(&self) -> Vec<(Name, &dyn Module)> {
        vec![("banks".into(), self)]
    }

    fn loss(&self, _: usize, batch: &ImageBatch, pass: &mut Pass) -> Result<Terms, TaskError> {
        let images = images(&batch.x, self.image);
        let share = (self.banks.len() as f32).recip();
        let (mut objective, mut values) = (Tensor::scalar(0.0), Vec::new());
        for Bank { size, model, .. } in &self.banks {
            let loss = model.loss(images.view(), &mut pass.context, self.energy.iterations)?;
            let PredictiveLoss { total, energy, codes } = loss;
            let used = codes.array().iter().filter(|z| **z != 0.0).count();
            values.push((format!("objective_{size}"), energy.total()));
            values.push((format!("prediction_{size}"), energy.prediction));
            values.push((format!("density_{size}"), used as f64 / codes.array().len() as f64));
            objective = objective + total * share;
        }
        Ok(Terms::new(objective, images.dim().0).with_values(values))
    }

    fn evaluate(&self, batch: &ImageBatch, pass: &mut Pass) -> Result<Terms, TaskError> {
        no_grad(|| self.loss(0, batch, pass))
    }

    fn after_step(&self, _: usize) -> Result<(), TaskError> {
        self.banks.iter().for_each(|bank| bank.model.normalize());
        Ok(())
    }
}
