//! `y_i = x_(i-k mod n)` along an axis; two slices, exchanged.

use crate::{Tensor, shape};
use latent_numeric::{Scalar, compiled_here};

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// The elements moved by `shift` places towards the end of an axis, or towards its beginning if negative; what
    /// leaves at one end comes in at the other.
    ///
    /// # Panics
    /// If the axis is not below the rank.
    #[must_use]
    #[track_caller]
    pub fn roll(&self, axis: usize, shift: isize) -> Self {
        shape::check_axis("roll", axis, self.shape());
        let n = self.shape()[axis];
        let back = isize::try_from(n).ok().and_then(|n| shift.checked_rem_euclid(n)).unwrap_or(0).unsigned_abs();
        if back == 0 {
            return self.clone();
        }
        let mut parts = self.split(axis, &[n - back, back]);
        parts.swap(0, 1);
        Self::concatenate(&parts, axis)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::check::gradients;
    use crate::ops::testing::{array, is_adjoint, shapes};
    use ndarray::ArrayD;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn value_and_gradients(seed: u64, shape in shapes(3, 0), axis in 0_usize..3, shift in -9_isize..9) {
            prop_assume!(axis < shape.len());
            let a = array(seed, &shape, -2.0, 2.0);
            let want = ArrayD::from_shape_fn(a.raw_dim(), |mut at| {
                at[axis] = (at[axis].cast_signed() - shift).rem_euclid(shape[axis].cast_signed()) as usize;
                a[at]
            });
            prop_assert_eq!(Tensor::constant(a.clone()).roll(axis, shift).to_array(), want);
            prop_assert!(is_adjoint(seed, &a, |x| x.roll(axis, shift)));
            prop_assert_eq!(gradients(&[a], |x| { let y = x[0].roll(axis, shift); &y * &x[0] }), Ok(()));
        }
    }
}
