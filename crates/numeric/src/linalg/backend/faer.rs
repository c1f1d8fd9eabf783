use super::{Backend, Failure, SvdFactors};
use crate::Scalar;
use crate::matmul::{mat_mut, mat_ref};
use faer::diag::DiagMut;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt::factor::{LltError, LltRegularization, cholesky_in_place, cholesky_in_place_scratch};
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use faer::linalg::svd::{self, ComputeSvdVectors, svd_scratch};
use faer::{MatMut, Par, Spec};
use ndarray::{Array1, Array2, ArrayView2, ShapeBuilder, s};

/// `faer` on the calling thread.
pub struct Faer;

/// Not generic, so that it is compiled here and not in every crate that decomposes a matrix.
macro_rules! backend {
    ($($number:ty)*) => {
        $(impl Backend<$number> for Faer {
            fn symmetric_eigen(a: ArrayView2<$number>) -> Result<(Array1<$number>, Array2<$number>), Failure> {
                symmetric_eigen(a)
            }

            fn svd(a: ArrayView2<$number>) -> Result<SvdFactors<$number>, Failure> {
                thin_svd(a)
            }

            fn singular_values(a: ArrayView2<$number>) -> Result<Array1<$number>, Failure> {
                singular_values(a)
            }

            fn cholesky(a: ArrayView2<$number>) -> Result<Array2<$number>, Failure> {
                cholesky(a)
            }
        })*
    };
}

backend!(f32 f64);

fn diagonal<E: Scalar>(values: &mut Array1<E>) -> DiagMut<'_, E> {
    let n = values.len();
    let values = values.as_slice_mut().expect("a new vector is contiguous");
    MatMut::from_column_major_slice_mut(values, n, 1).col_mut(0).as_diagonal_mut()
}

/// `(c a, 1 / c)` with the power of two `c` that brings the largest element near one. faer squares
/// elements: without this its singular values of a matrix of size 1e-25 in `f32` are wrong, and those
/// of one of size 1e25 do not converge.
fn scaled<E: Scalar>(a: ArrayView2<E>) -> (Array2<E>, E) {
    let largest = a.iter().fold(E::zero(), |m, x| m.max(x.abs())).as_f64();
    let limit = E::max_value().as_f64().log2() - 8.0;
    let exponent = if largest > 0.0 { largest.log2().floor().clamp(-limit, limit) } else { 0.0 };
    let factor = E::of((-exponent).exp2());
    let mut copy = Array2::zeros(a.raw_dim().f());
    copy.zip_mut_with(&a, |c, &a| *c = a * factor);
    (copy, E::of(exponent.exp2()))
}

fn symmetric_eigen<E: Scalar>(a: ArrayView2<E>) -> Result<(Array1<E>, Array2<E>), Failure> {
    let (a, unit) = scaled(a);
    let n = a.nrows();
    let mut values = Array1::zeros(n);
    let mut vectors = Array2::zeros((n, n).f());
    let scratch = self_adjoint_evd_scratch::<E>(n, ComputeEigenvectors::Yes, Par::Seq, Spec::default());
    self_adjoint_evd(
        mat_ref(&a.view()),
        diagonal(&mut values),
        Some(mat_mut(&mut vectors.view_mut())),
        Par::Seq,
        MemStack::new(&mut MemBuffer::new(scratch)),
        Spec::default(),
    )
    .map_err(|_| Failure::NoConvergence)?;
    values *= unit;
    Ok((values, vectors))
}

fn thin_svd<E: Scalar>(a: ArrayView2<E>) -> Result<SvdFactors<E>, Failure> {
    let (a, unit) = scaled(a);
    let (m, n) = a.dim();
    let k = m.min(n);
    let (mut u, mut s, mut v) = (Array2::zeros((m, k).f()), Array1::zeros(k), Array2::zeros((n, k).f()));
    let thin = ComputeSvdVectors::Thin;
    let scratch = svd_scratch::<E>(m, n, thin, thin, Par::Seq, Spec::default());
    svd::svd(
        mat_ref(&a.view()),
        diagonal(&mut s),
        Some(mat_mut(&mut u.view_mut())),
        Some(mat_mut(&mut v.view_mut())),
        Par::Seq,
        MemStack::new(&mut MemBuffer::new(scratch)),
        Spec::default(),
    )
    .map_err(|_| Failure::NoConvergence)?;
    s *= unit;
    Ok((u, s, v.reversed_axes()))
}

fn singular_values<E: Scalar>(a: ArrayView2<E>) -> Result<Array1<E>, Failure> {
    let (a, unit) = scaled(a);
    let (m, n) = a.dim();
    let mut s = Array1::zeros(m.min(n));
    let none = ComputeSvdVectors::No;
    let scratch = svd_scratch::<E>(m, n, none, none, Par::Seq, Spec::default());
    svd::svd(
        mat_ref(&a.view()),
        diagonal(&mut s),
        None,
        None,
        Par::Seq,
        MemStack::new(&mut MemBuffer::new(scratch)),
        Spec::default(),
    )
    .map_err(|_| Failure::NoConvergence)?;
    s *= unit;
    Ok(s)
}

fn cholesky<E: Scalar>(a: ArrayView2<E>) -> Result<Array2<E>, Failure> {
    let n = a.nrows();
    let mut factor = Array2::zeros((n, n).f());
    factor.assign(&a);
    let scratch = cholesky_in_place_scratch::<E>(n, Par::Seq, Spec::default());
    let done = cholesky_in_place(
        mat_mut(&mut factor.view_mut()),
        LltRegularization::default(),
        Par::Seq,
        MemStack::new(&mut MemBuffer::new(scratch)),
        Spec::default(),
    );
    match done {
        Ok(_) => {
            // faer leaves anything above the diagonal.
            for j in 1..n {
                factor.slice_mut(s![..j, j]).fill(E::zero());
            }
            Ok(factor)
        }
        Err(LltError::NonPositivePivot { index }) => Err(Failure::Pivot(index)),
    }
}
