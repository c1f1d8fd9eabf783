//! `lambda / 2 mean_n ||J(x_n)||_F^2`

use crate::Output;
use crate::recorded::Recorded;
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;
use ndarray::{Array2, Axis};

/// `lambda / 2 mean over n of ||J(x_n)||_F^2`, where `J(x_n)` is the Jacobian of the function at sample `n`
/// (Hoffman, Roberts and Yaida 2019, equation 5).
///
/// The Jacobian is computed row by row: one backward pass for each element of a sample's value, over one forward pass.
/// The penalty can be differentiated to any order. A sample's value may depend on this sample only: layers that mix
/// samples, such as batch normalisation in training, have no Jacobian of a sample. If `x` is tracked, gradients flow
/// to it as well.
///
/// # Shapes
/// `x` is (samples, ...), the function's value (samples, ...); the result has no axes.
///
/// # Errors
/// Those of the function, if it returns a `Result`; see [`Output`].
///
/// # Panics
/// If the value has not a row for each sample.
///
/// ```
/// use latent_regularizers::jacobian;
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let x = Tensor::constant(array![[1.0, 2.0], [0.0, 1.0]]);
/// // J = diag(2 x), so the squared norms are 20 and 4.
/// assert_eq!(jacobian(|x| x.square(), &x, 1.0).item(), 6.0);
/// ```
#[track_caller]
pub fn jacobian<E: Scalar, R: Output<E>>(
    f: impl FnOnce(&Tensor<E>) -> R,
    x: &Tensor<E>,
    lambda: f64,
) -> R::With<Tensor<E>> {
    R::wrap(Recorded::new("jacobian", f, x).map(|at| exact_norm(&at) * E::of(lambda / 2.0)))
}

/// The same by projection on random unit vectors: without bias, for one backward pass for each of them
/// (Hoffman, Roberts and Yaida 2019, algorithm 1).
///
/// With `v` uniform on the unit sphere of the `c` elements of a sample's value, `E[c ||v' J||^2] = ||J||_F^2`. Every
/// sample has vectors of its own, drawn from the stream; the mean is taken over `projections` of them. With one
/// element it is exact.
///
/// # Shapes
/// As [`jacobian`].
///
/// # Errors
/// As [`jacobian`].
///
/// # Panics
/// As [`jacobian`], and if there are no projections.
///
/// ```
/// use latent_numeric::random::Stream;
/// use latent_regularizers::projected_jacobian;
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let x = Tensor::constant(array![[1.0, 2.0], [0.0, 1.0]]);
/// let mut stream = Stream::new(1, "jacobian projections", &[]);
/// let penalty: f64 = projected_jacobian(|x| x.square(), &x, 1.0, 1000, &mut stream).item();
/// assert!((penalty - 6.0).abs() < 0.5);
/// ```
#[track_caller]
pub fn projected_jacobian<E: Scalar, R: Output<E>>(
    f: impl FnOnce(&Tensor<E>) -> R,
    x: &Tensor<E>,
    lambda: f64,
    projections: usize,
    stream: &mut Stream,
) -> R::With<Tensor<E>> {
    assert!(projections > 0, "projected_jacobian: no projections");
    R::wrap(Recorded::new("projected_jacobian", f, x).map(|at| {
        let (samples, outputs) = (at.samples(), at.outputs());
        let one = |_| {
            let vectors = unit_vectors::<E>(samples, outputs, stream);
            at.gradient(Some(Tensor::constant(vectors).reshape(at.value.shape()))).square().sum()
        };
        let sum = (0..projections).map(one).reduce(|a, b| a + b).expect("at least one projection");
        sum * E::of(lambda / 2.0 * outputs as f64 / (projections * samples) as f64)
    }))
}

/// `mean_n ||J(x_n)||_F^2`
pub(crate) fn exact_norm<E: Scalar>(at: &Recorded<E>) -> Tensor<E> {
    let (samples, outputs) = (at.samples(), at.outputs());
    let row = |k| {
        let mut unit = Array2::zeros((samples, outputs));
        unit.column_mut(k).fill(E::one());
        at.gradient(Some(Tensor::constant(unit).reshape(at.value.shape()))).square().sum()
    };
    let sum = (0..outputs).map(row).reduce(|a, b| a + b).unwrap_or_else(|| Tensor::scalar(E::zero()));
    sum / E::of(samples as f64)
}

/// Rows uniform on the unit sphere.
fn unit_vectors<E: Scalar>(rows: usize, columns: usize, stream: &mut Stream) -> Array2<E> {
    let mut vectors: Array2<E> = stream.normal_array((rows, columns));
    for mut row in vectors.axis_iter_mut(Axis(0)) {
        let norm = row.iter().map(|&v| v * v).sum::<E>().sqrt();
        // A row of zeros is as likely as one of any other numbers.
        if norm > E::zero() {
            row.mapv_inplace(|v| v / norm);
        }
    }
    vectors
}
