//! Clipping of gradients, by value or by their global norm.

use crate::OptimError;
use crate::block::Transform;
use crate::error::Check;
use crate::parameters::{Named, matched};
use latent_numeric::{Scalar, parallel};
use latent_tensor::Tensor;
use ndarray::ArrayViewD;
use serde::{Deserialize, Serialize};

/// How gradients are clipped before a step.
///
/// ```
/// use latent_layers::Parameter;
/// use latent_optim::{Algorithm, Clip, Optimizer, Sgd, StepOptions};
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let w = Parameter::<f64>::new(array![0.0, 0.0]);
/// let mut sgd = Sgd { learning_rate: 1.0, ..Sgd::default() }.optimizer().unwrap();
/// let gradient = Tensor::constant(array![3.0, 4.0]);
/// let options = StepOptions { clip: Clip::GlobalNorm(1.0), ..StepOptions::default() };
/// let report = sgd.step_with(&[("w".into(), &w)], &[gradient], options).unwrap();
/// assert_eq!(report.gradient_norm, Some(5.0));
/// assert!((w.tensor().to_array() + array![0.6, 0.8].into_dyn()).iter().all(|d| d.abs() < 1e-6));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clip {
    /// Not at all.
    #[default]
    None,
    /// Every element is brought into `[-bound, bound]`, `bound > 0`.
    Value(f64),
    /// All gradients together are multiplied with `min(1, max / (||g|| + 1e-6))`, `max > 0`: as PyTorch's
    /// `clip_grad_norm_` does (Pascanu, Mikolov and Bengio, *On the difficulty of training recurrent neural networks*,
    /// ICML 2013).
    GlobalNorm(f64),
}

impl Clip {
    /// What it comes to for these gradients, and their norm if it was needed.
    pub(crate) fn transform<E: Scalar>(
        self,
        parameters: &Named<'_, E>,
        gradients: &[Tensor<E>],
    ) -> Result<(Transform<E>, Option<f64>), OptimError> {
        let as_is = Transform { scale: E::one(), bound: E::infinity() };
        match self {
            Self::None => Ok((as_is, None)),
            Self::Value(bound) => {
                Check("clip").positive("value", bound)?;
                Ok((Transform { bound: E::of(bound), ..as_is }, None))
            }
            Self::GlobalNorm(most) => {
                Check("clip").positive("global_norm", most)?;
                let norm = gradient_norm(parameters, gradients)?;
                Ok((Transform { scale: E::of((most / (norm + 1e-6)).min(1.0)), ..as_is }, Some(norm)))
            }
        }
    }
}

/// The Euclidean norm of all gradients together, `sqrt(sum_k ||g_k||^2)`, summed in double precision; the same bits
/// for any number of threads.
///
/// ```
/// use latent_layers::Parameter;
/// use latent_optim::gradient_norm;
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let (w, b) = (Parameter::new(array![0.0_f32, 0.0]), Parameter::new(array![0.0_f32]));
/// let parameters = [("weight".to_string(), &w), ("bias".to_string(), &b)];
/// let gradients = [Tensor::constant(array![2.0, 3.0]), Tensor::constant(array![6.0])];
/// assert_eq!(gradient_norm(&parameters, &gradients).unwrap(), 7.0);
///
/// let gradients = [Tensor::constant(array![2.0, f32::NAN]), Tensor::constant(array![6.0])];
/// let error = gradient_norm(&parameters, &gradients).unwrap_err();
/// assert_eq!(error.to_string(), "the gradient of weight is NaN at [1]");
/// ```
///
/// # Errors
/// If parameters and gradients do not match, or an element is not finite: the first one.
pub fn gradient_norm<E: Scalar>(parameters: &Named<'_, E>, gradients: &[Tensor<E>]) -> Result<f64, OptimError> {
    matched(parameters, gradients)?;
    let squares: f64 = gradients.iter().map(|gradient| sum_of_squares(&gradient.view())).sum();
    if squares.is_finite() {
        return Ok(squares.sqrt());
    }
    for ((path, _), gradient) in parameters.iter().zip(gradients) {
        if let Some((index, value)) = gradient.view().indexed_iter().find(|(_, value)| !value.is_finite()) {
            let index = ndarray::Dimension::slice(&index).to_vec();
            return Err(OptimError::NonFiniteGradient { path: path.clone(), index, value: value.as_f64() });
        }
    }
    // Finite elements whose squares overflow a double.
    Ok(f64::INFINITY)
}

/// Elements in a block of the sum.
const BLOCK: usize = 1 << 14;

fn sum_of_squares<E: Scalar>(array: &ArrayViewD<'_, E>) -> f64 {
    // The sum runs in the order of memory where there is one.
    match array.as_slice_memory_order() {
        Some(values) => {
            let block = |range: std::ops::Range<usize>| squares(&values[range]);
            parallel::reduce_blocks(values.len(), BLOCK, block, |a, b| a + b).unwrap_or(0.0)
        }
        None => array.iter().map(|value| value.as_f64().powi(2)).sum(),
    }
}

const LANES: usize = 32;

latent_numeric::vectorized! {
    fn squares<E: Scalar>(values: &[E]) -> f64 {
        let (rows, tail) = values.as_chunks::<LANES>();
        let mut sums = [0.0; LANES];
        for row in rows {
            for lane in 0..LANES {
                let value = row[lane].as_f64();
                sums[lane] += value * value;
            }
        }
        for (sum, value) in sums.iter_mut().zip(tail) {
            *sum += value.as_f64() * value.as_f64();
        }
        sums.iter().sum()
    }
}
