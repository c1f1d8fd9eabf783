//! What encoders are trained to lower, as functions of tensors, in means over samples.
//!
//! For the energy of prediction, reconstruction and sparsity together see
//! [`PredictiveDecomposition`](super::PredictiveDecomposition).

use latent_numeric::Scalar;
use latent_tensor::Tensor;
use ndarray::ArrayView2;

/// Supervised: the mean over samples of `||z - z*||^2`, with codes `z*` of a solver, or those that samples were made of.
///
/// # Shapes
/// Both (samples, atoms); a scalar.
///
/// # Panics
/// If the shapes do not broadcast.
///
/// ```
/// use latent_sparse::lista::losses;
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let codes = Tensor::constant(array![[1.0, 0.0], [0.0, 2.0]]);
/// assert_eq!(losses::code_error(&codes, &Tensor::zeros(&[2, 2])).item(), 2.5);
/// ```
#[track_caller]
pub fn code_error<E: Scalar>(codes: &Tensor<E>, targets: &Tensor<E>) -> Tensor<E> {
    mean_over_samples(&(codes - targets).square())
}

/// Unsupervised: the mean over samples of the lasso's objective, `1/2 ||x - W z||^2 + lambda ||z||_1`.
///
/// # Shapes
/// `x` (samples, features), `codes` (samples, atoms), `dictionary` (features, atoms), `lambda` one element, or one an
/// atom; a scalar.
///
/// # Panics
/// If the shapes do not fit.
///
/// ```
/// use latent_sparse::lista::losses;
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let (x, codes) = (Tensor::constant(array![[3.0, 0.0]]), Tensor::constant(array![[2.0, 0.0]]));
/// let dictionary = Tensor::constant(array![[1.0, 0.0], [0.0, 1.0]]);
/// assert_eq!(losses::energy(&x, &codes, &dictionary, &Tensor::scalar(0.1)).item(), 0.5 + 0.2);
/// ```
#[track_caller]
pub fn energy<E: Scalar>(x: &Tensor<E>, codes: &Tensor<E>, dictionary: &Tensor<E>, lambda: &Tensor<E>) -> Tensor<E> {
    reconstruction(x, codes, dictionary) + mean_over_samples(&(codes.abs() * lambda))
}

/// The mean over samples of `1/2 ||x - W z||^2`.
fn reconstruction<E: Scalar>(x: &Tensor<E>, codes: &Tensor<E>, dictionary: &Tensor<E>) -> Tensor<E> {
    mean_over_samples(&(x - codes.matmul(&dictionary.transpose())).square()) * E::of(0.5)
}

/// The sum of all elements over the length of the first axis.
pub(super) fn mean_over_samples<E: Scalar>(x: &Tensor<E>) -> Tensor<E> {
    let samples = x.shape().first().copied().unwrap_or(1).max(1);
    x.sum() / E::of(samples as f64)
}

/// The normalised mean squared error in dB, `10 log10 (sum ||z - z*||^2 / sum ||z*||^2)`, how recovered codes are judged.
///
/// Minus infinity for equal codes; NaN if all are zero.
///
/// # Panics
/// If the shapes differ.
///
/// ```
/// use latent_sparse::lista::losses;
/// use ndarray::array;
///
/// let nmse = losses::nmse_db(array![[0.0, 2.1]].view(), array![[0.0, 2.0]].view());
/// assert!((nmse - 10.0 * (0.01_f64 / 4.0).log10()).abs() < 1e-12);
/// ```
pub fn nmse_db<E: Scalar>(codes: ArrayView2<E>, targets: ArrayView2<E>) -> f64 {
    assert!(codes.dim() == targets.dim(), "nmse_db: codes {:?} and targets {:?}", codes.dim(), targets.dim());
    let pairs = codes.iter().zip(targets);
    let (error, power) = pairs.fold((0.0, 0.0), |(error, power): (f64, f64), (z, t)| {
        (error + (z.as_f64() - t.as_f64()).powi(2), power + t.as_f64().powi(2))
    });
    10.0 * (error / power).log10()
}
