//! Parameters back into their domain, after a step.

use crate::spectral_norm::matrix;
use latent_layers::{LayerError, Parameter};
use latent_numeric::{Scalar, linalg, matmul};
use ndarray::ArrayD;

/// `w_i <- min(max(w_i, -limit), limit)`: the weight clipping of WGAN (Arjovsky, Chintala and Bottou 2017, algorithm 1).
///
/// NaN stays NaN.
///
/// # Errors
/// [`LayerError::Settings`] if the limit is negative or NaN.
///
/// ```
/// use latent_layers::Parameter;
/// use latent_regularizers::clip_values;
///
/// let w = Parameter::new(ndarray::array![0.5, -0.02, 0.003]);
/// clip_values(&w, 0.01)?;
/// assert_eq!(w.tensor().to_array(), ndarray::array![0.01, -0.01, 0.003].into_dyn());
/// # Ok::<(), latent_layers::LayerError>(())
/// ```
pub fn clip_values<E: Scalar>(parameter: &Parameter<E>, limit: f64) -> Result<(), LayerError> {
    let limit = checked("clip_values", limit)?;
    for w in parameter.elements().iter_mut() {
        if *w > limit {
            *w = limit;
        } else if *w < -limit {
            *w = -limit;
        }
    }
    Ok(())
}

/// `W <- U min(S, limit) V'`, with `W = U S V'`: the nearest matrix, in the Frobenius norm, of spectral norm at most
/// `limit` (Sedghi, Gupta and Long 2019, who do so for convolutions).
///
/// The matrix has a row for each index along the axis: 0 for the weights of linear and convolutional layers, 1 for
/// transposed convolutions. A weight inside stays as it is, bit by bit.
///
/// # Errors
/// [`LayerError::Settings`] if the limit is negative or NaN, the axis is not below the rank, or the weight has elements
/// that are not finite. The weight stays as it was.
///
/// ```
/// use latent_layers::Parameter;
/// use latent_regularizers::clip_singular_values;
///
/// let w = Parameter::new(ndarray::array![[3.0, 0.0], [0.0, 0.5]]);
/// clip_singular_values(&w, 0, 1.0)?;
/// let want = ndarray::array![[1.0, 0.0], [0.0, 0.5]].into_dyn();
/// assert!(w.tensor().array().iter().zip(&want).all(|(a, b): (&f64, &f64)| (a - b).abs() < 1e-15));
/// # Ok::<(), latent_layers::LayerError>(())
/// ```
pub fn clip_singular_values<E: Scalar>(parameter: &Parameter<E>, axis: usize, limit: f64) -> Result<(), LayerError> {
    let name = "clip_singular_values";
    let limit = checked(name, limit)?;
    let weight = parameter.tensor().detach();
    let shape = weight.shape().to_vec();
    if axis >= shape.len() {
        return Err(LayerError::settings(name, format!("the axis {axis} of a weight of shape {shape:?}")));
    }
    if weight.is_empty() {
        return Ok(());
    }
    let factors =
        linalg::svd(matrix(&weight, axis).view_as()).map_err(|error| LayerError::settings(name, error.to_string()))?;
    if factors.s[0] <= limit {
        return Ok(());
    }
    let clipped = factors.s.mapv(|s| if s > limit { limit } else { s });
    let product = matmul::matmul((factors.u * clipped).view(), factors.vt.view());
    let mut axis_first = shape.clone();
    let rows = axis_first.remove(axis);
    axis_first.insert(0, rows);
    let mut order: Vec<usize> = (1..shape.len()).collect();
    order.insert(axis, 0);
    let clipped: ArrayD<E> = product.into_shape_with_order(axis_first).expect("the same elements").permuted_axes(order);
    parameter.set(clipped)
}

fn checked<E: Scalar>(name: &'static str, limit: f64) -> Result<E, LayerError> {
    if limit >= 0.0 {
        Ok(E::of(limit))
    } else {
        Err(LayerError::settings(name, format!("a limit of {limit}, where one that is not negative was expected")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{close, normal};
    use latent_tensor::Tensor;
    use proptest::prelude::*;

    fn values(w: &Tensor<f64>, axis: usize) -> Vec<f64> {
        linalg::singular_values(matrix(w, axis).view_as()).unwrap().to_vec()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn it_is_the_projection(seed: u64, shape in [1_usize..4, 1..4, 1..3], axis in 0_usize..3, limit in 0.0_f64..3.0) {
            let w = Parameter::new(normal(seed, &shape));
            let before = w.tensor();
            clip_singular_values(&w, axis, limit).unwrap();
            let after = w.tensor();
            let (old, new) = (values(&before, axis), values(&after, axis));
            prop_assert!(old.iter().zip(&new).all(|(old, new)| close(*new, old.min(limit), 1e-12)));
            // The projection p of w onto a convex set has <w - p, q - p> <= 0 for all q of the set.
            let mut q = Parameter::new(normal(seed / 3, &shape));
            clip_singular_values(&q, axis, limit).unwrap();
            q = Parameter::new(q.tensor().array().clone());
            let product = ((&before - &after) * (q.tensor() - &after)).sum().item();
            prop_assert!(product <= 1e-10, "{}", product);
            if old[0] <= limit {
                prop_assert_eq!(before.to_array(), after.to_array());
            }
        }

        #[test]
        fn values_end_in_the_interval(seed: u64, n in 1_usize..9, limit in 0.0_f64..2.0) {
            let w = Parameter::new(normal(seed, &[n]));
            let want = w.tensor().array().mapv(|w| w.clamp(-limit, limit));
            clip_values(&w, limit).unwrap();
            prop_assert_eq!(w.tensor().to_array(), want.to_owned());
        }
    }

    #[test]
    fn what_cannot_be_clipped() {
        let w = Parameter::new(ndarray::array![[1.0, f64::NAN]]);
        assert!(clip_values(&w, f64::NAN).unwrap_err().to_string().contains("a limit of NaN"));
        assert!(clip_singular_values(&w, 2, 1.0).unwrap_err().to_string().contains("the axis 2 of a weight"));
        assert!(clip_singular_values(&w, 0, -1.0).is_err());
        assert!(clip_singular_values(&w, 0, 1.0).unwrap_err().to_string().contains("NaN"));
        assert_eq!(w.tensor().array()[[0, 0]], 1.0);
    }
}
