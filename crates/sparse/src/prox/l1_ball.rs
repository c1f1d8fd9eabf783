//! The l1 ball.

use super::{FenchelConjugate, Prox, ProxError, check_step, non_negative, soft_threshold, sums};
use latent_numeric::Scalar;
use ndarray::{ArrayView1, ArrayViewMut1};

/// The constraint `||z||_1 <= radius`.
///
/// The projection is the soft threshold at the theta with `sum_i max(|z_i| - theta, 0) = radius`, found by
/// sorting in O(n log n) (Duchi et al. 2008, figure 1).
///
/// ```
/// use latent_sparse::prox::{L1Ball, Prox};
/// use ndarray::array;
///
/// let ball = L1Ball::new(2.0)?;
/// let mut z = array![3.0, -2.0, 0.25];
/// assert_eq!(ball.value(z.view()), f64::INFINITY);
/// ball.apply(z.view_mut(), 1.0);
/// assert_eq!(z, array![1.5, -0.5, 0.0]);
/// # Ok::<(), latent_sparse::prox::ProxError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct L1Ball<E> {
    radius: E,
}

impl<E: Scalar> L1Ball<E> {
    /// The ball of this radius around 0; a radius of 0 is the origin alone.
    ///
    /// # Errors
    /// If `radius` is negative or not finite.
    pub fn new(radius: E) -> Result<Self, ProxError> {
        Ok(Self { radius: non_negative("radius", radius)? })
    }

    /// The radius of the ball.
    pub fn radius(&self) -> E {
        self.radius
    }
}

/// The theta with `sum_i max(magnitude_i - theta, 0) = radius`, given a sum larger than `radius`.
fn threshold(mut magnitudes: Vec<f64>, radius: f64) -> f64 {
    magnitudes.sort_unstable_by(|a, b| b.total_cmp(a));
    let (mut sum, mut theta) = (0.0, 0.0);
    for (i, &m) in magnitudes.iter().enumerate() {
        sum += m;
        let candidate = (sum - radius) / (i + 1) as f64;
        if candidate >= m {
            break;
        }
        theta = candidate;
    }
    theta
}

impl<E: Scalar> Prox<E> for L1Ball<E> {
    fn value(&self, z: ArrayView1<E>) -> f64 {
        sums::indicator::<E>(sums::l1_norm(z), self.radius.as_f64(), z.len())
    }

    fn apply(&self, mut z: ArrayViewMut1<E>, step: E) {
        check_step(step);
        let (norm, radius) = (sums::l1_norm(z.view()), self.radius.as_f64());
        if norm.is_nan() {
            z.fill(E::nan());
        } else if radius == 0.0 {
            z.fill(E::zero());
        } else if !sums::within::<E>(norm, radius, z.len()) {
            let theta = threshold(z.iter().map(|x| x.as_f64().abs()).collect(), radius);
            z.mapv_inplace(|x| E::of(soft_threshold(x.as_f64(), theta)));
            // The rounding of theta is relative to z, which may be much larger than the ball.
            let reached = sums::l1_norm(z.view());
            if !sums::within::<E>(reached, radius, z.len()) {
                z.mapv_inplace(|x| E::of(x.as_f64() / reached * radius));
            }
        }
    }
}

impl<E: Scalar> FenchelConjugate<E> for L1Ball<E> {
    /// `radius ||y||_inf`.
    fn conjugate_value(&self, y: ArrayView1<E>) -> f64 {
        self.radius.as_f64() * sums::linf_norm(y)
    }

    fn dual_scale(&self, _: ArrayView1<E>) -> f64 {
        1.0
    }
}
