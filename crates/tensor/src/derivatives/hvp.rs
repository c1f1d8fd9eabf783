//! `H(x) v`, the derivative of the gradient along `v`

use super::{differentiable, variable};
use crate::mode::with_recording;
use crate::{GradOptions, Tensor, grad};
use latent_numeric::Scalar;
use std::slice::from_ref;

/// The gradient of a function of one value, and its Hessian times `v`, without the Hessian: for about the price of
/// four values (B. A. Pearlmutter, *Fast exact multiplication by the Hessian*, Neural Computation 6 (1994), 147-160).
///
/// `H` is symmetric, so `H v` is the vector-Jacobian product of the gradient.
///
/// ```
/// use latent_tensor::{Tensor, hvp};
/// use ndarray::array;
///
/// let (x, v) = (Tensor::constant(array![1.0, 2.0]), Tensor::constant(array![10.0, 1.0]));
/// let (gradient, product) = hvp(|x| x.powf(3.0).sum(), &x, &v);
/// assert_eq!(gradient.to_array(), array![3.0, 12.0].into_dyn());
/// assert_eq!(product.to_array(), array![60.0, 12.0].into_dyn());
/// ```
///
/// # Shapes
/// `v`, the gradient and the product have the shape of `x`.
///
/// # Panics
/// If `f(x)` has not exactly one element, or `v` has another shape than `x`.
#[track_caller]
pub fn hvp<E: Scalar>(f: impl FnOnce(&Tensor<E>) -> Tensor<E>, x: &Tensor<E>, v: &Tensor<E>) -> (Tensor<E>, Tensor<E>) {
    assert!(x.shape() == v.shape(), "hvp: v of the shape {:?} at a point of the shape {:?}", v.shape(), x.shape());
    let create_graph = differentiable([x, v]);
    let x = variable(x);
    let value = with_recording(true, || f(&x));
    assert!(value.len() == 1, "hvp: f(x) has the shape {:?}, not one element", value.shape());
    let gradient = grad(&[value], from_ref(&x), GradOptions::create_graph()).remove(0);
    let options = GradOptions { create_graph, cotangents: Some(vec![v.clone()]) };
    let product = grad(from_ref(&gradient), &[x], options).remove(0);
    (if create_graph { gradient } else { gradient.detach() }, product)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::gradients;
    use crate::ops::testing::{array, distance, shapes};
    use proptest::prelude::*;

    fn f(x: &Tensor<f64>) -> Tensor<f64> {
        x.square().sum().sqrt() * x.tanh().sum() + (x * x.exp()).sum()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn it_is_symmetric(seed: u64, shape in shapes(2, 1)) {
            let random = |seed| Tensor::constant(array(seed, &shape, 0.2, 1.0));
            let (x, u, v) = (random(seed), random(seed / 3), random(seed / 9));
            let left = (&u * hvp(f, &x, &v).1).sum().item();
            let right = (&v * hvp(f, &x, &u).1).sum().item();
            prop_assert!((left - right).abs() <= 1e-12 * (1.0 + left.abs()));
        }

        #[test]
        fn it_is_the_finite_difference_of_the_gradient(seed: u64, shape in shapes(2, 1)) {
            let (x, v) = (array(seed, &shape, 0.2, 1.0), array(seed / 3, &shape, -1.0, 1.0));
            let at = |t: f64| {
                let x = Tensor::variable(&x + &(&v * t));
                grad(&[f(&x)], &[x], GradOptions::default())[0].to_array()
            };
            let h = 1e-3;
            let want = ((at(h) - at(-h)) * 8.0 - (at(2.0 * h) - at(-2.0 * h))) / (12.0 * h);
            let (gradient, product) = hvp(f, &Tensor::constant(x.clone()), &Tensor::constant(v.clone()));
            prop_assert!(distance(&gradient.to_array(), &at(0.0)) < 1e-13);
            prop_assert!(distance(&product.to_array(), &want) < 1e-6);
        }
    }

    #[test]
    fn it_can_be_differentiated() {
        let (x, v) = (array(0, &[3], 0.2, 1.0), array(1, &[3], -1.0, 1.0));
        assert_eq!(gradients(&[x, v], |x| hvp(|x| (x.exp() * x).sum(), &x[0], &x[1]).1), Ok(()));
    }

    #[test]
    #[should_panic(expected = "hvp: f(x) has the shape [2], not one element")]
    fn more_than_one_value() {
        let x = Tensor::<f32>::zeros(&[2]);
        let _ = hvp(Tensor::exp, &x, &x);
    }
}
