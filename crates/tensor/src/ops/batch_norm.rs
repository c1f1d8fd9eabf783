//! `y = w (x - m) / sqrt(v + eps) + b`, with mean `m` and biased variance `v` of each channel over the batch

use super::inverse_std::Moments;
use super::normalize::{Affine, normalize};
use crate::Tensor;
use latent_numeric::{Scalar, compiled_here};

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// Batch normalisation with the statistics of the batch (Ioffe and Szegedy, 2015, algorithm 1). Returns the
    /// result, and mean and biased variance of each channel as constants, for running averages.
    ///
    /// # Shapes
    /// (samples, channels, ...); all else of shape (channels). Without weight and bias they are one and zero.
    ///
    /// # Panics
    /// If there are fewer than two axes, or weight or bias has another shape.
    #[track_caller]
    pub fn batch_norm(&self, weight: Option<&Self>, bias: Option<&Self>, eps: E) -> (Self, Self, Self) {
        check(self.shape());
        let affine = Affine::along("batch_norm", self.shape(), &[1], weight, bias);
        let axes: Vec<usize> = (0..self.rank()).filter(|&axis| axis != 1).collect();
        let moments = Moments::new(self, &axes, eps);
        let channels = [self.shape()[1]];
        let y = normalize(self, &moments, &affine);
        let of_channels = |statistic| Self::constant(statistic).reshape(&channels);
        (y, of_channels(moments.mean), of_channels(moments.variance))
    }

    /// Batch normalisation with given statistics, as for evaluation: gradients go to all arguments.
    ///
    /// # Shapes
    /// (samples, channels, ...); all else of shape (channels). Without weight and bias they are one and zero.
    ///
    /// # Panics
    /// If there are fewer than two axes, or an argument has another shape.
    #[must_use]
    #[track_caller]
    pub fn batch_norm_with(
        &self,
        mean: &Self,
        variance: &Self,
        weight: Option<&Self>,
        bias: Option<&Self>,
        eps: E,
    ) -> Self {
        check(self.shape());
        let shape = self.shape();
        let channels = [shape[1]];
        assert!(
            mean.shape() == channels && variance.shape() == channels,
            "batch_norm: mean and variance of shapes {:?} and {:?} for the shape {shape:?}",
            mean.shape(),
            variance.shape()
        );
        let affine = Affine::along("batch_norm", shape, &[1], weight, bias);
        let mut wide = vec![1; shape.len()];
        wide[1] = shape[1];
        let scale = variance.reshape(&wide).inverse_sqrt(eps);
        let scale = affine.weight.map_or_else(|| scale.clone(), |weight| &scale * weight);
        let y = (self - mean.reshape(&wide)) * scale;
        affine.bias.map_or_else(|| y.clone(), |bias| &y + bias)
    }
}

#[track_caller]
fn check(shape: &[usize]) {
    assert!(shape.len() >= 2, "batch_norm: the shape {shape:?} has no axes of samples and channels");
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
        fn value_and_gradients(seed: u64, n in 1_usize..4, c in 1_usize..4, size in 1_usize..4, image: bool) {
            let shape = if image { vec![n, c, size, 2] } else { vec![n, c] };
            let axes: &[usize] = if image { &[0, 2, 3] } else { &[0] };
            let x = array(seed, &shape, -2.0, 2.0);
            let (weight, bias) = (array(seed / 3, &[c], 0.5, 2.0), array(seed / 9, &[c], -1.0, 1.0));
            let a = Tensor::constant(x.clone());
            let (y, mean, variance) =
                a.batch_norm(Some(&Tensor::constant(weight.clone())), Some(&Tensor::constant(bias.clone())), 0.1);
            let close = |a: &Tensor<f64>, b: &Tensor<f64>| {
                a.shape() == b.shape() && a.array().iter().zip(b.array()).all(|(x, y)| (x - y).abs() < 1e-12)
            };
            prop_assert!(close(&mean, &a.mean_axes(axes, false)));
            prop_assert!(close(&variance, &a.variance(axes, 0, false)));
            // Evaluation with the statistics of the batch gives the same.
            let [w, b] = [&weight, &bias].map(|a| Tensor::constant(a.clone()));
            prop_assert!(close(&y, &a.batch_norm_with(&mean, &variance, Some(&w), Some(&b), 0.1)));
            // By definition each channel has mean b and variance w^2 v / (v + eps).
            prop_assert!(close(&y.mean_axes(axes, false), &b));
            prop_assert!(close(&y.variance(axes, 0, false), &(&w * &w * &variance / (&variance + 0.1))));
            let training = |x: &[Tensor<f64>]| x[0].batch_norm(Some(&x[1]), Some(&x[2]), 0.1).0;
            prop_assert_eq!(gradients(&[x.clone(), weight.clone(), bias.clone()], training), Ok(()));
            let (m, v) = (array(seed / 5, &[c], -1.0, 1.0), array(seed / 7, &[c], 0.5, 2.0));
            let evaluation = |x: &[Tensor<f64>]| x[0].batch_norm_with(&x[3], &x[4], Some(&x[1]), Some(&x[2]), 0.1);
            prop_assert_eq!(gradients(&[x, weight, bias, m, v], evaluation), Ok(()));
        }
    }

    #[test]
    #[should_panic(expected = "batch_norm: a weight of shape [2] for the shape [2, 3], where [3] was expected")]
    fn a_weight_that_does_not_fit() {
        let _ = Tensor::<f32>::zeros(&[2, 3]).batch_norm(Some(&Tensor::zeros(&[2])), None, 1e-5);
    }
}
