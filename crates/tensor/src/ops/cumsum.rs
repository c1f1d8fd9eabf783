//! `y_i = x_0 + ... + x_i` along an axis; the cotangent is summed from the other end.

use crate::{Arguments, Operator, Tensor, layout, pool, shape};
use latent_numeric::{Scalar, compiled_here};

struct Cumsum {
    axis: usize,
}

impl<E: Scalar> Operator<E> for Cumsum {
    fn name(&self) -> &'static str {
        "cumsum"
    }

    fn vjp(&self, _: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let axis = self.axis;
        vec![Some(cotangent.flip(&[axis]).cumsum(axis).flip(&[axis]))]
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// The sums of the first elements along an axis, each included.
    ///
    /// Sums are compensated: each is off by little more than its own rounding, however many elements go into it.
    ///
    /// # Panics
    /// If the axis is not below the rank.
    #[must_use]
    #[track_caller]
    pub fn cumsum(&self, axis: usize) -> Self {
        shape::check_axis("cumsum", axis, self.shape());
        let (_, n, inner) = shape::around(self.shape(), axis);
        let from = layout::row_major(self.array());
        let mut out = pool::take(self.len());
        if !out.is_empty() {
            let mut running = vec![Running::default(); inner];
            for (from, out) in from.chunks_exact(n * inner).zip(out.chunks_exact_mut(n * inner)) {
                running.fill(Running::default());
                accumulate(from, out, &mut running);
            }
        }
        layout::give(from);
        Self::from_operator(Cumsum { axis }, vec![self.clone()], shape::array(self.shape(), out))
    }
}

/// A sum and what its roundings have lost (D. E. Knuth, *The Art of Computer Programming* 2, theorem 4.2.2 B;
/// A. Neumaier, *Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen*, 1974).
#[derive(Clone, Copy, Default)]
struct Running<E> {
    sum: E,
    lost: E,
}

impl<E: Scalar> Running<E> {
    #[inline(always)]
    fn add(&mut self, x: E) -> E {
        let sum = self.sum + x;
        let added = sum - self.sum;
        self.lost += (self.sum - (sum - added)) + (x - added);
        self.sum = sum;
        // Nothing is known of what an infinite sum has lost.
        if self.lost.is_finite() { sum + self.lost } else { sum }
    }
}

latent_numeric::vectorized! {
    fn accumulate<E: Scalar>(from: &[E], out: &mut [E], running: &mut [Running<E>]) {
        let inner = running.len();
        if let [running] = running {
            for (out, &x) in out.iter_mut().zip(from) {
                *out = running.add(x);
            }
            return;
        }
        for (from, out) in from.chunks_exact(inner).zip(out.chunks_exact_mut(inner)) {
            for ((out, &x), running) in out.iter_mut().zip(from).zip(running.iter_mut()) {
                *out = running.add(x);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::check::gradients;
    use crate::ops::testing::{array, distance, is_adjoint, shapes};
    use latent_numeric::random::Stream;
    use ndarray::{Axis, Ix2};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn value_and_gradients(seed: u64, shape in shapes(3, 0), axis in 0_usize..3) {
            prop_assume!(axis < shape.len());
            let a = array(seed, &shape, -2.0, 2.0);
            let mut want = a.clone();
            want.accumulate_axis_inplace(Axis(axis), |&before, x| *x += before);
            prop_assert!(distance(&Tensor::constant(a.clone()).cumsum(axis).to_array(), &want) < 1e-14);
            prop_assert!(is_adjoint(seed, &a, |x| x.cumsum(axis)));
            prop_assert_eq!(gradients(&[a], |x| x[0].cumsum(axis)), Ok(()));
        }
    }

    /// Also along an axis with others after it, which takes another path.
    #[test]
    fn long_sums_are_accurate() {
        for inner in [1, 3] {
            let n = 2_000_000;
            let values = Stream::new(1, "values", &[]).uniform_array::<f32, _, _>((n, inner));
            let sums = Tensor::constant(values.clone()).cumsum(0).into_array::<Ix2>();
            for (column, sums) in values.columns().into_iter().zip(sums.columns()) {
                let mut exact = 0.0;
                for (&x, &sum) in column.iter().zip(sums) {
                    exact += f64::from(x);
                    assert!((f64::from(sum) - exact).abs() <= 6e-8 * exact, "{sum} for {exact}");
                }
            }
        }
    }

    #[test]
    fn small_numbers_come_back_after_large_ones_have_gone() {
        let x = Tensor::constant(ndarray::array![1.0, 1e100, 1.0, -1e100]);
        assert_eq!(x.cumsum(0).to_array(), ndarray::array![1.0, 1e100, 1e100, 2.0].into_dyn());
        let (inf, nan) = (f64::INFINITY, f64::NAN);
        let x = Tensor::constant(ndarray::array![1.0, inf, 2.0, -inf, 1.0]).cumsum(0).to_array();
        assert_eq!(format!("{x}"), format!("{}", ndarray::array![1.0, inf, inf, nan, nan]));
    }

    #[test]
    #[should_panic(expected = "cumsum: axis 1 of the shape [3]: it must be below 1")]
    fn no_such_axis() {
        let _ = Tensor::<f32>::zeros(&[3]).cumsum(1);
    }
}
