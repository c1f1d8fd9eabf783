use super::{Backend, Failure};
use crate::Scalar;
use crate::matmul::{mat_mut, mat_ref};
use faer::diag::DiagMut;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt::factor::{LltError, cholesky_in_place, cholesky_in_place_scratch};
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use faer::linalg::svd::{self, ComputeSvdVectors, svd_scratch};
use faer::{MatMut, Par};
use ndarray::{Array1, Array2, ArrayView2, ShapeBuilder, s};

/// `faer` on the calling thread.
pub struct Faer;

fn diagonal<E: Scalar>(values: &mut Array1<E>) -> DiagMut<'_, E> {
    let n = values.len();
    let values = values.as_slice_mut().expect("a new vector is contiguous");
    MatMut::from_column_major_slice_mut(values, n, 1).col_mut(0).as_diagonal_mut()
}

impl<E: Scalar> Backend<E> for Faer {
    fn symmetric_eigen(a: ArrayView2<E>) -> Result<(Array1<E>, Array2<E>), Failure> {
        let n = a.nrows();
        let mut values = Array1::zeros(n);
        let mut vectors = Array2::zeros((n, n).f());
        let scratch = self_adjoint_evd_scratch::<E>(n, ComputeEigenvectors::Yes, Par::Seq, Default::default());
        self_adjoint_evd(
            mat_ref(&a),
            diagonal(&mut values),
            Some(mat_mut(&mut vectors.view_mut())),
            Par::Seq,
            MemStack::new(&mut MemBuffer::new(scratch)),
            Default::default(),
        )
        .map_err(|_| Failure::NoConvergence)?;
        Ok((values, vectors))
    }

    fn svd(a: ArrayView2<E>) -> Result<(Array2<E>, Array1<E>, Array2<E>), Failure> {
        let (m, n) = a.dim();
        let k = m.min(n);
        let (mut u, mut s, mut v) = (Array2::zeros((m, k).f()), Array1::zeros(k), Array2::zeros((n, k).f()));
        let thin = ComputeSvdVectors::Thin;
        let scratch = svd_scratch::<E>(m, n, thin, thin, Par::Seq, Default::default());
        svd::svd(
            mat_ref(&a),
            diagonal(&mut s),
            Some(mat_mut(&mut u.view_mut())),
            Some(mat_mut(&mut v.view_mut())),
            Par::Seq,
            MemStack::new(&mut MemBuffer::new(scratch)),
            Default::default(),
        )
        .map_err(|_| Failure::NoConvergence)?;
        Ok((u, s, v.reversed_axes()))
    }

    fn singular_values(a: ArrayView2<E>) -> Result<Array1<E>, Failure> {
        let (m, n) = a.dim();
        let mut s = Array1::zeros(m.min(n));
        let none = ComputeSvdVectors::No;
        let scratch = svd_scratch::<E>(m, n, none, none, Par::Seq, Default::default());
        svd::svd(
            mat_ref(&a),
            diagonal(&mut s),
            None,
            None,
            Par::Seq,
            MemStack::new(&mut MemBuffer::new(scratch)),
            Default::default(),
        )
        .map_err(|_| Failure::NoConvergence)?;
        Ok(s)
    }

    fn cholesky(a: ArrayView2<E>) -> Result<Array2<E>, Failure> {
        let n = a.nrows();
        let mut factor = Array2::zeros((n, n).f());
        factor.assign(&a);
        let scratch = cholesky_in_place_scratch::<E>(n, Par::Seq, Default::default());
        let done = cholesky_in_place(
            mat_mut(&mut factor.view_mut()),
            Default::default(),
            Par::Seq,
            MemStack::new(&mut MemBuffer::new(scratch)),
            Default::default(),
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
}
