//! `(x - t)^2`

use crate::Reduction;
use crate::error::check_same_shape;
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// The squared difference of each element of a prediction from its target, in squared units of the data.
///
/// It is not in nats: `mse / (2 sigma^2)` is the part of a Gaussian's negative log-likelihood that depends on the
/// mean; [`gaussian_nll`](crate::reconstruction::gaussian_nll) is all of it.
///
/// ```
/// use latent_losses::{Mean, reconstruction::mse};
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let (x, t) = (Tensor::constant(array![[1.0, 2.0]]), Tensor::constant(array![[1.0, 4.0]]));
/// assert_eq!(mse(&x, &t, Mean).item(), 2.0);
/// ```
///
/// # Panics
/// If the shapes differ.
#[must_use]
#[track_caller]
pub fn mse<E: Scalar>(prediction: &Tensor<E>, target: &Tensor<E>, reduction: impl Reduction) -> Tensor<E> {
    check_same_shape("mse", ("prediction", prediction), ("target", target));
    reduction.reduce(&(prediction - target).square())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::array;
    use crate::{Elements, Sum};
    use latent_tensor::check::gradients;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn value_and_gradients(seed: u64) {
            let (x, t) = (array(seed, &[3, 4], -2.0, 2.0), array(seed / 2, &[3, 4], -2.0, 2.0));
            let got = mse(&Tensor::constant(x.clone()), &Tensor::constant(t.clone()), Elements);
            prop_assert_eq!(got.to_array(), (&x - &t).mapv(|d| d * d));
            prop_assert_eq!(gradients(&[x, t], |x| mse(&x[0], &x[1], Sum)), Ok(()));
        }
    }

    #[test]
    #[should_panic(expected = "mse: prediction of the shape [3, 1] and target of the shape [3] differ")]
    fn nothing_broadcasts() {
        let _ = mse(&Tensor::<f32>::zeros(&[3, 1]), &Tensor::zeros(&[3]), Sum);
    }
}
