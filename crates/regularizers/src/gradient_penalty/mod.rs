//! `lambda mean_n (||grad D(x_n)|| - center)^2`

mod critic_output;
mod named;
mod points;
#[cfg(test)]
mod tests;

pub use critic_output::CriticOutput;
pub use named::{dragan, r1, r2, wgan_gp, wgan_lp, zero_centered};
pub use points::{interpolates, perturbations};

use crate::Output;
use crate::recorded::Recorded;
use latent_numeric::Scalar;
use latent_tensor::{Tensor, no_grad};
use serde::{Deserialize, Serialize};

/// Which norms are penalised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// All that differ from the center.
    #[default]
    Both,
    /// Those above the center.
    Above,
}

/// `lambda mean over n of (||grad D(x_n)||_2 - center)^2`, or of `max(||grad D(x_n)||_2 - center, 0)^2`.
///
/// The gradient is that of the critic with respect to its input; the norm is that of each sample. The penalty can be
/// differentiated to any order. Where a gradient is zero, the norm has the gradient zero, and nothing becomes NaN. With a
/// center of zero there is no norm at all, but its square.
///
/// [`wgan_gp`], [`wgan_lp`], [`dragan`], [`r1`], [`r2`] and [`zero_centered`] have the papers' settings and points. A
/// [`CriticOutput`] says whether it is on logits or on probabilities.
///
/// ```
/// use latent_regularizers::{GradientPenalty, Side};
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// // The gradient of <w, x> is w everywhere: (5 - 1)^2.
/// let w = Tensor::constant(array![[3.0], [4.0]]);
/// let penalty = GradientPenalty { lambda: 10.0, center: 1.0, side: Side::Both };
/// let at = penalty.at(|x| x.matmul(&w), &Tensor::<f64>::zeros(&[8, 2]));
/// assert_eq!((at.penalty.item(), at.mean_norm), (160.0, 5.0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GradientPenalty {
    /// The weight of the penalty.
    pub lambda: f64,
    /// The norm that is wanted, not negative.
    pub center: f64,
    /// Which norms are penalised.
    pub side: Side,
}

impl Default for GradientPenalty {
    /// That of WGAN-GP: weight 10, center 1, both sides.
    fn default() -> Self {
        Self { lambda: 10.0, center: 1.0, side: Side::Both }
    }
}

/// A gradient penalty, and what to log of it.
#[derive(Clone, Debug)]
pub struct Penalized<E: Scalar> {
    /// The penalty, of no axes: a term for the loss.
    pub penalty: Tensor<E>,
    /// The mean over samples of the gradient's norm.
    pub mean_norm: f64,
}

impl GradientPenalty {
    /// The penalty at these points.
    ///
    /// The critic may be any function that has a value for each sample, and depends on this sample only: a conditional
    /// critic captures its condition, and batch normalisation in training is not allowed. If the points are tracked,
    /// gradients flow to what they were computed from as well.
    ///
    /// # Shapes
    /// `x` is (samples, ...), the critic's value (samples, ...), whose elements are summed for each sample.
    ///
    /// # Errors
    /// Those of the critic, if it returns a `Result`; see [`Output`].
    ///
    /// # Panics
    /// If the value has not a row for each sample, or the center is negative.
    ///
    /// ```
    /// use latent_regularizers::GradientPenalty;
    /// use latent_tensor::Tensor;
    /// use ndarray::array;
    ///
    /// // A conditional critic: the gradient of <c, x> is the condition.
    /// let condition = Tensor::constant(array![[3.0, 4.0], [0.0, 1.0]]);
    /// let critic = |x: &Tensor<f64>| (x * &condition).sum_axes(&[1], false);
    /// let at = GradientPenalty::default().at(critic, &Tensor::zeros(&[2, 2]));
    /// assert_eq!((at.penalty.item(), at.mean_norm), (80.0, 3.0));
    /// ```
    #[track_caller]
    pub fn at<E: Scalar, R: Output<E>>(
        &self,
        critic: impl FnOnce(&Tensor<E>) -> R,
        x: &Tensor<E>,
    ) -> R::With<Penalized<E>> {
        assert!(self.center >= 0.0, "gradient penalty: a center of {}, where norms are not negative", self.center);
        R::wrap(Recorded::new("gradient penalty", critic, x).map(|at| self.of_gradients(&at.gradient(None))))
    }

    /// The gradients are in rows.
    fn of_gradients<E: Scalar>(&self, gradients: &Tensor<E>) -> Penalized<E> {
        let lambda = E::of(self.lambda);
        if self.center == 0.0 {
            let squares = gradients.square().sum_axes(&[1], false);
            let mean_norm = no_grad(|| gradients.norm(&[1], false).mean());
            return Penalized { penalty: squares.mean() * lambda, mean_norm: mean_norm.item().as_f64() };
        }
        let norms = gradients.norm(&[1], false);
        let distances = &norms - E::of(self.center);
        let distances = match self.side {
            Side::Both => distances,
            Side::Above => distances.relu(),
        };
        let mean_norm = no_grad(|| norms.mean()).item().as_f64();
        Penalized { penalty: distances.square().mean() * lambda, mean_norm }
    }
}
