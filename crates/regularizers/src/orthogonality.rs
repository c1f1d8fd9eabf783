//! `lambda ||G - I||_F^2`, `G` the products of the rows or of the columns

use latent_numeric::Scalar;
use latent_tensor::Tensor;
use ndarray::Array2;
use serde::{Deserialize, Serialize};

/// Which vectors of a matrix are to be orthogonal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Vectors {
    /// Its rows, the filters of a layer: `G = W W'`.
    Rows,
    /// Its columns: `G = W' W`.
    Columns,
    /// Whichever are fewer, so that they can be.
    #[default]
    Fewer,
}

/// `lambda ||G - I||_F^2`: zero where the rows, or columns, are orthonormal (Brock et al. 2017, section 3.4, which has
/// the sum of absolute values; Bansal et al. 2018, equation 1).
///
/// With [`Vectors::Columns`] `G` is `W' W`. Columns more than rows cannot be orthonormal: the penalty then has a
/// minimum above zero.
///
/// # Shapes
/// `w` is (outputs, inputs, ...), taken as the matrix (outputs, inputs times the rest); the result has no axes.
///
/// # Panics
/// If `w` has fewer than two axes.
///
/// ```
/// use latent_regularizers::{Vectors, orthogonality};
/// use latent_tensor::Tensor;
///
/// let w = Tensor::constant(ndarray::array![[0.6, 0.8], [-0.8, 0.6]]);
/// let penalty: f64 = orthogonality(&w, 1.0, Vectors::Rows).item();
/// assert!(penalty.abs() < 1e-30);
/// assert!((orthogonality(&(w * 2.0), 1.0, Vectors::Columns).item() - 18.0).abs() < 1e-12);
/// ```
#[track_caller]
pub fn orthogonality<E: Scalar>(w: &Tensor<E>, lambda: f64, vectors: Vectors) -> Tensor<E> {
    let gram = gram("orthogonality", w, vectors);
    let identity = Array2::eye(gram.shape()[0]);
    (gram - Tensor::constant(identity)).square().sum() * E::of(lambda)
}

/// `lambda ||G * (1 - I)||_F^2`: directions are made orthogonal, lengths are left alone (Brock, Donahue and Simonyan
/// 2019, equation 3).
///
/// # Shapes
/// As [`orthogonality`].
///
/// # Panics
/// As [`orthogonality`].
///
/// ```
/// use latent_regularizers::{Vectors, off_diagonal_orthogonality};
/// use latent_tensor::Tensor;
///
/// let w = Tensor::constant(ndarray::array![[3.0, 0.0], [0.0, 5.0]]);
/// assert_eq!(off_diagonal_orthogonality(&w, 1.0, Vectors::Rows).item(), 0.0);
/// let w = Tensor::constant(ndarray::array![[1.0, 0.0], [2.0, 0.0]]);
/// assert_eq!(off_diagonal_orthogonality(&w, 1.0, Vectors::Rows).item(), 8.0);
/// ```
#[track_caller]
pub fn off_diagonal_orthogonality<E: Scalar>(w: &Tensor<E>, lambda: f64, vectors: Vectors) -> Tensor<E> {
    let gram = gram("off_diagonal_orthogonality", w, vectors);
    let others = Array2::from_shape_fn([gram.shape()[0]; 2], |(i, j)| if i == j { E::zero() } else { E::one() });
    (gram * Tensor::constant(others)).square().sum() * E::of(lambda)
}

#[track_caller]
fn gram<E: Scalar>(penalty: &str, w: &Tensor<E>, vectors: Vectors) -> Tensor<E> {
    assert!(w.rank() >= 2, "{penalty}: a tensor of shape {:?}, not a matrix", w.shape());
    let (rows, columns) = (w.shape()[0], w.shape()[1..].iter().product());
    let w = w.reshape(&[rows, columns]);
    let of_rows = match vectors {
        Vectors::Rows => true,
        Vectors::Columns => false,
        Vectors::Fewer => rows <= columns,
    };
    if of_rows { w.matmul(&w.transpose()) } else { w.transpose().matmul(&w) }
}
