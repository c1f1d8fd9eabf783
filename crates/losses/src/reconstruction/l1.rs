//! `|x - t|`

use crate::Reduction;
use crate::error::check_same_shape;
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// The absolute difference of each element of a prediction from its target, in units of the data.
///
/// Up to `ln 2` it is the negative log-likelihood, in nats, of a Laplace distribution of scale one. The slope where
/// they are equal is zero.
///
/// ```
/// use latent_losses::{Sum, reconstruction::l1};
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let (x, t) = (Tensor::constant(array![[1.0, 2.0]]), Tensor::constant(array![[1.0, 4.0]]));
/// assert_eq!(l1(&x, &t, Sum).item(), 2.0);
/// ```
///
/// # Panics
/// If the shapes differ.
#[must_use]
#[track_caller]
pub fn l1<E: Scalar>(prediction: &Tensor<E>, target: &Tensor<E>, reduction: impl Reduction) -> Tensor<E> {
    check_same_shape("l1", ("prediction", prediction), ("target", target));
    reduction.reduce(&(prediction - target).abs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distributions::{Distribution, Laplace};
    use crate::testing::{all_close, array};
    use crate::{PerSample, Sum};
    use latent_tensor::check::gradients;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn value_and_gradients(seed: u64) {
            // Apart by at least 0.05, away from the kink.
            let x = array(seed, &[3, 4], -2.0, 2.0);
            let t = &x + &array(seed / 2, &[3, 4], 0.05, 2.0) * &array(seed / 3, &[3, 4], -1.0, 1.0).mapv(f64::signum);
            let (a, b) = (Tensor::constant(x.clone()), Tensor::constant(t.clone()));
            let laplace = Laplace::new(a.clone(), Tensor::zeros(&[3, 4]));
            prop_assert!(all_close(&l1(&a, &b, PerSample), &-(laplace.log_prob(&b) + 4.0 * 2.0_f64.ln())));
            prop_assert_eq!(gradients(&[x, t], |x| l1(&x[0], &x[1], Sum)), Ok(()));
        }
    }
}
