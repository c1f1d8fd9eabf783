//! `u = K g`, where `K` is the inverse of `W' W + l2 I` on the support of each sample and zero elsewhere; `K` is
//! symmetric, `dK = -K d(W' W) K`

use crate::SparseError;
use latent_numeric::linalg::Cholesky;
use latent_numeric::{Scalar, parallel};
use latent_tensor::{Arguments, Operator, Tensor};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Ix2};
use std::sync::Arc;

/// The supports of codes, each with its block of `W' W + l2 I`, factored.
pub(super) struct Supports<E>(Vec<(Vec<usize>, Cholesky<E>)>);

impl<E: Scalar> Supports<E> {
    /// # Errors
    /// If the atoms of a support are linearly dependent and `l2` is zero.
    pub fn of(codes: ArrayView2<E>, hessian: ArrayView2<E>) -> Result<Self, SparseError> {
        let factored = |sample, z: ArrayView1<E>| {
            let support: Vec<usize> = (0..z.len()).filter(|&j| z[j] != E::zero()).collect();
            let k = support.len();
            let block = Array2::from_shape_fn((k, k), |(i, j)| hessian[[support[i], support[j]]]);
            match Cholesky::new(block.view()) {
                Ok(factor) => Ok((support, factor)),
                Err(error) => Err(SparseError::Decomposition {
                    what: "gradients of a code need independent atoms on its support",
                    reason: format!("sample {sample}: {error}"),
                }),
            }
        };
        // All of them before the first error, which is then the same on any number of threads.
        let factors = parallel::map(codes.rows(), factored);
        Ok(Self(factors.into_iter().collect::<Result<_, _>>()?))
    }

    fn solve(&self, right: ArrayView2<E>) -> Array2<E> {
        let solutions = parallel::map(self.0.iter().zip(right.rows()), |_, ((support, factor), g)| {
            factor.solve(support.iter().map(|&j| g[j]).collect::<Array1<E>>().view())
        });
        let mut out = Array2::zeros(right.dim());
        for ((mut out, solution), (support, _)) in out.rows_mut().into_iter().zip(solutions).zip(&self.0) {
            support.iter().zip(solution).for_each(|(&j, u)| out[j] = u);
        }
        out
    }
}

/// `K g`, differentiable in `g`, (samples, atoms), and in the dictionary that `K` was made of.
pub(super) fn support_solve<E: Scalar>(
    right: &Tensor<E>,
    dictionary: &Tensor<E>,
    supports: &Arc<Supports<E>>,
) -> Tensor<E> {
    let value = supports.solve(right.view_as::<Ix2>());
    Tensor::from_operator(SupportSolve(supports.clone()), vec![right.clone(), dictionary.clone()], value)
}

struct SupportSolve<E>(Arc<Supports<E>>);

impl<E: Scalar> Operator<E> for SupportSolve<E> {
    fn name(&self) -> &'static str {
        "support_solve"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let (dictionary, u) = (arguments.input(1), arguments.output());
        let v = support_solve(cotangent, dictionary, &self.0);
        let by_dictionary = arguments.needed(1).then(|| {
            let seen = |z: &Tensor<E>| dictionary.matmul(&z.transpose());
            -(seen(u).matmul(&v) + seen(&v).matmul(u))
        });
        vec![Some(v), by_dictionary]
    }
}
