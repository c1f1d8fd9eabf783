//! `Y_ij = X_ij` for `i > j`, `w X_ii` on the diagonal, 0 above it; its own adjoint.

use crate::{Arguments, Operator, Tensor, elementwise, pool, shape};
use latent_numeric::{Scalar, compiled_here};

struct Tril<E> {
    /// What the diagonal is multiplied with.
    diagonal: E,
}

impl<E: Scalar> Operator<E> for Tril<E> {
    fn name(&self) -> &'static str {
        "tril"
    }

    fn vjp(&self, _: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        vec![Some(cotangent.tril_weighted(self.diagonal))]
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// The lower triangle, the diagonal included, of the square matrices in the last two axes; zeros above it,
    /// whatever is there, NaN included.
    ///
    /// # Panics
    /// If the last two axes are missing or differ in length.
    #[must_use]
    #[track_caller]
    pub fn tril(&self) -> Self {
        self.tril_weighted(E::one())
    }

    /// The same with the diagonal multiplied by a weight.
    #[track_caller]
    pub(super) fn tril_weighted(&self, diagonal: E) -> Self {
        let (_, n) = shape::square("tril", self.shape());
        let x = self.array().as_standard_layout();
        let x = x.as_slice().expect("row-major");
        let mut out = pool::take(x.len());
        elementwise::rows(&mut out, n.max(1), |start, row| {
            let i = start / n % n;
            row[..i].copy_from_slice(&x[start..start + i]);
            row[i] = diagonal * x[start + i];
            row[i + 1..].fill(E::zero());
        });
        let value = shape::array(self.shape(), out);
        Self::from_operator(Tril { diagonal }, vec![self.clone()], value)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::check::gradients;
    use crate::ops::testing::{array, shapes};
    use ndarray::array;
    use proptest::prelude::*;
    use std::cmp::Ordering;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn value_and_gradients(seed: u64, batch in shapes(2, 0), n in 0_usize..5, weight in -2.0..2.0) {
            let a = array(seed, &[&batch[..], &[n, n]].concat(), -2.0, 2.0);
            let mut want = a.clone();
            for (index, x) in want.indexed_iter_mut() {
                let (i, j) = (index[batch.len()], index[batch.len() + 1]);
                *x *= match i.cmp(&j) {
                    Ordering::Greater => 1.0,
                    Ordering::Equal => weight,
                    Ordering::Less => 0.0,
                };
            }
            prop_assert_eq!(Tensor::constant(a.clone()).tril_weighted(weight).to_array(), want);
            prop_assert_eq!(gradients(&[a], |x| { let y = x[0].tril_weighted(weight); &y * &y }), Ok(()));
        }
    }

    #[test]
    fn what_is_above_the_diagonal_is_dropped() {
        let a = Tensor::constant(array![[1.0, f64::NAN], [2.0, 3.0]]);
        assert_eq!(a.tril().to_array(), array![[1.0, 0.0], [2.0, 3.0]].into_dyn());
    }

    #[test]
    #[should_panic(expected = "tril: the last two axes of the shape [2, 3] are not those of square matrices")]
    fn matrices_that_are_not_square() {
        let _ = Tensor::<f32>::zeros(&[2, 3]).tril();
    }
}
