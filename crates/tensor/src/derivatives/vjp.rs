//! `J(x)' c`

use super::{differentiable, variable};
use crate::mode::with_recording;
use crate::{GradOptions, Tensor, grad};
use latent_numeric::Scalar;
use std::slice::from_ref;

/// The value `f(x)` and the vector-Jacobian product `J(x)' c`, for about the price of two values.
///
/// ```
/// use latent_tensor::{Tensor, vjp};
/// use ndarray::array;
///
/// let (x, c) = (Tensor::constant(array![1.0, 2.0]), Tensor::constant(array![10.0, 1.0]));
/// let (value, product) = vjp(|x| x.square(), &x, &c);
/// assert_eq!(value.to_array(), array![1.0, 4.0].into_dyn());
/// assert_eq!(product.to_array(), array![20.0, 4.0].into_dyn());
/// ```
///
/// # Shapes
/// The cotangent `c` has the shape of `f(x)`, the product that of `x`.
///
/// # Panics
/// If the cotangent has another shape.
#[track_caller]
pub fn vjp<E: Scalar>(
    f: impl FnOnce(&Tensor<E>) -> Tensor<E>,
    x: &Tensor<E>,
    cotangent: &Tensor<E>,
) -> (Tensor<E>, Tensor<E>) {
    let create_graph = differentiable([x, cotangent]);
    let x = variable(x);
    let value = with_recording(true, || f(&x));
    let options = GradOptions { create_graph, cotangents: Some(vec![cotangent.clone()]) };
    let product = grad(from_ref(&value), &[x], options).remove(0);
    (if create_graph { value } else { value.detach() }, product)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::gradients;
    use crate::ops::testing::{array, distance, shapes};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn of_a_linear_map_it_is_the_transpose(seed: u64, shape in shapes(2, 0), n in 0_usize..4) {
            let m: usize = shape.iter().product();
            let a = Tensor::constant(array(seed, &[m, n], -1.0, 1.0));
            let x = Tensor::constant(array(seed, &shape, -1.0, 1.0));
            let c = Tensor::constant(array(seed / 3, &[1, n], -1.0, 1.0));
            let (_, product) = vjp(|x| x.reshape(&[1, m]).matmul(&a), &x, &c);
            let want = a.matmul(&c.transpose()).reshape(&shape);
            prop_assert!(distance(&product.to_array(), &want.to_array()) < 1e-13);
            prop_assert!(!product.is_tracked());
        }

        #[test]
        fn it_can_be_differentiated_by_both(seed: u64, shape in shapes(2, 0)) {
            let (x, c) = (array(seed, &shape, -1.0, 1.0), array(seed / 3, &shape, -1.0, 1.0));
            prop_assert_eq!(gradients(&[x, c], |x| vjp(|x| x.square().exp(), &x[0], &x[1]).1), Ok(()));
        }
    }

    #[test]
    fn what_does_not_depend_on_x_has_no_derivative() {
        let x = Tensor::constant(ndarray::array![1.0, 2.0]);
        let (_, product) = vjp(|_| Tensor::scalar(3.0), &x, &Tensor::scalar(1.0));
        assert_eq!(product.to_array(), crate::ops::testing::zeros(&[2]));
    }
}
