//! `J_ij = df_i / dx_j`, row by row

use crate::mode::with_recording;
use crate::{GradOptions, Tensor, grad};
use latent_numeric::Scalar;
use ndarray::{ArrayD, IxDyn};
use std::slice::from_ref;

/// The whole Jacobian, a constant: one vector-Jacobian product for each element of `f(x)`, over one recording.
///
/// ```
/// use latent_tensor::{Tensor, jacobian};
/// use ndarray::array;
///
/// let x = Tensor::constant(array![1.0, 2.0]);
/// let j = jacobian(|x| x.square(), &x);
/// assert_eq!(j.to_array(), array![[2.0, 0.0], [0.0, 4.0]].into_dyn());
/// ```
///
/// # Shapes
/// The axes of `f(x)`, then those of `x`.
#[track_caller]
pub fn jacobian<E: Scalar>(f: impl FnOnce(&Tensor<E>) -> Tensor<E>, x: &Tensor<E>) -> Tensor<E> {
    let x = Tensor::variable(x.array().clone());
    let value = with_recording(true, || f(&x));
    let mut elements = Vec::with_capacity(value.len() * x.len());
    for i in 0..value.len() {
        let mut unit = vec![E::zero(); value.len()];
        unit[i] = E::one();
        let options = GradOptions::default().cotangents(vec![Tensor::from_buffer(value.shape(), unit)]);
        elements.extend(grad(from_ref(&value), from_ref(&x), options)[0].array());
    }
    let shape = [value.shape(), x.shape()].concat();
    Tensor::constant(ArrayD::from_shape_vec(IxDyn(&shape), elements).expect("a row for each element"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::testing::{array, distance, shapes};
    use crate::{jvp, vjp};
    use proptest::prelude::*;

    fn f(x: &Tensor<f64>) -> Tensor<f64> {
        (x.tanh() * x.exp().sum()).reshape(&[x.len(), 1])
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn rows_and_columns_are_the_products(seed: u64, shape in shapes(2, 0)) {
            let x = Tensor::constant(array(seed, &shape, -1.0, 1.0));
            let (m, v) = (x.len(), Tensor::constant(array(seed / 3, &shape, -1.0, 1.0)));
            let j = jacobian(f, &x);
            prop_assert_eq!(j.shape(), &[&[m, 1], &shape[..]].concat()[..]);
            let j = j.reshape(&[m, m]);
            let across = j.matmul(&v.reshape(&[m, 1]));
            prop_assert!(distance(&across.to_array(), &jvp(f, &x, &v).1.to_array()) < 1e-12);
            for i in 0..m {
                let mut unit = vec![0.0; m];
                unit[i] = 1.0;
                let row = vjp(f, &x, &Tensor::from_buffer(&[m, 1], unit)).1.reshape(&[m]);
                prop_assert_eq!(row.view(), j.array().index_axis(ndarray::Axis(0), i));
            }
        }
    }
}
