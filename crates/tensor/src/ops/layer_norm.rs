//! `y = w (x - m) / sqrt(v + eps) + b`, with mean `m` and biased variance `v` over some axes of each sample

use super::inverse_std::Moments;
use super::normalize::{Affine, normalize};
use crate::{Tensor, shape};
use latent_numeric::{Scalar, compiled_here};

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// Layer normalisation over some axes (Ba, Kiros and Hinton, 2016, equation 4, with `eps` under the root).
    ///
    /// # Shapes
    /// Weight and bias have the lengths of the axes, in increasing order of the axes; without them they are one
    /// and zero.
    ///
    /// # Panics
    /// If an axis is not below the rank, or named twice, or weight or bias has another shape.
    #[must_use]
    #[track_caller]
    pub fn layer_norm(&self, axes: &[usize], weight: Option<&Self>, bias: Option<&Self>, eps: E) -> Self {
        let axes = shape::sorted_axes("layer_norm", axes, self.shape());
        let affine = Affine::along("layer_norm", self.shape(), &axes, weight, bias);
        normalize(self, &Moments::new(self, &axes, eps), &affine)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::check::gradients;
    use crate::ops::testing::array;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn value_and_gradients(seed: u64, n in 1_usize..4, h in 1_usize..4, w in 1_usize..4) {
            let (x, weight) = (array(seed, &[n, h, w], -2.0, 2.0), array(seed / 3, &[h, w], 0.5, 2.0));
            let bias = array(seed / 9, &[h, w], -1.0, 1.0);
            let f = |x: &[Tensor<f64>]| x[0].layer_norm(&[2, 1], Some(&x[1]), Some(&x[2]), 0.1);
            let [a, b, c] = [&x, &weight, &bias].map(|a| Tensor::constant(a.clone()));
            let z = (&a - a.mean_axes(&[1, 2], true)) * a.variance(&[1, 2], 0, true).inverse_sqrt(0.1);
            let want = z * &b + &c;
            let got = f(&[a, b, c]);
            prop_assert!(got.array().iter().zip(want.array()).all(|(x, y)| (x - y).abs() < 1e-12));
            prop_assert_eq!(gradients(&[x, weight, bias], f), Ok(()));
        }
    }

    #[test]
    fn edges() {
        // No samples; samples of one element, which are their own mean; a large mean.
        assert_eq!(Tensor::<f64>::zeros(&[0, 3]).layer_norm(&[1], None, None, 1e-5).shape(), [0, 3]);
        let one = Tensor::constant(ndarray::array![[5.0_f64], [-7.0]]).layer_norm(&[1], None, None, 1e-5);
        assert_eq!(one.to_array(), ndarray::array![[0.0], [0.0]].into_dyn());
        let far = Tensor::<f32>::constant(ndarray::array![[10_000_001.0, 10_000_003.0]]);
        assert_eq!(far.layer_norm(&[1], None, None, 0.0).to_array(), ndarray::array![[-1.0, 1.0]].into_dyn());
    }

    #[test]
    #[should_panic(expected = "layer_norm: a bias of shape [2] for the shape [2, 3], where [3] was expected")]
    fn a_bias_that_does_not_fit() {
        let _ = Tensor::<f32>::zeros(&[2, 3]).layer_norm(&[1], None, Some(&Tensor::zeros(&[2])), 1e-5);
    }
}
