//! `y = w (x - m) / sqrt(v + eps) + b`, with mean `m` and variance `v` of each channel

use crate::affine::Affine;
use crate::{Context, Count, Layer, LayerError, Module, State, settings};
use latent_numeric::Scalar;
use latent_tensor::{Tensor, is_recomputing};
use ndarray::ArrayD;

/// Batch normalisation (Ioffe and Szegedy, 2015), for vectors, signals and images alike: channels are axis 1.
///
/// In training, the statistics are those of the batch, the variance the biased one, and the running statistics follow
/// them: `running = (1 - momentum) running + momentum statistic`, the variance here the unbiased one, as in PyTorch. In
/// evaluation the statistics are the running ones, which do not change.
///
/// # Shapes
/// (samples, channels, ...) gives the same; in training with two values or more for each channel. `weight`, `bias`,
/// `running_mean` and `running_var` are (channels); `num_batches_tracked` is a count.
///
/// ```
/// use latent_layers::{BatchNorm, Context, Layer, Module};
/// use latent_numeric::random::Stream;
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let layer = BatchNorm::<f64>::new(1).with_eps(0.0).unwrap();
/// let x = Tensor::constant(array![[1.0], [3.0]]);
/// let y = layer.forward(&x, &mut Context::train(Stream::new(1, "training", &[]))).unwrap();
/// assert_eq!(y.to_array(), array![[-1.0], [1.0]].into_dyn());
/// let states = layer.states();
/// assert_eq!(states[0].0, "running_mean");
/// assert_eq!(states[0].1.tensor().to_array(), array![0.2].into_dyn()); // 0.9 * 0 + 0.1 * 2
/// assert_eq!(states[1].1.tensor().to_array(), array![1.1].into_dyn()); // 0.9 * 1 + 0.1 * 2
/// ```
#[derive(Debug, Module)]
#[module(kind = KIND)]
pub struct BatchNorm<E: Scalar = f32> {
    #[module(skip)]
    channels: usize,
    #[module(skip)]
    eps: f64,
    #[module(skip)]
    momentum: Option<f64>,
    #[module(flatten)]
    affine: Option<Affine<E>>,
    #[module(flatten)]
    running: Option<Running<E>>,
}

#[derive(Debug, Module)]
struct Running<E: Scalar> {
    #[module(name = "running_mean")]
    mean: State<E>,
    #[module(name = "running_var")]
    var: State<E>,
    #[module(name = "num_batches_tracked")]
    batches: Count,
}

const KIND: &str = "batch_norm";

impl<E: Scalar> BatchNorm<E> {
    /// A normalisation with `eps` 1e-5, momentum 0.1, weight 1, bias 0, running mean 0 and running variance 1:
    /// PyTorch's defaults.
    pub fn new(channels: usize) -> Self {
        let running = Running {
            mean: State::new(ArrayD::zeros(vec![channels])),
            var: State::new(ArrayD::ones(vec![channels])),
            batches: Count::new(0),
        };
        let affine = Some(Affine::new(&[channels]));
        Self { channels, eps: 1e-5, momentum: Some(0.1), affine, running: Some(running) }
    }

    /// The same layer with another constant added to the variances.
    ///
    /// # Errors
    /// If it is negative or not finite.
    ///
    /// ```
    /// # use latent_layers::BatchNorm;
    /// assert!(BatchNorm::<f32>::new(3).with_eps(1e-3).is_ok());
    /// assert!(BatchNorm::<f32>::new(3).with_eps(-1e-3).is_err());
    /// ```
    pub fn with_eps(self, eps: f64) -> Result<Self, LayerError> {
        Ok(Self { eps: settings::small_constant(KIND, eps)?, ..self })
    }

    /// The same layer with another weight of each new batch in the running statistics; none gives them the average of
    /// all batches so far.
    ///
    /// # Errors
    /// If it is not in `[0, 1]`.
    ///
    /// ```
    /// # use latent_layers::BatchNorm;
    /// assert!(BatchNorm::<f32>::new(3).with_momentum(None).is_ok());
    /// let error = BatchNorm::<f32>::new(3).with_momentum(Some(1.5)).unwrap_err();
    /// assert_eq!(error.to_string(), "batch_norm: the momentum must be in [0, 1], got 1.5");
    /// ```
    pub fn with_momentum(self, momentum: Option<f64>) -> Result<Self, LayerError> {
        match momentum {
            Some(m) if !(0.0..=1.0).contains(&m) => {
                Err(LayerError::settings(KIND, format!("the momentum must be in [0, 1], got {m}")))
            }
            momentum => Ok(Self { momentum, ..self }),
        }
    }

    /// The same layer without weight and bias.
    ///
    /// ```
    /// # use latent_layers::{BatchNorm, Module};
    /// assert_eq!(BatchNorm::<f32>::new(3).without_affine().parameter_count(), 0);
    /// ```
    #[must_use]
    pub fn without_affine(self) -> Self {
        Self { affine: None, ..self }
    }

    /// The same layer without running statistics: those of the batch are used in evaluation too.
    ///
    /// ```
    /// # use latent_layers::{BatchNorm, Module};
    /// assert!(BatchNorm::<f32>::new(3).without_running_statistics().states().is_empty());
    /// ```
    #[must_use]
    pub fn without_running_statistics(self) -> Self {
        Self { running: None, ..self }
    }

    /// The number of channels.
    ///
    /// ```
    /// # use latent_layers::BatchNorm;
    /// assert_eq!(BatchNorm::<f32>::new(3).channels(), 3);
    /// ```
    pub fn channels(&self) -> usize {
        self.channels
    }

    fn follow(&self, running: &Running<E>, mean: &Tensor<E>, variance: &Tensor<E>, count: usize) {
        let batches = running.batches.increment();
        let rate = E::of(self.momentum.unwrap_or(1.0 / batches as f64));
        let unbiased = E::of(count as f64 / (count as f64 - 1.0));
        for (state, statistic, factor) in [(&running.mean, mean, E::one()), (&running.var, variance, unbiased)] {
            let mut state = state.elements();
            for (running, &new) in state.iter_mut().zip(statistic.array()) {
                *running = (E::one() - rate) * *running + rate * (factor * new);
            }
        }
    }
}

impl<E: Scalar> Layer<E> for BatchNorm<E> {
    fn forward(&self, x: &Tensor<E>, context: &mut Context) -> Result<Tensor<E>, LayerError> {
        let channels = self.channels;
        if x.rank() < 2 || x.shape()[1] != channels {
            return Err(context.shape_error(KIND, format!("(samples, {channels}, ...)"), x.shape()));
        }
        let [weight, bias] = Affine::tensors(self.affine.as_ref());
        let (weight, bias, eps) = (weight.as_ref(), bias.as_ref(), E::of(self.eps));
        if let Some(running) = self.running.as_ref().filter(|_| !context.is_training()) {
            return Ok(x.batch_norm_with(&running.mean.tensor(), &running.var.tensor(), weight, bias, eps));
        }
        let count = x.len() / channels.max(1);
        if context.is_training() && count < 2 {
            let expected = format!("(samples, {channels}, ...) with two values or more for each channel in training");
            return Err(context.shape_error(KIND, expected, x.shape()));
        }
        let (y, mean, variance) = x.batch_norm(weight, bias, eps);
        if let Some(running) = self.running.as_ref().filter(|_| context.is_training() && !is_recomputing()) {
            self.follow(running, &mean, &variance, count);
        }
        Ok(y)
    }
}
