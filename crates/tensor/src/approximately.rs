//! Comparisons of tensors within a tolerance, by the traits of `approx`.
//!
//! ```
//! use approx::{assert_abs_diff_eq, assert_relative_eq, assert_ulps_eq};
//! use latent_tensor::Tensor;
//! use ndarray::array;
//!
//! let x = Tensor::constant(array![1.0, 2.0]);
//! assert_relative_eq!(x, (&x + 1e-17) * (1.0 + 1e-12), max_relative = 1e-10);
//! assert_abs_diff_eq!(x, &x + 1e-10, epsilon = 1e-9);
//! assert_ulps_eq!(x.exp().ln(), x, max_ulps = 4);
//! assert_ne!(x, Tensor::constant(array![[1.0, 2.0]]));
//! ```

use crate::Tensor;
use approx::{AbsDiffEq, RelativeEq, UlpsEq};
use latent_numeric::Scalar;

impl<E: Scalar> Tensor<E> {
    fn alike(&self, other: &Self, elements: impl Fn(&E, &E) -> bool) -> bool {
        self.shape() == other.shape() && self.array().iter().zip(other.array()).all(|(a, b)| elements(a, b))
    }
}

/// Tensors are equal if their shapes and all elements are, whatever they were computed from. (The operator
/// [`eq`](Tensor::eq) compares element by element.)
impl<E: Scalar> PartialEq for Tensor<E> {
    fn eq(&self, other: &Self) -> bool {
        self.alike(other, |a, b| a == b)
    }
}

impl<E: Scalar + AbsDiffEq<Epsilon = E>> AbsDiffEq for Tensor<E> {
    type Epsilon = E;

    fn default_epsilon() -> E {
        E::default_epsilon()
    }

    fn abs_diff_eq(&self, other: &Self, epsilon: E) -> bool {
        self.alike(other, |a, b| a.abs_diff_eq(b, epsilon))
    }
}

impl<E: Scalar + RelativeEq<Epsilon = E>> RelativeEq for Tensor<E> {
    fn default_max_relative() -> E {
        E::default_max_relative()
    }

    fn relative_eq(&self, other: &Self, epsilon: E, max_relative: E) -> bool {
        self.alike(other, |a, b| a.relative_eq(b, epsilon, max_relative))
    }
}

impl<E: Scalar + UlpsEq<Epsilon = E>> UlpsEq for Tensor<E> {
    fn default_max_ulps() -> u32 {
        E::default_max_ulps()
    }

    fn ulps_eq(&self, other: &Self, epsilon: E, max_ulps: u32) -> bool {
        self.alike(other, |a, b| a.ulps_eq(b, epsilon, max_ulps))
    }
}
