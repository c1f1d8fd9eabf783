//! Sparse codes as differentiable functions of samples, dictionary and lambda.
//!
//! | | how | gradients |
//! |---|---|---|
//! | [`unrolled_fista`] | a number of iterations written in tensor operations | of the iterate, in memory that grows with the iterations |
//! | [`ImplicitLasso`] | any solver, then the optimality conditions on the support | of the minimiser, for one linear system a sample |
//!
//! Both are of any order. As the iterations grow, the first tend to the second.
//!
//! ```
//! use latent_sparse::differentiable::{ImplicitLasso, unrolled_fista};
//! use latent_sparse::lasso::{ActiveSet, Stop};
//! use latent_tensor::{GradOptions, Tensor, grad};
//! use ndarray::array;
//!
//! let x = Tensor::variable(array![[1.2_f64, 1.6]]);
//! let dictionary = Tensor::variable(array![[1.0, 0.0, 0.6], [0.0, 1.0, 0.8]]);
//! let lambda = Tensor::variable(array![0.1]);
//! let inputs = [x.clone(), dictionary.clone(), lambda.clone()];
//!
//! let implicit = ImplicitLasso::default().solve(&x, &dictionary, &lambda, &ActiveSet, &Stop::gap(1e-12))?;
//! let exact = grad(&[implicit.codes.square().sum()], &inputs, GradOptions::default());
//! let unrolled = unrolled_fista(&x, &dictionary, &lambda, 500)?;
//! let approximate = grad(&[unrolled.square().sum()], &inputs, GradOptions::default());
//! for (a, b) in exact.iter().zip(&approximate) {
//!     assert!((a - b).array().iter().all(|d| d.abs() < 1e-6));
//! }
//! // One atom is active, of norm one: dz/dlambda = -1, so d(z^2)/dlambda = -2 z.
//! assert!((exact[2].item() + 2.0 * 1.9).abs() < 1e-9);
//! # Ok::<(), latent_sparse::SparseError>(())
//! ```

mod implicit;
mod support_solve;
mod unrolled;

pub use implicit::{DifferentiableCodes, ImplicitLasso};
pub use unrolled::unrolled_fista;

use crate::SparseError;
use crate::error::require;
use latent_numeric::Scalar;
use latent_tensor::Tensor;
use ndarray::{Array2, Ix2};

/// Checks what both ways are given, and answers with the dictionary's value.
fn checked<E: Scalar>(x: &Tensor<E>, dictionary: &Tensor<E>, lambda: &Tensor<E>) -> Result<Array2<E>, SparseError> {
    let wrong = |what, tensor: &Tensor<E>, expected: Vec<usize>| {
        Err(SparseError::Shape { what, found: tensor.shape().to_vec(), expected })
    };
    let &[features, atoms] = dictionary.shape() else {
        return wrong("the dictionary", dictionary, vec![x.shape().last().copied().unwrap_or(1), 1]);
    };
    match x.shape() {
        &[_, found] if found == features => {}
        shape => return wrong("the samples", x, vec![shape.first().copied().unwrap_or(1), features]),
    }
    if lambda.len() != 1 {
        return wrong("lambda", lambda, vec![1]);
    }
    if features == 0 || atoms == 0 {
        return Err(SparseError::EmptyDictionary { features, atoms });
    }
    let value = lambda.item();
    require(value.is_finite() && value >= E::zero(), "lambda", value.as_f64(), "a finite number, at least 0")?;
    Ok(dictionary.view_as::<Ix2>().to_owned())
}
