//! `Y_ii = x_i`, 0 off the diagonal; the cotangent of `x` is the diagonal of that of `Y`.

use crate::{Arguments, Operator, Tensor, pool, shape};
use latent_numeric::{Scalar, compiled_here};

struct DiagEmbed;

impl<E: Scalar> Operator<E> for DiagEmbed {
    fn name(&self) -> &'static str {
        "diag_embed"
    }

    fn vjp(&self, _: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        vec![Some(cotangent.diagonal())]
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// Diagonal matrices, whose diagonals are the last axis.
    ///
    /// # Shapes
    /// (..., n) gives (..., n, n).
    ///
    /// # Panics
    /// If there are no axes.
    #[must_use]
    #[track_caller]
    pub fn diag_embed(&self) -> Self {
        let Some(&n) = self.shape().last() else {
            panic!("diag_embed: the shape [] has no last axis");
        };
        let shape = [self.shape(), &[n]].concat();
        let mut out = pool::take(shape.iter().product());
        out.fill(E::zero());
        for (k, &x) in self.array().iter().enumerate() {
            // Row k of all rows belongs to element k.
            out[k * n + k % n] = x;
        }
        Self::from_operator(DiagEmbed, vec![self.clone()], shape::array(&shape, out))
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
            let a = array(seed, &[&batch[..], &[n]].concat(), -2.0, 2.0);
            let rank = batch.len() + 1;
            let want = ArrayD::from_shape_fn([&batch[..], &[n, n]].concat(), |index| {
                let at = ndarray::Dimension::slice(&index);
                if at[rank - 1] == at[rank] { a[&at[..rank]] } else { 0.0 }
            });
            prop_assert_eq!(Tensor::constant(a.clone()).diag_embed().to_array(), want);
            prop_assert_eq!(gradients(&[a], |x| { let y = x[0].diag_embed(); &y * &y }), Ok(()));
        }
    }

    #[test]
    #[should_panic(expected = "diag_embed: the shape [] has no last axis")]
    fn no_axis() {
        let _ = Tensor::<f32>::scalar(1.0).diag_embed();
    }
}
