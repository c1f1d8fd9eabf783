use super::{Backend, Failure};
use lax::error::Error;
use lax::{JobSvd, Lapack as Routines, UPLO};
use ndarray::{Array1, Array2, ArrayView2, ShapeBuilder};
use ndarray_linalg::error::LinalgError;
use ndarray_linalg::{CholeskyInto, EighInto, SVDDCInto};

/// LAPACK through `ndarray-linalg`. OpenBLAS has threads of its own, set by its environment
/// variables; the `rayon` pool has no say in them.
pub struct Lapack;

/// A copy in LAPACK's own order, columns first.
fn columns_first<E: Copy>(a: ArrayView2<E>, at: impl Fn(usize, usize) -> (usize, usize)) -> Array2<E> {
    Array2::from_shape_fn(a.raw_dim().f(), |(i, j)| a[at(i, j)])
}

/// The whole of a symmetric matrix from its lower triangle.
fn from_lower<E: Copy>(a: ArrayView2<E>) -> Array2<E> {
    columns_first(a, |i, j| (i.max(j), i.min(j)))
}

/// Shapes and strides are right by construction, so LAPACK can only complain about the values.
fn no_convergence(error: LinalgError) -> Failure {
    match error {
        LinalgError::Lapack(Error::LapackComputationalFailure { .. }) => Failure::NoConvergence,
        other => unreachable!("LAPACK was called wrongly: {other}"),
    }
}

impl<E: Routines<Real = E>> Backend<E> for Lapack {
    fn symmetric_eigen(a: ArrayView2<E>) -> Result<(Array1<E>, Array2<E>), Failure> {
        from_lower(a).eigh_into(UPLO::Lower).map_err(no_convergence)
    }

    fn svd(a: ArrayView2<E>) -> Result<(Array2<E>, Array1<E>, Array2<E>), Failure> {
        let (u, s, vt) = columns_first(a, |i, j| (i, j)).svddc_into(JobSvd::Some).map_err(no_convergence)?;
        Ok((u.expect("U was asked for"), s, vt.expect("V' was asked for")))
    }

    fn singular_values(a: ArrayView2<E>) -> Result<Array1<E>, Failure> {
        let (_, s, _) = columns_first(a, |i, j| (i, j)).svddc_into(JobSvd::None).map_err(no_convergence)?;
        Ok(s)
    }

    fn cholesky(a: ArrayView2<E>) -> Result<Array2<E>, Failure> {
        from_lower(a).cholesky_into(UPLO::Lower).map_err(|error| match error {
            // LAPACK counts pivots from one.
            LinalgError::Lapack(Error::LapackComputationalFailure { return_code }) => {
                Failure::Pivot(return_code as usize - 1)
            }
            other => unreachable!("LAPACK was called wrongly: {other}"),
        })
    }
}
