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
/// `limit` (Sedghi, Gupta and Long 2019, section 3, for one matrix).
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
