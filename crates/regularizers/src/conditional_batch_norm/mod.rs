//! `y = gamma(c) (x - m) / sqrt(v + eps) + beta(c)`

mod class_tables;
mod network;
#[cfg(test)]
mod tests;

pub use class_tables::ClassTables;
pub use network::AffineNetwork;

use latent_layers::{Context, LayerError, Module, State};
use latent_numeric::Scalar;
use latent_tensor::{Tensor, is_recomputing};
use ndarray::Array1;

/// Scale and shift as functions of a condition.
pub trait Affine<E: Scalar = f32>: Module<E> {
    /// What the condition of a batch is.
    type Condition: ?Sized;

    /// The number of channels.
    fn channels(&self) -> usize;

    /// `gamma(c_n)` and `beta(c_n)` for each sample, both of shape (samples, channels).
    ///
    /// # Errors
    /// If the condition does not fit.
    fn scale_and_shift(
        &self,
        samples: usize,
        condition: &Self::Condition,
        context: &mut Context,
    ) -> Result<[Tensor<E>; 2], LayerError>;
}

/// Batch normalisation whose scale and shift depend on a condition:
/// `y = gamma(c_n) (x - m) / sqrt(v + eps) + beta(c_n)` (Dumoulin, Shlens and Kudlur 2017; de Vries et al. 2017).
///
/// With [`ClassTables`] the condition is a class for each sample, with [`AffineNetwork`] a tensor that a network maps to
/// scale and shift. Training normalises with mean `m` and biased variance `v` of each channel over the batch, and moves
/// the state `running_mean` and `running_var` (unbiased) towards them; evaluation uses this state and never changes it.
/// With one class it is batch normalisation.
///
/// # Shapes
/// (samples, channels, ...) gives the same.
///
/// ```
/// use latent_layers::Context;
/// use latent_numeric::random::Stream;
/// use latent_regularizers::{ClassTables, ConditionalBatchNorm};
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let norm = ConditionalBatchNorm::new(ClassTables::new(10, 2));
/// let x = Tensor::constant(array![[1.0, 5.0], [3.0, 5.5], [5.0, 6.0]]);
/// let y = norm.forward_with(&x, &[7, 0, 9], &mut Context::train(Stream::new(1, "training", &[0])))?;
/// assert!(y.mean_axes(&[0], false).array().iter().all(|mean: &f64| mean.abs() < 1e-12));
/// let error = norm.forward_with(&x, &[7, 0, 10], &mut Context::evaluate()).unwrap_err();
/// assert!(error.to_string().contains("class 10"));
/// # Ok::<(), latent_layers::LayerError>(())
/// ```
#[derive(Debug, Module)]
pub struct ConditionalBatchNorm<E: Scalar, A: Affine<E>> {
    /// What gives scale and shift.
    pub affine: A,
    /// (channels)
    pub running_mean: State<E>,
    /// (channels)
    pub running_var: State<E>,
    /// How far a step of training moves the running statistics: `r <- (1 - momentum) r + momentum batch`.
    #[module(skip)]
    pub momentum: f64,
    /// What is added to the variance.
    #[module(skip)]
    pub eps: f64,
}

impl<E: Scalar, A: Affine<E>> ConditionalBatchNorm<E, A> {
    /// Momentum 0.1, eps 1e-5, running mean zero and variance one.
    pub fn new(affine: A) -> Self {
        let channels = affine.channels();
        let running_mean = State::new(Array1::zeros(channels));
        let running_var = State::new(Array1::ones(channels));
        Self { affine, running_mean, running_var, momentum: 0.1, eps: 1e-5 }
    }

    /// The normalised `x`, given the condition of each sample.
    ///
    /// # Errors
    /// [`LayerError::Shape`] if `x` has not the channels, or in training has one value a channel, which has no variance;
    /// those of the [`Affine`]. State then stays as it was.
    pub fn forward_with(
        &self,
        x: &Tensor<E>,
        condition: &A::Condition,
        context: &mut Context,
    ) -> Result<Tensor<E>, LayerError> {
        let channels = self.affine.channels();
        let kind = Module::<E>::kind(self);
        if x.rank() < 2 || x.shape()[1] != channels {
            return Err(context.shape_error(kind, format!("(samples, {channels}, ...)"), x.shape()));
        }
        let values = x.len() / channels.max(1);
        if context.is_training() && values < 2 {
            return Err(context.shape_error(kind, "more than one value a channel in training", x.shape()));
        }
        let samples = x.shape()[0];
        let affine = context.within("affine", |context| self.affine.scale_and_shift(samples, condition, context))?;
        let eps = E::of(self.eps);
        let normalised = if context.is_training() {
            let (y, mean, variance) = x.batch_norm(None, None, eps);
            if !is_recomputing() {
                self.follow(&self.running_mean, &mean, 1.0);
                self.follow(&self.running_var, &variance, values as f64 / (values - 1) as f64);
            }
            y
        } else {
            x.batch_norm_with(&self.running_mean.tensor(), &self.running_var.tensor(), None, None, eps)
        };
        let mut wide = vec![1; x.rank()];
        wide[..2].copy_from_slice(&[samples, channels]);
        let [scale, shift] = affine.map(|tensor| tensor.reshape(&wide));
        Ok(normalised * scale + shift)
    }

    /// Moves a running statistic towards that of the batch, times a factor.
    fn follow(&self, running: &State<E>, batch: &Tensor<E>, factor: f64) {
        let (keep, take) = (E::of(1.0 - self.momentum), E::of(self.momentum * factor));
        for (r, &b) in running.elements().iter_mut().zip(batch.array()) {
            *r = keep * *r + take * b;
        }
    }
}
