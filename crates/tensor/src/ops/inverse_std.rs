//! `r = (variance of x over some axes + eps)^(-1/2)`; `dr/dx_i = -r^3 (x_i - m) / n`

use crate::reduce::{squared_deviations, total};
use crate::{Arguments, Operator, Tensor, elementwise};
use latent_numeric::Scalar;
use ndarray::{ArcArray, ArrayD, IxDyn};

/// The axes are sorted and stay, with length one.
pub(super) struct InverseStd {
    pub axes: Vec<usize>,
}

impl<E: Scalar> Operator<E> for InverseStd {
    fn name(&self) -> &'static str {
        "inverse_std"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let (x, r) = (arguments.input(0), arguments.output());
        let n: usize = self.axes.iter().map(|&axis| x.shape()[axis]).product();
        let factor = r * r * r * cotangent * E::of(-1.0 / n as f64);
        vec![Some((x - x.mean_axes(&self.axes, true)) * factor)]
    }
}

/// Mean, biased variance and inverse standard deviation of a tensor over some axes, which stay with length one.
pub(super) struct Moments<E: Scalar> {
    pub axes: Vec<usize>,
    pub mean: ArcArray<E, IxDyn>,
    pub variance: ArcArray<E, IxDyn>,
    pub inverse_std: ArcArray<E, IxDyn>,
}

impl<E: Scalar> Moments<E> {
    /// `axes` are sorted.
    pub fn new(x: &Tensor<E>, axes: &[usize], eps: E) -> Self {
        let n: usize = axes.iter().map(|&axis| x.shape()[axis]).product();
        let mut kept = x.shape().to_vec();
        axes.iter().for_each(|&axis| kept[axis] = 1);
        let mean_of = |sums: ArrayD<E>| {
            let mean = sums.into_shape_with_order(IxDyn(&kept)).expect("the same elements").into_shared();
            elementwise::map(&mean, |sum| sum / E::of(n as f64)).into_shared()
        };
        let mean = mean_of(total(x.array(), axes));
        // A second pass, so that a large mean costs no accuracy.
        let variance = mean_of(squared_deviations(x.array(), &mean, axes));
        let inverse_std = elementwise::map(&variance, move |v| E::one() / (v + eps).sqrt()).into_shared();
        Self { axes: axes.to_vec(), mean, variance, inverse_std }
    }
}

#[cfg(test)]
mod tests {
    use super::{InverseStd, Moments};
    use crate::Tensor;
    use crate::check::gradients;
    use crate::ops::testing::{array, shapes};
    use proptest::prelude::*;

    fn inverse_std(x: &Tensor<f64>, axes: &[usize], eps: f64) -> Tensor<f64> {
        let value = Moments::new(x, axes, eps).inverse_std;
        Tensor::from_operator(InverseStd { axes: axes.to_vec() }, vec![x.clone()], value)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn value_and_gradients(seed: u64, shape in shapes(4, 1), chosen: [bool; 4]) {
            let axes: Vec<usize> = (0..shape.len()).filter(|&axis| chosen[axis]).collect();
            let a = array(seed, &shape, -2.0, 2.0);
            let x = Tensor::constant(a.clone());
            let want = x.variance(&axes, 0, true).inverse_sqrt(0.3);
            let got = inverse_std(&x, &axes, 0.3);
            prop_assert_eq!(got.shape(), want.shape());
            prop_assert!(got.array().iter().zip(want.array()).all(|(x, y)| (x - y).abs() < 1e-12));
            prop_assert_eq!(gradients(&[a], |x| inverse_std(&x[0], &axes, 0.3)), Ok(()));
        }
    }
}
