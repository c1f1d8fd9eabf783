//! `y[i_0, i_1, ...] = x` with the axes in another order; a view, nothing is moved.

use crate::{Arguments, Operator, Tensor, shape};
use latent_numeric::{Scalar, compiled_here};
use ndarray::IxDyn;

struct Permute {
    /// Which axis of the input each axis of the output is.
    axes: Vec<usize>,
}

impl<E: Scalar> Operator<E> for Permute {
    fn name(&self) -> &'static str {
        "permute"
    }

    fn vjp(&self, _: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let mut inverse = vec![0; self.axes.len()];
        self.axes.iter().enumerate().for_each(|(to, &from)| inverse[from] = to);
        vec![Some(cotangent.permute(&inverse))]
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// The axes in another order: axis `k` of the result is axis `axes[k]` of this tensor.
    ///
    /// # Panics
    /// If `axes` is not a permutation of the axes.
    #[must_use]
    #[track_caller]
    pub fn permute(&self, axes: &[usize]) -> Self {
        let sorted = shape::sorted_axes("permute", axes, self.shape());
        assert!(sorted.len() == self.rank(), "permute: {axes:?} are not all axes of the shape {:?}", self.shape());
        let value = self.array().clone().permuted_axes(IxDyn(axes));
        Self::from_operator(Permute { axes: axes.to_vec() }, vec![self.clone()], value)
    }

    /// The last two axes exchanged.
    ///
    /// # Panics
    /// If there are fewer than two.
    #[must_use]
    #[track_caller]
    pub fn transpose(&self) -> Self {
        let rank = self.rank();
        assert!(rank >= 2, "transpose: the shape {:?} has fewer than two axes", self.shape());
        let mut axes: Vec<usize> = (0..rank).collect();
        axes.swap(rank - 2, rank - 1);
        self.permute(&axes)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::check::gradients;
    use crate::ops::testing::{array, shapes};
    use latent_numeric::random::Stream;
    use ndarray::IxDyn;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn value_and_gradients(seed: u64, shape in shapes(4, 0)) {
            let axes = Stream::new(seed, "axes", &[]).permutation(shape.len());
            let a = array(seed, &shape, -2.0, 2.0);
            let got = Tensor::constant(a.clone()).permute(&axes);
            prop_assert_eq!(got.to_array(), a.clone().permuted_axes(IxDyn(&axes)));
            prop_assert_eq!(gradients(&[a], |x| { let y = x[0].permute(&axes); &y * &y }), Ok(()));
        }
    }

    #[test]
    fn transposing_twice_is_the_identity() {
        let a = array(1, &[2, 3, 4], -1.0, 1.0);
        let t = Tensor::constant(a.clone());
        assert_eq!(t.transpose().shape(), [2, 4, 3]);
        assert_eq!(t.transpose().transpose().to_array(), a);
    }

    #[test]
    #[should_panic(expected = "permute: [0] are not all axes of the shape [2, 3]")]
    fn axes_left_out() {
        let _ = Tensor::<f32>::zeros(&[2, 3]).permute(&[0]);
    }
}
