//! A convolutional encoder and its decoder, trained together.

use super::convolutional::{check_filters, correlated, synthesis};
use super::predictive::{PredictiveEnergy, PredictiveLoss, check_weights, on_the_sphere};
use super::train::TrainError;
use crate::SparseError;
use crate::convolutional::{Boundary, ConvolutionalLasso, ConvolutionalParams, Filters};
use crate::error::require;
use latent_layers::{Context, Layer, LayerError, Module, Parameter};
use latent_numeric::Scalar;
use latent_optim::Optimizer;
use latent_tensor::{Tensor, no_grad};
use ndarray::{Array4, ArrayView4};

/// [Predictive sparse decomposition](super::PredictiveDecomposition) of images `y` with a convolutional decoder,
/// `Dec(z) = D z = sum_k d_k * z_k`:
///
/// ```text
/// 1/2 ||y - D z||^2 + alpha/2 ||z - Enc(y)||^2 + lambda ||z||_1,    ||d_k|| = 1
/// ```
///
/// Codes are inferred by minimising it over `z`, encoder and decoder are moved at these codes. Boundaries are free.
/// Source: Kavukcuoglu et al., *Learning convolutional feature hierarchies for visual recognition*, NIPS 2010, without the
/// halves: their weights are twice these.
///
/// ```
/// use latent_layers::Context;
/// use latent_numeric::random::Stream;
/// use latent_optim::{Adam, Algorithm};
/// use latent_sparse::lista::{ConvEncoder, ConvEncoderParams, ConvPredictiveDecomposition, Nonlinearity};
/// use ndarray::Array4;
///
/// let mut stream = Stream::new(1, "example", &[]);
/// let (x, filters): (Array4<f64>, Array4<f64>) = (stream.normal_array((4, 1, 8, 8)), stream.normal_array((3, 1, 3, 3)));
/// let params = ConvEncoderParams { nonlinearity: Nonlinearity::Tanh, lambda: 0.2, step_size: 0.3 };
/// let encoder = ConvEncoder::new(filters.clone(), params)?;
/// let model = ConvPredictiveDecomposition::new(encoder, filters, 0.2, 1.0)?;
/// let mut adam = Adam { learning_rate: 0.02, ..Adam::default() }.optimizer()?;
/// let mut context = Context::evaluate();
/// let first = model.step(x.view(), &mut context, 50, &mut adam)?;
/// for _ in 0..30 {
///     model.step(x.view(), &mut context, 50, &mut adam)?;
/// }
/// assert!(model.step(x.view(), &mut context, 50, &mut adam)?.total() < first.total());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Module)]
#[module(kind = KIND)]
pub struct ConvPredictiveDecomposition<M, E: Scalar = f32> {
    encoder: M,
    decoder: Parameter<E>,
    #[module(skip)]
    lambda: E,
    #[module(skip)]
    alpha: E,
}

const KIND: &str = "convolutional predictive sparse decomposition";

impl<M: Layer<E>, E: Scalar> ConvPredictiveDecomposition<M, E> {
    /// An encoder, such as a [`ConvEncoder`](super::ConvEncoder), and the decoder's filters to begin with, (maps, channels,
    /// height, width); they are scaled to norm 1, and held there.
    ///
    /// # Errors
    /// If lambda or alpha is negative or not finite, a filter is zero or not finite, or there is none.
    pub fn new(encoder: M, filters: Array4<E>, lambda: E, alpha: E) -> Result<Self, SparseError> {
        check_weights(lambda, alpha)?;
        check_filters(&filters)?;
        for filter in filters.outer_iter() {
            let norm = filter.iter().map(|&d| d * d).sum::<E>();
            require(norm > E::zero(), "the squared norm of a filter", norm.as_f64(), "above 0")?;
        }
        let decoder = Parameter::new(filters.as_standard_layout().into_owned());
        let pair = Self { encoder, decoder, lambda, alpha };
        pair.normalize();
        Ok(pair)
    }

    /// The encoder.
    pub fn encoder(&self) -> &M {
        &self.encoder
    }

    /// The decoder's filters.
    ///
    /// # Errors
    /// If training left something that is not finite.
    pub fn filters(&self) -> Result<Filters<E>, SparseError> {
        Filters::new(self.decoder.tensor().into_array())
    }

    /// The codes of least energy, given what the encoder says, by so many iterations of FISTA from there, which begins
    /// anew where the energy would rise. It ends sooner where no step lowers the energy of all images together.
    ///
    /// # Shapes
    /// `x` (samples, channels, height, width); `predicted` and the codes (samples, maps, ...) as the encoder has them.
    ///
    /// # Errors
    /// If a shape does not fit, or the filters are not finite.
    pub fn infer(
        &self,
        x: ArrayView4<E>,
        predicted: ArrayView4<E>,
        iterations: usize,
    ) -> Result<Array4<E>, SparseError> {
        let shape_of = |what, found: &[usize], expected: &[usize]| {
            Err(SparseError::Shape { what, found: found.to_vec(), expected: expected.to_vec() })
        };
        let filters = self.filters()?;
        let (samples, _, height, width) = x.dim();
        let images = [samples, filters.channels(), height, width];
        if x.shape() != images || height == 0 || width == 0 {
            let expected = [samples, filters.channels(), height.max(1), width.max(1)];
            return shape_of("the images (samples, channels, height, width)", x.shape(), &expected);
        }
        let (h, w) = filters.size();
        let maps = [samples, filters.len(), height + h - 1, width + w - 1];
        if predicted.shape() != maps {
            return shape_of("the predicted codes (samples, maps, height, width)", predicted.shape(), &maps);
        }
        let free = ConvolutionalParams::new(self.lambda).boundary(Boundary::Free);
        let step = (ConvolutionalLasso::new(&filters, free)?.lipschitz((height, width)) + self.alpha).recip();
        let decoder = self.decoder.tensor();
        let [x, predicted] = [x, predicted].map(|array| Tensor::constant(array.to_owned()));
        Ok(no_grad(|| self.descend(&x, &predicted, &decoder, step, iterations)).into_array())
    }

    /// FISTA with a restart where the energy would rise.
    fn descend(
        &self,
        x: &Tensor<E>,
        predicted: &Tensor<E>,
        decoder: &Tensor<E>,
        step: E,
        iterations: usize,
    ) -> Tensor<E> {
        let half = E::of(0.5);
        let energy = |z: &Tensor<E>, dz: &Tensor<E>| {
            let smooth = (x - dz).square().sum() + (z - predicted).square().sum() * self.alpha;
            (smooth * half + z.abs().sum() * self.lambda).item()
        };
        let mut z = predicted.clone();
        let mut dz = synthesis(&z, decoder);
        let mut lowest = energy(&z, &dz);
        // Where the gradient is taken: z moved on by some of its last change.
        let (mut at, mut d_at) = (z.clone(), dz.clone());
        let mut t = 1.0_f64;
        for _ in 0..iterations {
            let gradient = correlated(&(&d_at - x), decoder) + (&at - predicted) * self.alpha;
            let next = (&at - gradient * step).soft_threshold(self.lambda * step);
            let d_next = synthesis(&next, decoder);
            let found = energy(&next, &d_next);
            if found >= lowest {
                if t == 1.0 {
                    break;
                }
                (at, d_at, t) = (z.clone(), dz.clone(), 1.0);
                continue;
            }
            let t_next = 0.5 * (1.0 + (1.0 + 4.0 * t * t).sqrt());
            let momentum = E::of((t - 1.0) / t_next);
            at = &next + (&next - &z) * momentum;
            d_at = &d_next + (&d_next - &dz) * momentum;
            (z, dz, lowest, t) = (next, d_next, found, t_next);
        }
        z
    }

    /// The energy of a batch, a mean over images: encodes it, and infers its codes by so many iterations.
    ///
    /// # Shapes
    /// `x` (samples, channels, height, width).
    ///
    /// # Errors
    /// If the encoder or the inference refuses.
    pub fn loss(
        &self,
        x: ArrayView4<E>,
        context: &mut Context,
        iterations: usize,
    ) -> Result<PredictiveLoss<E>, TrainError> {
        let samples = Tensor::constant(x.to_owned());
        let predicted = context.apply("encoder", &self.encoder, &samples)?;
        if predicted.rank() != 4 {
            let expected = "an encoder that gives codes (samples, maps, height, width)".to_owned();
            return Err(LayerError::shape("", KIND, expected, predicted.shape()).into());
        }
        let codes = Tensor::constant(self.infer(x, predicted.view_as(), iterations)?);
        let error = samples - synthesis(&codes, &on_the_sphere(&self.decoder.tensor(), &[1, 2, 3]));
        Ok(PredictiveLoss::new(&error, codes, predicted, self.lambda, self.alpha))
    }

    /// One step on a batch: moves encoder and decoder down its [`loss`](Self::loss), and [normalises](Self::normalize). The
    /// energy is that before the move.
    ///
    /// # Errors
    /// As [`loss`](Self::loss); if the optimiser refuses, or the energy is not finite. Nothing is changed then.
    pub fn step(
        &self,
        x: ArrayView4<E>,
        context: &mut Context,
        iterations: usize,
        optimizer: &mut dyn Optimizer<E>,
    ) -> Result<PredictiveEnergy, TrainError> {
        let energy = self.loss(x, context, iterations)?.descend(self, optimizer)?;
        self.normalize();
        Ok(energy)
    }

    /// Scales the decoder's filters to norm 1, as they are to be after each step of an optimiser.
    pub fn normalize(&self) {
        let maps = self.decoder.shape()[0];
        let mut elements = self.decoder.elements();
        let pixels = elements.len() / maps;
        for filter in elements.chunks_exact_mut(pixels) {
            let norm = filter.iter().map(|&d| d * d).sum::<E>().sqrt();
            // A filter that became zero has no direction to keep.
            if norm > E::zero() {
                filter.iter_mut().for_each(|d| *d /= norm);
            }
        }
    }
}
