//! `X = L^-1 B` or `L^-T B`, `L` lower triangular; `B' = L^-T X'`, `L' = -tril(B' X^T)`, or with `L^-T` `B' = L^-1 X'`,
//! `L' = -tril(X B'^T)`
//!
//! M. B. Giles, *Collected matrix derivative results for forward and reverse mode algorithmic differentiation*, 2008,
//! section 2.3.1.

use crate::{Arguments, Operator, Tensor, pool, shape};
use latent_numeric::{Scalar, compiled_here};
use multiversion::multiversion;
use rayon::prelude::*;

struct TriangularSolve {
    transposed: bool,
}

impl<E: Scalar> Operator<E> for TriangularSolve {
    fn name(&self) -> &'static str {
        "triangular_solve"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let (l, x) = (arguments.input(0), arguments.output());
        let of_b = l.triangular_solve(cotangent, !self.transposed);
        let of_l = arguments.needed(0).then(|| {
            let (left, right) = if self.transposed { (x, &of_b) } else { (&of_b, x) };
            -left.matmul(&right.transpose()).tril()
        });
        vec![of_l, Some(of_b)]
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// The solution `X` of `L X = B`, or of `L^T X = B` if `transposed`, for the lower triangular matrices `L` in the
    /// last two axes of this tensor.
    ///
    /// What is above the diagonal of `L` is not looked at. A zero on the diagonal gives infinities and NaN.
    ///
    /// # Shapes
    /// `L` is (..., n, n), `B` and `X` are (..., n, r), with the same leading axes.
    ///
    /// # Panics
    /// If the shapes are not such.
    #[must_use]
    #[track_caller]
    pub fn triangular_solve(&self, b: &Self, transposed: bool) -> Self {
        let (batch, n) = shape::square("triangular_solve", self.shape());
        let fits = b.rank() == self.rank() && b.shape()[..=batch.len()] == self.shape()[..=batch.len()];
        assert!(
            fits,
            "triangular_solve: matrices of the shape {:?} and right-hand sides of the shape {:?}",
            self.shape(),
            b.shape()
        );
        let width = b.shape()[batch.len() + 1];
        let l = self.array().as_standard_layout();
        let l = l.as_slice().expect("row-major");
        let mut out = pool::take(b.len());
        out.iter_mut().zip(b.array()).for_each(|(out, &b)| *out = b);
        let (square, size) = (n.pow(2).max(1), (n * width).max(1));
        let solve = |(l, x): (&[E], &mut [E])| {
            if transposed {
                back_substitution(l, n, x, width);
            } else {
                forward_substitution(l, n, x, width);
            }
        };
        if b.len() * n < PARALLEL_FROM {
            l.chunks(square).zip(out.chunks_mut(size)).for_each(solve);
        } else {
            l.par_chunks(square).zip(out.par_chunks_mut(size)).for_each(solve);
        }
        let value = shape::array(b.shape(), out);
        Self::from_operator(TriangularSolve { transposed }, vec![self.clone(), b.clone()], value)
    }
}

/// Batches of fewer multiplications are computed on the calling thread.
const PARALLEL_FROM: usize = 1 << 17;

#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512cd+avx512dq+avx512vl+avx2+fma+bmi1+bmi2+lzcnt",
    "x86_64+avx2+fma+bmi1+bmi2+lzcnt",
))]
fn forward_substitution<E: Scalar>(l: &[E], n: usize, x: &mut [E], width: usize) {
    for i in 0..n {
        let (solved, rest) = x.split_at_mut(i * width);
        let row = &mut rest[..width];
        for j in 0..i {
            let factor = l[i * n + j];
            row.iter_mut().zip(&solved[j * width..]).for_each(|(x, &known)| *x -= factor * known);
        }
        row.iter_mut().for_each(|x| *x /= l[i * n + i]);
    }
}

#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512cd+avx512dq+avx512vl+avx2+fma+bmi1+bmi2+lzcnt",
    "x86_64+avx2+fma+bmi1+bmi2+lzcnt",
))]
fn back_substitution<E: Scalar>(l: &[E], n: usize, x: &mut [E], width: usize) {
    for i in (0..n).rev() {
        let (rest, solved) = x.split_at_mut((i + 1) * width);
        let row = &mut rest[i * width..];
        for j in i + 1..n {
            let factor = l[j * n + i];
            row.iter_mut().zip(&solved[(j - i - 1) * width..]).for_each(|(x, &known)| *x -= factor * known);
        }
        row.iter_mut().for_each(|x| *x /= l[i * n + i]);
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::check::gradients;
    use crate::ops::testing::{array, distance, shapes};
    use ndarray::ArrayD;
    use proptest::prelude::*;

    /// Matrices with diagonals between 1 and 2, and small elements elsewhere, above the diagonal too.
    fn well_conditioned(seed: u64, batch: &[usize], n: usize) -> ArrayD<f64> {
        let mut l = array(seed, &[batch, &[n, n]].concat(), -0.5, 0.5);
        for (index, x) in l.indexed_iter_mut() {
            if index[batch.len()] == index[batch.len() + 1] {
                *x += 1.5;
            }
        }
        l
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn value_and_gradients(
            seed: u64, batch in shapes(2, 0), n in 0_usize..5, r in 0_usize..4, transposed: bool
        ) {
            let l = well_conditioned(seed, &batch, n);
            let b = array(seed / 3, &[&batch[..], &[n, r]].concat(), -2.0, 2.0);
            let lower = Tensor::constant(l.clone()).tril();
            let x = Tensor::constant(l.clone()).triangular_solve(&Tensor::constant(b.clone()), transposed);
            let product = if transposed { lower.transpose() } else { lower }.matmul(&x);
            prop_assert!(distance(&product.to_array(), &b) < 1e-13);
            prop_assert_eq!(gradients(&[l, b], |x| x[0].triangular_solve(&x[1], transposed)), Ok(()));
        }
    }

    #[test]
    fn large_batches_are_solved_in_parallel() {
        let (l, b) = (well_conditioned(3, &[40], 32), array(1, &[40, 32, 8], -1.0, 1.0));
        let (l, b) = (Tensor::constant(l * 0.2), Tensor::constant(b));
        for transposed in [false, true] {
            let x = l.triangular_solve(&b, transposed);
            let lower = if transposed { l.tril().transpose() } else { l.tril() };
            assert!(distance(&lower.matmul(&x).to_array(), &b.to_array()) < 1e-9);
        }
    }

    #[test]
    #[should_panic(
        expected = "triangular_solve: matrices of the shape [2, 2] and right-hand sides of the shape [3, 1]"
    )]
    fn shapes_that_do_not_fit() {
        let _ = Tensor::<f32>::zeros(&[2, 2]).triangular_solve(&Tensor::zeros(&[3, 1]), false);
    }
}
