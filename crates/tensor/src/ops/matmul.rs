//! `C = A B` for the last two axes, batched over the others with broadcasting; `A' = C' B^T`, `B' = A^T C'`.

use crate::{Arguments, Operator, Tensor, pool, shape};
use latent_numeric::matmul::{Threads, matmul_into};
use latent_numeric::{Scalar, compiled_here};
use ndarray::{ArrayD, ArrayView2, ArrayViewD, ArrayViewMut2, Axis};
use rayon::prelude::*;

struct MatMul;

impl<E: Scalar> Operator<E> for MatMul {
    fn name(&self) -> &'static str {
        "matmul"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let (a, b) = (arguments.input(0), arguments.input(1));
        vec![
            arguments.needed(0).then(|| cotangent.matmul(&b.transpose()).sum_to(a.shape())),
            arguments.needed(1).then(|| a.transpose().matmul(cotangent).sum_to(b.shape())),
        ]
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// The matrix product of the last two axes; leading axes are a batch and broadcast.
    ///
    /// Transposed operands are not copied. The bits do not depend on the number of threads.
    ///
    /// # Shapes
    /// (..., m, k) times (..., k, n) gives (..., m, n).
    ///
    /// # Panics
    /// If an operand has fewer than two axes, or the shapes do not fit.
    #[must_use]
    #[track_caller]
    pub fn matmul(&self, other: &Self) -> Self {
        let (a, b) = (self.shape(), other.shape());
        let fits = a.len() >= 2 && b.len() >= 2 && a[a.len() - 1] == b[b.len() - 2];
        assert!(fits, "matmul: cannot multiply the shapes {a:?} and {b:?}");
        Self::from_operator(MatMul, vec![self.clone(), other.clone()], product(self, other))
    }
}

#[track_caller]
fn product<E: Scalar>(a: &Tensor<E>, b: &Tensor<E>) -> ArrayD<E> {
    let split = |x: &Tensor<E>| x.rank() - 2;
    let (m, n) = (a.shape()[split(a)], b.shape()[split(b) + 1]);
    let batch = shape::broadcast("matmul", &a.shape()[..split(a)], &b.shape()[..split(b)]);
    let shape = [&batch[..], &[m, n]].concat();
    let mut out = shape::array(&shape, pool::take(shape.iter().product()));
    let wide = |x: &Tensor<E>| [&batch[..], &x.shape()[split(x)..]].concat();
    let (wide_a, wide_b) = (wide(a), wide(b));
    let a = a.array().broadcast(wide_a).expect("batches were checked");
    let b = b.array().broadcast(wide_b).expect("batches were checked");
    let matrices = batch.iter().product();
    let mut flat = out.view_mut().into_shape_with_order((matrices, m, n)).expect("a new array is row-major");
    let threads = if matrices == 1 { Threads::Pool } else { Threads::One };
    let multiply = |(i, out): (usize, ArrayViewMut2<E>)| {
        matmul_into(E::one(), matrix(a.clone(), i), matrix(b.clone(), i), E::zero(), out, threads);
    };
    if matrices * m * n * a.shape()[batch.len() + 1] < PARALLEL_FROM || matrices == 1 {
        flat.axis_iter_mut(Axis(0)).enumerate().for_each(multiply);
    } else {
        flat.axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each(multiply);
    }
    out
}

/// Batches of fewer multiplications are computed on the calling thread.
const PARALLEL_FROM: usize = 1 << 18;

/// The matrix of number `i`, counted in row-major order of the leading axes.
fn matrix<E: Scalar>(mut batch: ArrayViewD<'_, E>, mut i: usize) -> ArrayView2<'_, E> {
    for axis in (0..batch.ndim() - 2).rev() {
        let length = batch.len_of(Axis(axis));
        batch = batch.index_axis_move(Axis(axis), i % length);
        i /= length;
    }
    batch.into_dimensionality().expect("two axes are left")
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::check::gradients;
    use crate::ops::testing::{array, broadcasting, zeros};
    use ndarray::{Ix2, s};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn value_and_gradients(seed: u64, (a, b) in broadcasting(2), m in 0_usize..4, k in 0_usize..4, n in 0_usize..4) {
            let batch = crate::shape::broadcast("test", &a, &b);
            let a = array(seed, &[&a[..], &[m, k]].concat(), -2.0, 2.0);
            let b = array(seed / 3, &[&b[..], &[k, n]].concat(), -2.0, 2.0);
            let got = Tensor::constant(a.clone()).matmul(&Tensor::constant(b.clone()));
            let wide = |x: &ndarray::ArrayD<f64>| {
                let shape = [&batch[..], &x.shape()[x.ndim() - 2..]].concat();
                let count: usize = batch.iter().product();
                let (rows, cols) = (x.shape()[x.ndim() - 2], x.shape()[x.ndim() - 1]);
                let wide = x.broadcast(shape).unwrap().as_standard_layout().into_owned();
                wide.into_shape_with_order((count, rows, cols)).unwrap()
            };
            let (wide_a, wide_b) = (wide(&a), wide(&b));
            let mut want = zeros(&[wide_a.dim().0, m, n]);
            for i in 0..wide_a.dim().0 {
                let product = wide_a.slice(s![i, .., ..]).dot(&wide_b.slice(s![i, .., ..]));
                want.slice_mut(s![i, .., ..]).into_dimensionality::<Ix2>().unwrap().assign(&product);
            }
            prop_assert_eq!(got.shape(), &[&batch[..], &[m, n]].concat()[..]);
            prop_assert!(got.array().iter().zip(&want).all(|(x, y)| (x - y).abs() < 1e-12));
            prop_assert_eq!(gradients(&[a, b], |x| x[0].matmul(&x[1])), Ok(()));
        }
    }

    #[test]
    #[should_panic(expected = "matmul: cannot multiply the shapes [2, 3] and [4, 5]")]
    fn shapes_that_do_not_fit() {
        let _ = Tensor::<f32>::zeros(&[2, 3]).matmul(&Tensor::zeros(&[4, 5]));
    }
}
