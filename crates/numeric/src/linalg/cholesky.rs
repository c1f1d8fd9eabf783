use super::LinalgError;
use super::backend::{Backend, Failure};
use super::error::check_square;
use crate::matmul::{mat_mut, mat_ref};
use crate::{Scalar, compiled_here};
use faer::Par;
use faer::linalg::triangular_solve::{solve_lower_triangular_in_place, solve_upper_triangular_in_place};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, ArrayViewMut2, Axis, ShapeBuilder};

/// The Cholesky decomposition `A = L L'` of a symmetric positive definite matrix, with `L` lower
/// triangular and its diagonal positive.
///
/// # Source
/// Golub and Van Loan, *Matrix Computations*, 4th ed., section 4.2.
///
/// ```
/// use latent_numeric::linalg::{Cholesky, LinalgError};
/// use ndarray::array;
///
/// let cholesky = Cholesky::new(array![[4.0_f64, 2.0], [2.0, 10.0]].view())?;
/// assert_eq!(cholesky.factor(), array![[2.0, 0.0], [1.0, 3.0]]);
/// assert!((cholesky.log_determinant() - 36.0_f64.ln()).abs() < 1e-14);
///
/// let singular = Cholesky::new(array![[1.0, 1.0], [1.0, 1.0]].view());
/// assert_eq!(singular, Err(LinalgError::NotPositiveDefinite { pivot: 1, size: 2 }));
/// # Ok::<(), LinalgError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Cholesky<E> {
    factor: Array2<E>,
}

impl<E: Scalar> Cholesky<E> {
    /// Factors `a`, (n, n), of which only the lower triangle is used.
    ///
    /// # Errors
    /// [`LinalgError::NotPositiveDefinite`] with the index of the first bad pivot,
    /// [`LinalgError::NotSquare`], [`LinalgError::NotFinite`] (also for elements above the diagonal).
    pub fn new(a: ArrayView2<E>) -> Result<Self, LinalgError> {
        let operation = "Cholesky decomposition";
        let size = check_square(operation, a)?;
        if size == 0 {
            return Ok(Self { factor: Array2::zeros((0, 0)) });
        }
        match E::Backend::cholesky(a) {
            Ok(factor) => Ok(Self { factor }),
            Err(Failure::Pivot(pivot)) => Err(LinalgError::NotPositiveDefinite { pivot, size }),
            Err(Failure::NoConvergence) => Err(LinalgError::NoConvergence { operation, rows: size, cols: size }),
        }
    }

    /// The lower triangular factor `L`, (n, n), with zeros above its diagonal.
    pub fn factor(&self) -> ArrayView2<'_, E> {
        self.factor.view()
    }

    /// The solution `x` of `A x = b`, both (n).
    ///
    /// # Panics
    /// If `b` has not n elements.
    pub fn solve(&self, b: ArrayView1<E>) -> Array1<E> {
        self.solve_matrix(b.insert_axis(Axis(1))).remove_axis(Axis(1))
    }

    /// The solution `X` of `A X = B`, both (n, r), a column for each right-hand side.
    ///
    /// # Panics
    /// If `b` has not n rows.
    pub fn solve_matrix(&self, b: ArrayView2<E>) -> Array2<E> {
        let mut x = Array2::zeros(b.raw_dim().f());
        x.assign(&b);
        self.solve_in_place(x.view_mut());
        x
    }

    /// Overwrites `B`, (n, r), with the solution of `A X = B`.
    ///
    /// # Panics
    /// If `b` has not n rows.
    pub fn solve_in_place(&self, b: ArrayViewMut2<E>) {
        let n = self.factor.nrows();
        assert!(b.nrows() == n, "Cholesky::solve: the matrix is ({n}, {n}), the right-hand side {:?}", b.dim());
        if b.is_empty() {
            return;
        }
        cholesky_solve(self.factor.view(), b);
    }

    /// `ln det A = 2 sum_i ln L_ii`, in nats. It neither overflows nor underflows where `det A` would.
    pub fn log_determinant(&self) -> E {
        let half: E = self.factor.diag().iter().map(|&d| d.ln()).sum();
        half + half
    }
}

/// Overwrites `B` with the solution of `L L' X = B`.
#[compiled_here]
fn cholesky_solve<E: Scalar>(factor: ArrayView2<'_, E>, mut b: ArrayViewMut2<'_, E>) {
    solve_lower_triangular_in_place(mat_ref(&factor), mat_mut(&mut b), Par::Seq);
    solve_upper_triangular_in_place(mat_ref(&factor).transpose(), mat_mut(&mut b), Par::Seq);
}
