//! The number of non-zeros.

use super::{Prox, ProxError, check_step, non_negative};
use latent_numeric::Scalar;
use ndarray::{ArrayView1, ArrayViewMut1};

/// `g(z) = lambda #{i : z_i != 0}`, the penalty of iterative hard thresholding (Blumensath and Davies 2008).
///
/// Its prox keeps the entries with `|z_i| > sqrt(2 lambda step)` and sets the others to 0; at equality both
/// are minimisers and 0 is chosen. The function is not convex: the prox is not non-expansive, and there
/// is no [`Conjugate`](super::Conjugate).
///
/// ```
/// use latent_sparse::prox::{L0, Prox};
/// use ndarray::array;
///
/// let penalty = L0::new(2.0)?;
/// let mut z = array![3.0, -2.0, 0.5];
/// penalty.apply(z.view_mut(), 1.0);
/// assert_eq!(z, array![3.0, 0.0, 0.0]);
/// assert_eq!(penalty.value(z.view()), 2.0);
/// # Ok::<(), latent_sparse::prox::ProxError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct L0<E> {
    lambda: E,
}

impl<E: Scalar> L0<E> {
    /// The penalty with factor `lambda >= 0`.
    ///
    /// # Errors
    /// If `lambda` is negative or not finite.
    pub fn new(lambda: E) -> Result<Self, ProxError> {
        Ok(Self { lambda: non_negative("lambda", lambda)? })
    }

    /// The factor `lambda` of the penalty.
    pub fn lambda(&self) -> E {
        self.lambda
    }

    /// `sqrt(2 lambda step)`, the magnitude up to which entries become 0.
    pub fn threshold(&self, step: E) -> E {
        (E::of(2.0) * self.lambda * step).sqrt()
    }
}

impl<E: Scalar> Prox<E> for L0<E> {
    fn value(&self, z: ArrayView1<E>) -> f64 {
        if z.iter().any(|x| x.is_nan()) {
            return f64::NAN;
        }
        self.lambda.as_f64() * z.iter().filter(|x| !x.is_zero()).count() as f64
    }

    fn apply(&self, mut z: ArrayViewMut1<E>, step: E) {
        check_step(step);
        let threshold = self.threshold(step);
        z.mapv_inplace(|x| if x.abs() <= threshold { E::zero() } else { x });
    }

    fn is_convex(&self) -> bool {
        false
    }
}
