//! `y_i = X_ii`; the cotangent of `X` is the diagonal matrix of that of `y`.

use crate::{Arguments, Operator, Tensor, pool, shape};
use latent_numeric::{Scalar, compiled_here};

struct Diagonal;

impl<E: Scalar> Operator<E> for Diagonal {
    fn name(&self) -> &'static str {
        "diagonal"
    }

    fn vjp(&self, _: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        vec![Some(cotangent.diag_embed())]
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// The diagonals of the square matrices in the last two axes.
    ///
    /// # Shapes
    /// (..., n, n) gives (..., n).
    ///
    /// # Panics
    /// If the last two axes are missing or differ in length.
    #[must_use]
    #[track_caller]
    pub fn diagonal(&self) -> Self {
        let (batch, n) = shape::square("diagonal", self.shape());
        let x = self.array().as_standard_layout();
        let x = x.as_slice().expect("row-major");
        let shape = [batch, &[n]].concat();
        let mut out = pool::take(shape.iter().product());
        for (x, out) in x.chunks(n.pow(2).max(1)).zip(out.chunks_mut(n.max(1))) {
            out.iter_mut().zip(x.iter().step_by(n + 1)).for_each(|(out, &x)| *out = x);
        }
        Self::from_operator(Diagonal, vec![self.clone()], shape::array(&shape, out))
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::check::gradients;
    use crate::ops::testing::{array, shapes};
    use ndarray::ArrayD;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn value_and_gradients(seed: u64, batch in shapes(2, 0), n in 0_usize..5) {
            let a = array(seed, &[&batch[..], &[n, n]].concat(), -2.0, 2.0);
            let want = ArrayD::from_shape_fn([&batch[..], &[n]].concat(), |index| {
                let mut at = ndarray::Dimension::slice(&index).to_vec();
                at.push(at[batch.len()]);
                a[&at[..]]
            });
            prop_assert_eq!(Tensor::constant(a.clone()).diagonal().to_array(), want);
            prop_assert_eq!(gradients(&[a], |x| { let y = x[0].diagonal(); &y * &y }), Ok(()));
        }
    }

    #[test]
    #[should_panic(expected = "diagonal: the last two axes of the shape [3] are not those of square matrices")]
    fn an_axis_too_few() {
        let _ = Tensor::<f32>::zeros(&[3]).diagonal();
    }
}
