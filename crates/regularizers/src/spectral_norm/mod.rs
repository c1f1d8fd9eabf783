//! `c W / sigma(W)`

mod lanczos;
mod operator;
#[cfg(test)]
mod tests;

pub use operator::WeightOperator;
pub(crate) use operator::matrix;

use latent_layers::{Context, LayerError, Module, Reparameterization, State, Weight};
use latent_numeric::random::Stream;
use latent_numeric::{Scalar, linalg, parallel, power_of_two};
use latent_tensor::{Tensor, is_recomputing, no_grad};
use ndarray::{Array1, ArrayBase, ArrayD, Data, IxDyn};

/// How a weight is normalised.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpectralNormOptions {
    /// The map whose norm is meant.
    pub operator: WeightOperator,
    /// Power iterations in a forward pass of training.
    pub power_iterations: usize,
    /// The norm that the map is to have: the layer's Lipschitz constant.
    pub lipschitz: f64,
}

impl SpectralNormOptions {
    /// One power iteration a forward pass, and the Lipschitz constant one, as Miyato et al. have it.
    ///
    /// ```
    /// use latent_regularizers::{SpectralNormOptions, WeightOperator};
    ///
    /// let options = SpectralNormOptions::new(WeightOperator::Matrix { axis: 1 });
    /// assert_eq!((options.power_iterations, options.lipschitz), (1, 1.0));
    /// ```
    pub fn new(operator: WeightOperator) -> Self {
        Self { operator, power_iterations: 1, lipschitz: 1.0 }
    }
}

/// Spectral normalisation: the layer uses `c W / sigma(W)`, with `sigma(W) = ||A||_2` the largest singular value of the
/// linear map that the weight stands for (Miyato et al. 2018, equation 8 and algorithm 1).
///
/// Unit vectors `u` and `v` follow the singular vectors: in training, each forward pass makes power iterations
/// `u <- A v / ||A v||`, `v <- A' u / ||A' u||` before it; evaluation never changes them. `sigma = u' A v`, through which
/// gradients flow to the weight with `u` and `v` constant (section 2.3). The first vectors are the singular vectors of the
/// weight given: by a singular value decomposition for a matrix, by Lanczos bidiagonalisation for a convolution.
/// So the first forward pass is right already.
///
/// The vectors are state of the names that `torch.nn.utils.parametrizations.spectral_norm` gives them. Of a convolution
/// they are images (1, channels, height, width). If the map takes a vector to zero, the vector stays as it was; a weight
/// with `sigma = 0` is used as it is, times `c`.
///
/// ```
/// use latent_layers::{Context, Linear, Module};
/// use latent_numeric::{linalg, random::Stream};
/// use latent_regularizers::{SpectralNorm, SpectralNormOptions, WeightOperator};
///
/// let mut layer: Linear<f64> = Linear::new(20, 10, &mut Stream::new(1, "initialisation", &[]));
/// let options = SpectralNormOptions { lipschitz: 2.0, ..SpectralNormOptions::new(WeightOperator::LINEAR) };
/// SpectralNorm::apply(&mut layer.weight, options)?;
/// let weight = layer.weight.tensor(&Context::evaluate());
/// let values = linalg::singular_values(weight.view_as()).unwrap();
/// assert!((values[0] - 2.0).abs() < 1e-12);
/// let paths: Vec<String> = layer.states().into_iter().map(|(path, _)| path).collect();
/// assert_eq!(paths, ["parametrizations.weight.0._u", "parametrizations.weight.0._v"]);
/// # Ok::<(), latent_layers::LayerError>(())
/// ```
#[derive(Debug, Module)]
pub struct SpectralNorm<E: Scalar = f32> {
    #[module(skip)]
    options: SpectralNormOptions,
    #[module(name = "_u")]
    u: State<E>,
    #[module(name = "_v")]
    v: State<E>,
}

impl<E: Scalar> SpectralNorm<E> {
    /// For a weight with this value.
    ///
    /// # Errors
    /// [`LayerError::Settings`] if the weight does not fit the operator, has no elements or not finite ones, or the
    /// Lipschitz constant is not positive.
    ///
    /// ```
    /// use latent_layers::LayerError;
    /// use latent_regularizers::{SpectralNorm, SpectralNormOptions, WeightOperator};
    /// use latent_tensor::Tensor;
    ///
    /// let weight = Tensor::constant(ndarray::array![[0.0, 2.0], [1.0, 0.0]]);
    /// let norm: SpectralNorm<f64> = SpectralNorm::new(&weight, SpectralNormOptions::new(WeightOperator::LINEAR))?;
    /// assert!((norm.sigma(&weight).item() - 2.0).abs() < 1e-15);
    /// let wrong = SpectralNorm::new(&weight, SpectralNormOptions::new(WeightOperator::Matrix { axis: 2 }));
    /// assert_eq!(wrong.unwrap_err().to_string(), "spectral_norm: the axis 2 of a weight of shape [2, 2]");
    /// # Ok::<(), LayerError>(())
    /// ```
    pub fn new(weight: &Tensor<E>, options: SpectralNormOptions) -> Result<Self, LayerError> {
        let [u, v] = options.operator.shapes(weight.shape())?;
        if !(options.lipschitz > 0.0 && options.lipschitz.is_finite()) {
            let reason = format!("a Lipschitz constant of {}, where a positive one was expected", options.lipschitz);
            return Err(LayerError::settings("spectral_norm", reason));
        }
        let zeros = |shape: &[usize]| State::new(Tensor::zeros(shape).array().clone());
        let norm = Self { options, u: zeros(&u), v: zeros(&v) };
        norm.settle(weight)?;
        Ok(norm)
    }

    /// Has a layer use its weight normalised.
    ///
    /// ```
    /// use latent_layers::{Context, Weight};
    /// use latent_regularizers::{SpectralNorm, SpectralNormOptions, WeightOperator};
    ///
    /// let mut weight = Weight::new(ndarray::array![[0.0, 4.0], [2.0, 0.0]]);
    /// SpectralNorm::apply(&mut weight, SpectralNormOptions::new(WeightOperator::LINEAR))?;
    /// let used = weight.tensor(&Context::evaluate()).to_array();
    /// assert!((used[[0, 1]] - 1.0_f64).abs() < 1e-15 && (used[[1, 0]] - 0.5).abs() < 1e-15);
    /// # Ok::<(), latent_layers::LayerError>(())
    /// ```
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn apply(weight: &mut Weight<E>, options: SpectralNormOptions) -> Result<(), LayerError> {
        let norm = Self::new(&weight.original.tensor(), options)?;
        weight.reparameterize(norm);
        Ok(())
    }

    /// `sigma(W) = u' A v` with the present vectors; gradients flow to the weight.
    ///
    /// ```
    /// use latent_regularizers::{SpectralNorm, SpectralNormOptions, WeightOperator};
    /// use latent_tensor::{GradOptions, Tensor, grad};
    /// use ndarray::array;
    ///
    /// let weight = Tensor::variable(array![[2.0, 0.0], [0.0, 1.0]]);
    /// let sigma = SpectralNorm::new(&weight, SpectralNormOptions::new(WeightOperator::LINEAR))?.sigma(&weight);
    /// let slope = grad(&[sigma], &[weight], GradOptions::default()).remove(0);
    /// assert_eq!(slope.to_array(), array![[1.0, 0.0], [0.0, 0.0]].into_dyn());
    /// # Ok::<(), latent_layers::LayerError>(())
    /// ```
    ///
    /// # Panics
    /// If the weight has another shape than the one given first.
    #[track_caller]
    pub fn sigma(&self, weight: &Tensor<E>) -> Tensor<E> {
        let (u, v) = (self.u.tensor(), self.v.tensor());
        (self.options.operator.apply(weight, &v) * u).sum()
    }

    /// Sets the vectors to the singular vectors of this weight, wherever they are: after the weight was replaced, not
    /// trained.
    ///
    /// # Errors
    /// [`LayerError::Settings`] if the weight has elements that are not finite; [`LayerError::Shape`] if it has another
    /// shape than the one given first. The vectors stay as they were.
    ///
    /// ```
    /// use latent_regularizers::{SpectralNorm, SpectralNormOptions, WeightOperator};
    /// use latent_tensor::Tensor;
    /// use ndarray::array;
    ///
    /// let first = Tensor::constant(array![[0.0, 2.0], [1.0, 0.0]]);
    /// let norm: SpectralNorm<f64> = SpectralNorm::new(&first, SpectralNormOptions::new(WeightOperator::LINEAR))?;
    /// let loaded = Tensor::constant(array![[3.0, 0.0], [0.0, 1.0]]);
    /// norm.settle(&loaded)?;
    /// assert!((norm.sigma(&loaded).item() - 3.0).abs() < 1e-15);
    /// # Ok::<(), latent_layers::LayerError>(())
    /// ```
    pub fn settle(&self, weight: &Tensor<E>) -> Result<(), LayerError> {
        let shapes = self.options.operator.shapes(weight.shape())?;
        if shapes != [self.u.shape(), self.v.shape()] {
            let expected = format!("a weight with vectors of shapes {:?} and {:?}", self.u.shape(), self.v.shape());
            return Err(LayerError::shape("", "spectral_norm", expected, weight.shape()));
        }
        if let Some(element) = weight.array().iter().find(|element| !element.is_finite()) {
            return Err(LayerError::settings("spectral_norm", format!("a weight with the element {element}")));
        }
        // The vectors are those of the weight in any unit, and in this one no square overflows or vanishes.
        let weight = weight.detach() / power_of_two(largest(weight.array()));
        match self.options.operator {
            WeightOperator::Matrix { axis } => {
                let factors = linalg::svd(matrix(&weight, axis).view_as())
                    .map_err(|error| LayerError::settings("spectral_norm", error.to_string()))?;
                self.u.set(factors.u.column(0).to_owned())?;
                self.v.set(factors.vt.row(0).to_owned())
            }
            WeightOperator::Conv2d { .. } | WeightOperator::ConvTranspose2d { .. } => {
                // Vectors of length one also where the map has none of its own.
                let start = Stream::new(0, "spectral norm", &[self.v.len() as u64]).normal_array(self.v.len());
                let (operator, [u, v]) = (&self.options.operator, [self.u.shape(), self.v.shape()]);
                replace(&self.v, &tensor(&start, &v));
                replace(&self.u, &Tensor::ones(&u));
                let apply = |x: &Array1<E>| flat(&operator.apply(&weight, &tensor(x, &v)));
                let adjoint = |x: &Array1<E>| flat(&operator.adjoint(&weight, &tensor(x, &u)));
                if let Some([first_u, first_v]) = lanczos::first_singular_vectors(start, apply, adjoint) {
                    replace(&self.u, &tensor(&first_u, &u));
                    replace(&self.v, &tensor(&first_v, &v));
                }
                Ok(())
            }
        }
    }

    /// One power iteration.
    fn iterate(&self, weight: &Tensor<E>) {
        no_grad(|| {
            let operator = &self.options.operator;
            replace(&self.u, &operator.apply(weight, &self.v.tensor()));
            replace(&self.v, &operator.adjoint(weight, &self.u.tensor()));
        });
    }
}

/// Sets a state to a vector scaled to length one, if that can be done.
fn replace<E: Scalar>(state: &State<E>, vector: &Tensor<E>) {
    let length = |array: &ArrayD<E>| parallel::sum_of_squares(array.as_slice().expect("row-major")).sqrt();
    let mut array = vector.array().as_standard_layout().into_owned();
    // Far from the ends of the range, where no square of an element that counts is rounded to zero or to infinity.
    let least = (E::min_positive_value() / E::epsilon()).sqrt() / E::epsilon();
    let mut size = length(&array);
    if !(least..=E::one() / least).contains(&size) {
        let unit = power_of_two(largest(&array));
        array.mapv_inplace(|x| x / unit);
        size = length(&array);
    }
    if size > E::zero() && size.is_finite() {
        array.mapv_inplace(|x| x / size);
        state.set(array).expect("the operator keeps the shapes");
    }
}

/// The largest absolute value.
fn largest<E: Scalar, S: Data<Elem = E>>(array: &ArrayBase<S, IxDyn>) -> E {
    array.iter().fold(E::zero(), |largest, x| if x.abs() > largest { x.abs() } else { largest })
}

fn tensor<E: Scalar>(vector: &Array1<E>, shape: &[usize]) -> Tensor<E> {
    Tensor::constant(vector.clone()).reshape(shape)
}

fn flat<E: Scalar>(tensor: &Tensor<E>) -> Array1<E> {
    tensor.reshape(&[tensor.len()]).into_array()
}

impl<E: Scalar> Reparameterization<E> for SpectralNorm<E> {
    fn weight(&self, original: &Tensor<E>, context: &Context) -> Tensor<E> {
        if context.is_training() && !is_recomputing() {
            let weight = original.detach();
            for _ in 0..self.options.power_iterations {
                self.iterate(&weight);
            }
        }
        let sigma = self.sigma(original);
        if sigma.item() == E::zero() {
            return original * E::of(self.options.lipschitz);
        }
        original / (sigma / E::of(self.options.lipschitz))
    }
}
