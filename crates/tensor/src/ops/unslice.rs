//! `y[ranges with steps] = x`, zero elsewhere: the adjoint of a slice. The cotangent is sliced.

use crate::{Arguments, Operator, Tensor, pool, shape};
use latent_numeric::{Scalar, compiled_here};
use ndarray::SliceInfoElem;

struct Unslice {
    elements: Vec<SliceInfoElem>,
}

impl<E: Scalar> Operator<E> for Unslice {
    fn name(&self) -> &'static str {
        "unslice"
    }

    fn vjp(&self, _: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        vec![Some(cotangent.slice(&self.elements))]
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// A tensor of zeros of this shape, in which these ranges hold the elements of this one.
    pub(crate) fn unslice(&self, shape: &[usize], elements: &[SliceInfoElem]) -> Self {
        let mut buffer = pool::take(shape.iter().product());
        buffer.fill(E::zero());
        let mut value = shape::array(shape, buffer);
        value.slice_mut(elements).assign(self.array());
        Self::from_operator(Unslice { elements: elements.to_vec() }, vec![self.clone()], value)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::check::gradients;
    use crate::ops::testing::{array, is_adjoint, zeros};
    use ndarray::s;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn value_and_gradients(seed: u64, n in 1_usize..4, before in 0_usize..3, step in 1_isize..4) {
            // Every `step`-th of `(n - 1) step + 1` rows, from the last one on, of the second column of two.
            let rows = before + (n - 1) * step as usize + 1;
            let place = s![before.cast_signed()..; -step, 1];
            let a = array(seed, &[n], -2.0, 2.0);
            let mut want = zeros(&[rows, 2]);
            (0..n).for_each(|i| want[[rows - 1 - i * step as usize, 1]] = a[[i]]);
            let unslice = |x: &Tensor<f64>| x.unslice(&[rows, 2], place.as_ref());
            prop_assert_eq!(unslice(&Tensor::constant(a.clone())).to_array(), want);
            prop_assert!(is_adjoint(seed, &a, unslice));
            prop_assert_eq!(gradients(&[a], |x| { let y = unslice(&x[0]); &y * &y }), Ok(()));
        }
    }
}
