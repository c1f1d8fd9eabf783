//! `y[r, q] = sum over u, v of A[r, u] B[q, v] x[u, v]`, with one or two weights in each row of `A` and `B`.

use crate::Tensor;
use crate::linear::{self, PlaneMap};
use latent_numeric::Scalar;
use std::sync::Arc;

/// What lies between pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interpolation {
    /// Output pixel `r` is the input pixel `floor(r H / H')`.
    Nearest,
    /// Output pixel `r` lies at `(r + 1/2) H / H' - 1/2` between two input pixels, not beyond the outermost: corners
    /// are not aligned.
    Bilinear,
}

/// An output pixel along one axis: `(1 - weight) x[low] + weight x[high]`.
struct Tap {
    low: usize,
    high: usize,
    weight: f64,
}

struct Resize {
    sizes: [[usize; 2]; 2],
    rows: Vec<Tap>,
    columns: Vec<Tap>,
}

impl Interpolation {
    fn taps(self, from: usize, to: usize) -> Vec<Tap> {
        let tap = |r: usize| match self {
            Self::Nearest => Tap { low: r * from / to, high: r * from / to, weight: 0.0 },
            Self::Bilinear => {
                let at = ((r as f64 + 0.5) * from as f64 / to as f64 - 0.5).max(0.0);
                let low = (at as usize).min(from - 1);
                let high = (low + 1).min(from - 1);
                Tap { low, high, weight: if low == high { 0.0 } else { at - low as f64 } }
            }
        };
        (0..to).map(tap).collect()
    }
}

impl PlaneMap for Resize {
    const NAMES: [&'static str; 2] = ["resize2d", "resize2d_adjoint"];

    fn sizes(&self) -> [[usize; 2]; 2] {
        self.sizes
    }

    fn apply<E: Scalar>(&self, _: usize, input: &[E], output: &mut [E]) {
        let width = self.sizes[0][1];
        // A weight of zero must not meet an infinite pixel.
        let between = |tap: &Tap, at: &dyn Fn(usize) -> E| {
            if tap.weight == 0.0 {
                return at(tap.low);
            }
            at(tap.low) * E::of(1.0 - tap.weight) + at(tap.high) * E::of(tap.weight)
        };
        for (row, output) in self.rows.iter().zip(output.chunks_mut(self.sizes[1][1])) {
            for (column, output) in self.columns.iter().zip(output) {
                *output = between(row, &|r| between(column, &|c| input[r * width + c]));
            }
        }
    }

    fn adjoint<E: Scalar>(&self, _: usize, output: &[E], input: &mut [E]) {
        let width = self.sizes[0][1];
        let parts = |tap: &Tap| [(tap.low, 1.0 - tap.weight), (tap.high, tap.weight)];
        for (row, output) in self.rows.iter().zip(output.chunks(self.sizes[1][1])) {
            for (column, &output) in self.columns.iter().zip(output) {
                for (r, a) in parts(row).into_iter().filter(|part| part.1 != 0.0) {
                    for (c, b) in parts(column).into_iter().filter(|part| part.1 != 0.0) {
                        input[r * width + c] += output * E::of(a) * E::of(b);
                    }
                }
            }
        }
    }
}

impl<E: Scalar> Tensor<E> {
    /// The images at another size, (height, width).
    ///
    /// # Shapes
    /// (N, C, H, W) gives (N, C, H', W').
    ///
    /// # Panics
    /// If there are not four axes, or a size is zero.
    #[must_use]
    #[track_caller]
    pub fn resize2d(&self, size: [usize; 2], interpolation: Interpolation) -> Self {
        let shape = self.shape();
        let fits = shape.len() == 4 && shape[2] > 0 && shape[3] > 0 && size[0] > 0 && size[1] > 0;
        assert!(fits, "resize2d: images of shape {shape:?} to the size {size:?}: four axes and some pixels are needed");
        let from = [shape[2], shape[3]];
        let [rows, columns] = [0, 1].map(|a| interpolation.taps(from[a], size[a]));
        linear::apply(&Arc::new(Resize { sizes: [from, size], rows, columns }), self, false)
    }
}

#[cfg(test)]
mod tests {
    use super::Interpolation::{self, Bilinear, Nearest};
    use crate::Tensor;
    use crate::check::gradients;
    use crate::linear::testing::adjoint_gap;
    use crate::ops::testing::array;
    use ndarray::array;
    use proptest::prelude::*;

    /// The weight of input pixel `u` in output pixel `r`.
    fn hat(interpolation: Interpolation, r: usize, u: usize, from: usize, to: usize) -> f64 {
        match interpolation {
            Nearest => f64::from(u8::from(r * from / to == u)),
            Bilinear => {
                let at = ((r as f64 + 0.5) * from as f64 / to as f64 - 0.5).clamp(0.0, from as f64 - 1.0);
                (1.0 - (at - u as f64).abs()).max(0.0)
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn value_and_gradients(
            seed: u64, n in 0_usize..3, c in 1_usize..3, from in [1_usize..6, 1_usize..6], to in [1_usize..8, 1_usize..8],
            bilinear: bool,
        ) {
            let way = if bilinear { Bilinear } else { Nearest };
            let a = array(seed, &[n, c, from[0], from[1]], -2.0, 2.0);
            let x = Tensor::constant(a.clone());
            let got = x.resize2d(to, way);
            prop_assert_eq!(got.shape(), [n, c, to[0], to[1]]);
            for (at, y) in got.array().indexed_iter() {
                let mut want = 0.0;
                for u in 0..from[0] {
                    for v in 0..from[1] {
                        let weight = hat(way, at[2], u, from[0], to[0]) * hat(way, at[3], v, from[1], to[1]);
                        want += weight * a[[at[0], at[1], u, v]];
                    }
                }
                prop_assert!((y - want).abs() < 1e-13);
            }
            let y = Tensor::constant(array(seed / 3, got.shape(), -2.0, 2.0));
            prop_assert!(adjoint_gap(&x, &y, |x| x.resize2d(to, way)) < 1e-11);
            prop_assert_eq!(gradients(std::slice::from_ref(&a), |x| { let y = x[0].resize2d(to, way); &y * &y }), Ok(()));
            prop_assert_eq!(x.resize2d(from, way).to_array(), a);
        }
    }

    #[test]
    fn infinite_pixels_stay_where_they_are() {
        let x = Tensor::constant(array![[[[f64::INFINITY, 1.0]]]]);
        assert_eq!(
            x.resize2d([1, 4], Nearest).to_array(),
            array![[[[f64::INFINITY, f64::INFINITY, 1.0, 1.0]]]].into_dyn()
        );
        assert_eq!(x.resize2d([2, 2], Bilinear).array()[[0, 0, 1, 1]], 1.0);
    }

    #[test]
    #[should_panic(expected = "resize2d: images of shape [2, 3] to the size [4, 4]")]
    fn too_few_axes() {
        let _ = Tensor::<f32>::zeros(&[2, 3]).resize2d([4, 4], Nearest);
    }
}
