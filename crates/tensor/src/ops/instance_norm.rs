//! `y = w (x - m) / sqrt(v + eps) + b`, with mean `m` and biased variance `v` of each channel of each sample

use super::inverse_std::Moments;
use super::normalize::{Affine, normalize};
use crate::Tensor;
use latent_numeric::{Scalar, compiled_here};

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// Instance normalisation (Ulyanov, Vedaldi and Lempitsky, 2016).
    ///
    /// # Shapes
    /// (samples, channels, ...); weight and bias (channels), without them one and zero.
    ///
    /// # Panics
    /// If there are fewer than three axes, or weight or bias has another shape.
    #[must_use]
    #[track_caller]
    pub fn instance_norm(&self, weight: Option<&Self>, bias: Option<&Self>, eps: E) -> Self {
        let shape = self.shape();
        assert!(shape.len() >= 3, "instance_norm: the shape {shape:?} has no axes after samples and channels");
        let affine = Affine::along("instance_norm", shape, &[1], weight, bias);
        let axes: Vec<usize> = (2..shape.len()).collect();
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
        fn value_and_gradients(seed: u64, n in 1_usize..3, c in 1_usize..4, size in 1_usize..4) {
            let x = array(seed, &[n, c, size, 2], -2.0, 2.0);
            let (weight, bias) = (array(seed / 3, &[c], 0.5, 2.0), array(seed / 9, &[c], -1.0, 1.0));
            let f = |x: &[Tensor<f64>]| x[0].instance_norm(Some(&x[1]), Some(&x[2]), 0.1);
            let tensors = [&x, &weight, &bias].map(|a| Tensor::constant(a.clone()));
            // Each sample by itself, as a batch.
            let samples = (0..n).map(|i| {
                let sample = tensors[0].index_select(0, &[i]);
                sample.batch_norm(Some(&tensors[1]), Some(&tensors[2]), 0.1).0
            });
            let want = Tensor::concatenate(&samples.collect::<Vec<_>>(), 0);
            let got = f(&tensors);
            prop_assert!(got.array().iter().zip(want.array()).all(|(x, y)| (x - y).abs() < 1e-12));
            prop_assert_eq!(gradients(&[x, weight, bias], f), Ok(()));
        }
    }
}
