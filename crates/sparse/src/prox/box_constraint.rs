//! Bounds on every coordinate.

use super::{FenchelConjugate, Prox, ProxError, check_len, check_step};
use latent_numeric::Scalar;
use ndarray::{Array1, ArrayView1, ArrayViewMut1};

/// The constraint `low_i <= z_i <= high_i`, where bounds may be infinite; the projection clamps every entry.
///
/// ```
/// use latent_sparse::prox::{BoxConstraint, Prox};
/// use ndarray::array;
///
/// let non_negative = BoxConstraint::uniform(0.0, f64::INFINITY)?;
/// let mut z = array![3.0, -2.0];
/// non_negative.apply(z.view_mut(), 1.0);
/// assert_eq!(z, array![3.0, 0.0]);
/// # Ok::<(), latent_sparse::prox::ProxError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct BoxConstraint<E> {
    bounds: Bounds<E>,
}

#[derive(Clone, Debug, PartialEq)]
enum Bounds<E> {
    Uniform(E, E),
    PerCoordinate(Vec<(E, E)>),
}

impl<E: Scalar> BoxConstraint<E> {
    /// One pair of bounds per coordinate.
    ///
    /// # Errors
    /// If the lengths differ, a bound is NaN, or no finite number lies between two bounds.
    pub fn new(low: Array1<E>, high: Array1<E>) -> Result<Self, ProxError> {
        if low.len() != high.len() {
            return Err(ProxError::Length { name: "high", expected: low.len(), got: high.len() });
        }
        let pairs = low.into_iter().zip(high).enumerate();
        let checked: Result<_, _> = pairs.map(|(index, (low, high))| check(index, low, high)).collect();
        Ok(Self { bounds: Bounds::PerCoordinate(checked?) })
    }

    /// The same bounds for every coordinate of a vector of any length; `(0, infinity)` is the non-negative orthant.
    ///
    /// # Errors
    /// If a bound is NaN or no finite number lies between them.
    pub fn uniform(low: E, high: E) -> Result<Self, ProxError> {
        let (low, high) = check(0, low, high)?;
        Ok(Self { bounds: Bounds::Uniform(low, high) })
    }

    /// `sum_i term(z_i, low_i, high_i)`.
    fn sum(&self, z: ArrayView1<E>, term: impl Fn(E, E, E) -> f64) -> f64 {
        match &self.bounds {
            Bounds::Uniform(low, high) => z.iter().map(|&x| term(x, *low, *high)).sum(),
            Bounds::PerCoordinate(bounds) => {
                check_len("BoxConstraint", bounds.len(), z.len());
                z.iter().zip(bounds).map(|(&x, &(low, high))| term(x, low, high)).sum()
            }
        }
    }
}

fn check<E: Scalar>(index: usize, low: E, high: E) -> Result<(E, E), ProxError> {
    if low <= high && low < E::infinity() && high > E::neg_infinity() {
        Ok((low, high))
    } else {
        Err(ProxError::Bounds { index, low: low.as_f64(), high: high.as_f64() })
    }
}

/// `x` moved into `[low, high]`; NaN stays NaN.
#[inline(always)]
pub(super) fn clamp<E: Scalar>(x: E, low: E, high: E) -> E {
    let x = if high < x { high } else { x };
    if low > x { low } else { x }
}

impl<E: Scalar> Prox<E> for BoxConstraint<E> {
    fn value(&self, z: ArrayView1<E>) -> f64 {
        self.sum(z, |x, low, high| {
            if x.is_nan() {
                f64::NAN
            } else if x < low || x > high {
                f64::INFINITY
            } else {
                0.0
            }
        })
    }

    fn apply(&self, mut z: ArrayViewMut1<E>, step: E) {
        check_step(step);
        match &self.bounds {
            Bounds::Uniform(low, high) => z.mapv_inplace(|x| clamp(x, *low, *high)),
            Bounds::PerCoordinate(bounds) => {
                check_len("BoxConstraint", bounds.len(), z.len());
                z.iter_mut().zip(bounds).for_each(|(x, &(low, high))| *x = clamp(*x, low, high));
            }
        }
    }

    fn dimension(&self) -> Option<usize> {
        match &self.bounds {
            Bounds::Uniform(..) => None,
            Bounds::PerCoordinate(bounds) => Some(bounds.len()),
        }
    }
}

impl<E: Scalar> FenchelConjugate<E> for BoxConstraint<E> {
    /// The support function `sum_i max(low_i y_i, high_i y_i)`.
    fn conjugate_value(&self, y: ArrayView1<E>) -> f64 {
        self.sum(y, |y, low, high| {
            // At 0 the product with an infinite bound would be NaN.
            if y.is_zero() {
                0.0
            } else if y > E::zero() {
                high.as_f64() * y.as_f64()
            } else {
                low.as_f64() * y.as_f64()
            }
        })
    }

    fn dual_scale(&self, y: ArrayView1<E>) -> f64 {
        // Infinite where a bound is, at any multiple.
        if self.conjugate_value(y) < f64::INFINITY { 1.0 } else { 0.0 }
    }
}
