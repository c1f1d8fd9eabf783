//! What the functions that a penalty takes may return.

use latent_numeric::Scalar;
use latent_tensor::Tensor;
use std::convert::Infallible;

/// What a function that is penalised returns: a tensor, or a [`Result`] of one.
///
/// A penalty on a function that returns a tensor is returned as it is; a penalty on a function that may fail, such as
/// the forward pass of a layer, is returned as a `Result` with the function's own error.
///
/// ```
/// use latent_regularizers::contractive;
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let x = Tensor::constant(array![[1.0, 2.0]]);
/// let penalty: Tensor<f64> = contractive(|x| x * 3.0, &x, 1.0);
/// let fallible: Result<Tensor<f64>, String> = contractive(|x| Ok(x * 3.0), &x, 1.0);
/// assert_eq!(penalty.item(), 18.0);
/// assert_eq!(fallible.unwrap().item(), 18.0);
/// let failed: Result<Tensor<f64>, String> = contractive(|_| Err("no".into()), &x, 1.0);
/// assert_eq!(failed.unwrap_err(), "no");
/// ```
pub trait Output<E: Scalar> {
    /// Why the function may fail.
    type Error;
    /// A `T` computed from the function's value, or the function's error.
    type With<T>;

    /// The function's value.
    ///
    /// # Errors
    /// The function's own.
    fn into_result(self) -> Result<Tensor<E>, Self::Error>;

    /// What was computed from the value, in the form in which the function returned it.
    fn wrap<T>(result: Result<T, Self::Error>) -> Self::With<T>;
}

impl<E: Scalar> Output<E> for Tensor<E> {
    type Error = Infallible;
    type With<T> = T;

    fn into_result(self) -> Result<Tensor<E>, Infallible> {
        Ok(self)
    }

    fn wrap<T>(result: Result<T, Infallible>) -> T {
        let Ok(value) = result;
        value
    }
}

impl<E: Scalar, X> Output<E> for Result<Tensor<E>, X> {
    type Error = X;
    type With<T> = Result<T, X>;

    fn into_result(self) -> Self {
        self
    }

    fn wrap<T>(result: Result<T, X>) -> Result<T, X> {
        result
    }
}
