//! `y = w (x - m) / sqrt(v + eps) + b`, with mean `m` and biased variance `v` of groups of channels of each sample

use super::inverse_std::Moments;
use super::normalize::{Affine, normalize};
use crate::Tensor;
use latent_numeric::{Scalar, compiled_here};

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// Group normalisation (Wu and He, 2018): neighbouring channels form `groups` groups of equal size.
    ///
    /// # Shapes
    /// (samples, channels, ...); weight and bias (channels), without them one and zero.
    ///
    /// # Panics
    /// If there are fewer than two axes, `groups` does not divide the channels, or weight or bias has another
    /// shape.
    #[must_use]
    #[track_caller]
    pub fn group_norm(&self, groups: usize, weight: Option<&Self>, bias: Option<&Self>, eps: E) -> Self {
        let shape = self.shape();
        assert!(shape.len() >= 2, "group_norm: the shape {shape:?} has no axes of samples and channels");
        assert!(
            groups > 0 && shape[1].is_multiple_of(groups),
            "group_norm: {groups} groups of the {} channels of the shape {shape:?}",
            shape[1]
        );
        let affine = Affine::along("group_norm", shape, &[1], weight, bias);
        // (samples, groups, channels of a group, ...)
        let grouped = |shape: &[usize]| {
            let mut grouped = shape.to_vec();
            grouped[1] = shape[1] / groups;
            grouped.insert(1, groups);
            grouped
        };
        let x = self.reshape(&grouped(shape));
        let regroup = |tensor: Tensor<E>| tensor.reshape(&grouped(tensor.shape()));
        let affine = Affine { weight: affine.weight.map(regroup), bias: affine.bias.map(regroup) };
        let axes: Vec<usize> = (2..x.rank()).collect();
        normalize(&x, &Moments::new(&x, &axes, eps), &affine).reshape(shape)
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
        fn value_and_gradients(seed: u64, n in 1_usize..3, groups in 1_usize..4, each in 1_usize..3, size in 1_usize..4) {
            let c = groups * each;
            let x = array(seed, &[n, c, size], -2.0, 2.0);
            let (weight, bias) = (array(seed / 3, &[c], 0.5, 2.0), array(seed / 9, &[c], -1.0, 1.0));
            let f = |x: &[Tensor<f64>]| x[0].group_norm(groups, Some(&x[1]), Some(&x[2]), 0.1);
            let [a, w, b] = [&x, &weight, &bias].map(|a| Tensor::constant(a.clone()));
            // Each group by itself, as a sample.
            let z = a.reshape(&[n * groups, each, size]).layer_norm(&[1, 2], None, None, 0.1).reshape(&[n, c, size]);
            let want = z * w.reshape(&[c, 1]) + b.reshape(&[c, 1]);
            let got = f(&[a, w, b]);
            prop_assert!(got.array().iter().zip(want.array()).all(|(x, y)| (x - y).abs() < 1e-12));
            prop_assert_eq!(gradients(&[x, weight, bias], f), Ok(()));
        }
    }

    #[test]
    #[should_panic(expected = "group_norm: 2 groups of the 3 channels of the shape [1, 3]")]
    fn groups_that_do_not_fit() {
        let _ = Tensor::<f32>::zeros(&[1, 3]).group_norm(2, None, None, 1e-5);
    }
}
