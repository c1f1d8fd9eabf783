//! `y[r, q] = sum over u, v of A[r, u] B[q, v] x[u, v]`, with one or two weights in each row of `A` and `B`.

use crate::linear::{self, PlaneMap};
use crate::{Tensor, pool};
use latent_numeric::{Scalar, compiled_here};
use std::sync::Arc;

/// How values between pixels are interpolated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interpolation {
    /// Output pixel `r` is the input pixel `floor(r H / H')`.
    Nearest,
    /// Output pixel `r` lies at `(r + 1/2) H / H' - 1/2` between two input pixels, not beyond the outermost: corners
    /// are not aligned.
    Bilinear,
}

/// A sparse matrix by rows: `y[r] = sum over k of weight_k x[index_k]`, `k` in the range of row `r`.
struct Taps {
    ends: Vec<usize>,
    entries: Vec<(usize, f64)>,
    /// The entries of each row, of which the second may have a weight of zero, if none has more or fewer.
    pairs: Option<Vec<[(usize, f64); 2]>>,
    /// If each row has one entry, of weight one, and they are those of columns `0, .., 0, 1, .., 1, ..` in runs of
    /// this length; or if the matrix is the transpose of such a one.
    repeats: Option<usize>,
}

impl Taps {
    /// The matrix with these (row, column, weight), ordered by rows. Weights of zero must not be among them: they
    /// would meet infinite pixels.
    fn new(rows: usize, entries: &[(usize, usize, f64)], repeats: Option<usize>) -> Self {
        let ends = (0..rows).map(|r| entries.partition_point(|entry| entry.0 <= r)).collect();
        let entries = entries.iter().map(|&(_, column, weight)| (column, weight)).collect();
        let mut taps = Self { ends, entries, pairs: None, repeats };
        let pair = |row: &[(usize, f64)]| match *row {
            [only] => Some([only, (only.0, 0.0)]),
            [first, second] => Some([first, second]),
            _ => None,
        };
        taps.pairs = taps.rows().map(pair).collect();
        taps
    }

    fn rows(&self) -> impl Iterator<Item = &[(usize, f64)]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| &self.entries[start..end])
    }

    /// Replaces rows of pixels by sums of rows.
    #[inline(always)]
    fn vertically<E: Scalar>(&self, width: usize, from: &[E], to: &mut [E]) {
        for (taps, to) in self.rows().zip(to.chunks_exact_mut(width)) {
            let Some((&(first, weight), others)) = taps.split_first() else {
                to.fill(E::zero());
                continue;
            };
            let weight = E::of(weight);
            to.iter_mut().zip(&from[first * width..]).for_each(|(to, &x)| *to = x * weight);
            for &(row, weight) in others {
                let weight = E::of(weight);
                to.iter_mut().zip(&from[row * width..]).for_each(|(to, &x)| *to += x * weight);
            }
        }
    }

    /// Replaces columns of pixels by sums of columns.
    #[inline(always)]
    fn horizontally<E: Scalar>(&self, from_width: usize, from: &[E], to: &mut [E]) {
        let to_width = self.ends.len();
        match self.repeats {
            Some(2) if to_width > from_width => {
                to.as_chunks_mut::<2>().0.iter_mut().zip(from).for_each(|(to, &x)| *to = [x; 2]);
            }
            Some(2) => to.iter_mut().zip(from.as_chunks::<2>().0).for_each(|(to, x)| *to = x[0] + x[1]),
            _ => {
                let lines = from.chunks_exact(from_width).zip(to.chunks_exact_mut(to_width));
                match &self.pairs {
                    Some(pairs) => lines.for_each(|(from, to)| two_each(pairs, from, to)),
                    None => lines.for_each(|(from, to)| {
                        for (taps, to) in self.rows().zip(to) {
                            *to = taps
                                .iter()
                                .fold(E::zero(), |sum, &(column, weight)| sum + from[column] * E::of(weight));
                        }
                    }),
                }
            }
        }
    }
}

/// A row of pixels where no sum has more than two terms.
#[inline(always)]
fn two_each<E: Scalar>(pairs: &[[(usize, f64); 2]], from: &[E], to: &mut [E]) {
    for (&[(low, a), (high, b)], to) in pairs.iter().zip(to) {
        let second = if b == 0.0 { E::zero() } else { from[high] * E::of(b) };
        *to = from[low] * E::of(a) + second;
    }
}

struct Resize {
    sizes: [[usize; 2]; 2],
    /// Along the height and along the width.
    forward: [Taps; 2],
    backward: [Taps; 2],
}

impl Interpolation {
    /// The matrix along one axis, and its transpose.
    fn taps(self, from: usize, to: usize) -> [Taps; 2] {
        let tap = |r: usize| match self {
            Self::Nearest => vec![(r, r * from / to, 1.0)],
            Self::Bilinear => {
                let at = ((r as f64 + 0.5) * from as f64 / to as f64 - 0.5).max(0.0);
                let low = (at as usize).min(from - 1);
                let weight = if low == from - 1 { 0.0 } else { at - low as f64 };
                let mut taps = vec![(r, low, 1.0 - weight), (r, low + 1, weight)];
                taps.retain(|tap| tap.2 != 0.0);
                taps
            }
        };
        let mut entries: Vec<(usize, usize, f64)> = (0..to).flat_map(tap).collect();
        let repeats = (self == Self::Nearest && to.is_multiple_of(from)).then(|| to / from);
        let forward = Taps::new(to, &entries, repeats);
        entries.iter_mut().for_each(|entry| std::mem::swap(&mut entry.0, &mut entry.1));
        entries.sort_by_key(|entry| entry.0);
        [forward, Taps::new(from, &entries, repeats)]
    }
}

latent_numeric::vectorized! {
    /// Sums of rows and of columns, of fewer first.
    fn separable<E: Scalar>(taps: &[Taps; 2], sizes: [[usize; 2]; 2], from: &[E], to: &mut [E]) {
        let [[from_height, from_width], [to_height, to_width]] = sizes;
        let [vertical, horizontal] = taps;
        if to_height < from_height {
            let mut between = pool::take(to_height * from_width);
            vertical.vertically(from_width, from, &mut between);
            horizontal.horizontally(from_width, &between, to);
            pool::give(between);
        } else {
            let mut between = pool::take(from_height * to_width);
            horizontal.horizontally(from_width, from, &mut between);
            vertical.vertically(to_width, &between, to);
            pool::give(between);
        }
    }
}

impl PlaneMap for Resize {
    const NAMES: [&'static str; 2] = ["resize2d", "resize2d_adjoint"];

    fn sizes(&self) -> [[usize; 2]; 2] {
        self.sizes
    }

    fn apply<E: Scalar>(&self, _: usize, input: &[E], output: &mut [E]) {
        separable(&self.forward, self.sizes, input, output);
    }

    fn adjoint<E: Scalar>(&self, _: usize, output: &[E], input: &mut [E]) {
        let [input_size, output_size] = self.sizes;
        separable(&self.backward, [output_size, input_size], output, input);
    }
}

#[compiled_here]
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
        let ([down, up], [right, left]) = (rows, columns);
        let map = Resize { sizes: [from, size], forward: [down, right], backward: [up, left] };
        linear::apply(&Arc::new(map), self, false)
    }
}

#[cfg(test)]
mod tests {
    use super::Interpolation::{self, Bilinear, Nearest};
    use crate::Tensor;
    use crate::check::gradients;
    use crate::linear::testing::{adjoint_gap, same_bits};
    use crate::ops::testing::array;
    use latent_numeric::random::Stream;
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
    fn the_same_bits_on_any_number_of_threads() {
        let x = Tensor::normal(&[5, 7, 36, 35], &mut Stream::new(3, "images", &[]));
        for (size, way) in [([72, 70], Nearest), ([72, 70], Bilinear), ([20, 50], Bilinear)] {
            same_bits(&x, |x| x.resize2d(size, way));
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
