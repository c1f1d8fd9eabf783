//! `J(x) v`, which is the derivative of `u -> J(x)' u`, a linear map, applied to `v`

use super::{differentiable, variable};
use crate::mode::with_recording;
use crate::{GradOptions, Tensor, grad};
use latent_numeric::Scalar;
use std::slice::from_ref;

/// The value `f(x)` and the Jacobian-vector product `J(x) v`, the derivative of `f` along `v`.
///
/// The vector-Jacobian product `J' u` is linear in `u`, so its own vector-Jacobian product with `v` is `J v`,
/// whatever `u` is: reverse mode twice, without rules for forward mode. It costs about four values.
///
/// ```
/// use latent_tensor::{Tensor, jvp};
/// use ndarray::array;
///
/// let (x, v) = (Tensor::constant(array![1.0, 2.0]), Tensor::constant(array![10.0, 1.0]));
/// let (value, product) = jvp(|x| x.square().sum(), &x, &v);
/// assert_eq!((value.item(), product.item()), (5.0, 24.0));
/// ```
///
/// # Shapes
/// The tangent `v` has the shape of `x`, the product that of `f(x)`.
///
/// # Panics
/// If the tangent has another shape.
#[track_caller]
pub fn jvp<E: Scalar>(
    f: impl FnOnce(&Tensor<E>) -> Tensor<E>,
    x: &Tensor<E>,
    tangent: &Tensor<E>,
) -> (Tensor<E>, Tensor<E>) {
    assert!(
        x.shape() == tangent.shape(),
        "jvp: a tangent of the shape {:?} at a point of the shape {:?}",
        tangent.shape(),
        x.shape()
    );
    let create_graph = differentiable([x, tangent]);
    let x = variable(x);
    let value = with_recording(true, || f(&x));
    let u = Tensor::variable(Tensor::<E>::zeros(value.shape()).array().clone());
    let pulled = grad(from_ref(&value), &[x], GradOptions::create_graph().cotangents(vec![u.clone()]));
    let options = GradOptions { create_graph, cotangents: Some(vec![tangent.clone()]) };
    let product = grad(&pulled, &[u], options).remove(0);
    (if create_graph { value } else { value.detach() }, product)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::gradients;
    use crate::ops::testing::{array, distance, shapes};
    use crate::vjp;
    use proptest::prelude::*;

    /// Every output depends on every input.
    fn f(x: &Tensor<f64>) -> Tensor<f64> {
        (x.tanh() * x.exp().sum() + x.square()).reshape(&[x.len(), 1])
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn it_is_the_finite_difference(seed: u64, shape in shapes(2, 0)) {
            let (x, v) = (array(seed, &shape, -1.0, 1.0), array(seed / 3, &shape, -1.0, 1.0));
            let (value, product) = jvp(f, &Tensor::constant(x.clone()), &Tensor::constant(v.clone()));
            let at = |t: f64| f(&Tensor::constant(&x + &(&v * t))).to_array();
            let (h, near) = (1e-3, at(1e-3) - at(-1e-3));
            let want = (near * 8.0 - (at(2.0 * h) - at(-2.0 * h))) / (12.0 * h);
            prop_assert_eq!(value.to_array(), at(0.0));
            prop_assert!(distance(&product.to_array(), &want) < 1e-8);
        }

        #[test]
        fn it_is_the_adjoint_of_the_other_product(seed: u64, shape in shapes(2, 0)) {
            let random = |seed| Tensor::constant(array(seed, &shape, -1.0, 1.0));
            let (x, v, c) = (random(seed), random(seed / 3), random(seed / 9).reshape(&[shape.iter().product(), 1]));
            let forward = (jvp(f, &x, &v).1 * &c).sum().item();
            let backward = (vjp(f, &x, &c).1 * &v).sum().item();
            prop_assert!((forward - backward).abs() <= 1e-11 * (1.0 + forward.abs()));
        }

        #[test]
        fn it_can_be_differentiated_by_both(seed: u64, shape in shapes(2, 0)) {
            let (x, v) = (array(seed, &shape, -1.0, 1.0), array(seed / 3, &shape, -1.0, 1.0));
            prop_assert_eq!(gradients(&[x, v], |x| jvp(f, &x[0], &x[1]).1), Ok(()));
        }
    }

    #[test]
    #[should_panic(expected = "jvp: a tangent of the shape [3] at a point of the shape [2]")]
    fn shapes_that_do_not_fit() {
        let _ = jvp(Tensor::exp, &Tensor::<f32>::zeros(&[2]), &Tensor::zeros(&[3]));
    }
}
