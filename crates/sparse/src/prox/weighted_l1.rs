//! The weighted l1 norm.

use super::{FenchelConjugate, Prox, ProxError, check_len, check_step, non_negative, soft_threshold, sums, weights};
use latent_numeric::Scalar;
use ndarray::{Array1, ArrayView1, ArrayViewMut1};

/// `g(z) = lambda sum_i w_i |z_i|` with `w_i >= 0`, as in the adaptive lasso (Zou 2006) and reweighted l1
/// minimisation (Candes, Wakin and Boyd 2008); a weight of 0 leaves its coordinate free.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightedL1<E> {
    thresholds: Array1<E>,
}

impl<E: Scalar> WeightedL1<E> {
    /// The penalty with one weight per coordinate.
    ///
    /// # Errors
    /// If `lambda`, a weight or their product is negative or not finite.
    pub fn new(lambda: E, weights: Array1<E>) -> Result<Self, ProxError> {
        let lambda = non_negative("lambda", lambda)?;
        let checked = self::weights(weights.to_vec())?;
        let thresholds = self::weights(checked.into_iter().map(|w| lambda * w).collect())?;
        Ok(Self { thresholds: thresholds.into() })
    }

    /// The factor `lambda w_i` of each coordinate.
    pub fn thresholds(&self) -> ArrayView1<'_, E> {
        self.thresholds.view()
    }
}

impl<E: Scalar> Prox<E> for WeightedL1<E> {
    fn value(&self, z: ArrayView1<E>) -> f64 {
        check_len("WeightedL1", self.thresholds.len(), z.len());
        z.iter().zip(&self.thresholds).map(|(x, t)| t.as_f64() * x.as_f64().abs()).sum()
    }

    fn apply(&self, mut z: ArrayViewMut1<E>, step: E) {
        check_step(step);
        check_len("WeightedL1", self.thresholds.len(), z.len());
        z.zip_mut_with(&self.thresholds, |x, &t| *x = soft_threshold(*x, step * t));
    }

    fn dimension(&self) -> Option<usize> {
        Some(self.thresholds.len())
    }
}

impl<E: Scalar> FenchelConjugate<E> for WeightedL1<E> {
    /// The indicator of `|y_i| <= lambda w_i` for all i.
    fn conjugate_value(&self, y: ArrayView1<E>) -> f64 {
        check_len("WeightedL1", self.thresholds.len(), y.len());
        y.iter().zip(&self.thresholds).map(|(y, t)| sums::indicator::<E>(y.as_f64().abs(), t.as_f64(), 1)).sum()
    }

    fn dual_scale(&self, y: ArrayView1<E>) -> f64 {
        check_len("WeightedL1", self.thresholds.len(), y.len());
        let scales = y.iter().zip(&self.thresholds).map(|(y, t)| sums::scale_to::<E>(y.as_f64().abs(), t.as_f64(), 1));
        scales.fold(1.0, f64::min)
    }
}
