//! Loops of normalisation, forward and backward, each over the elements once.

use crate::elementwise::{blocks, row_blocks};
use crate::pool;
use crate::reduce::{Summed, lane_sums, plain_sums};
use crate::work::{BLOCK, PARALLEL_FROM};
use latent_numeric::Scalar;
use rayon::prelude::*;

/// `f(a, b, p)` of every element of two arrays, where the parameters `p` are the same along the summed axis.
pub fn with_parameters<E: Scalar, const P: usize>(
    [a, b]: [&[E]; 2],
    parameters: [&[E]; P],
    of: Summed,
    f: impl Fn(E, E, [E; P]) -> E + Copy + Sync,
) -> Vec<E> {
    let mut out = pool::take(a.len());
    let work = |start: usize, out: &mut [E]| parameter_block([a, b], parameters, of, start, out, f);
    if out.len() <= PARALLEL_FROM {
        work(0, &mut out);
    } else {
        blocks(&mut out, work);
    }
    out
}

/// Rows that have a mean and an inverse standard deviation each, and a weight for each column.
pub struct Rows<'a, E> {
    pub x: &'a [E],
    pub means: &'a [E],
    pub scales: &'a [E],
    pub weights: &'a [E],
}

/// Rows whose shares of the gradients of weights and biases are added up one after the other.
const ROWS: usize = 32;

impl<E: Scalar> Rows<'_, E> {
    /// `(x - m) r w + b`
    pub fn normalized(&self, biases: &[E]) -> Vec<E> {
        let width = self.weights.len();
        let mut out = pool::take(self.x.len());
        let work = |start: usize, out: &mut [E]| normalize_rows(self, start / width, biases, out);
        if out.len() <= PARALLEL_FROM {
            work(0, &mut out);
        } else {
            row_blocks(&mut out, width, work);
        }
        out
    }

    /// The gradients of `x`, and of weights and biases one after the other.
    pub fn gradients(&self, cotangent: &[E]) -> (Vec<E>, Vec<E>) {
        let width = self.weights.len();
        let count = self.means.len().div_ceil(ROWS);
        let mut of_x = pool::take(self.x.len());
        let mut shares = pool::take(count * 2 * width);
        let work = |(i, (of_x, shares)): (usize, (&mut [E], &mut [E]))| {
            let cotangent = &cotangent[i * ROWS * width..][..of_x.len()];
            let (of_weights, of_biases) = shares.split_at_mut(width);
            backward_rows(self, i * ROWS, cotangent, of_x, of_weights, of_biases);
        };
        if self.x.len() <= BLOCK {
            of_x.chunks_mut(ROWS * width).zip(shares.chunks_mut(2 * width)).enumerate().for_each(work);
        } else {
            of_x.par_chunks_mut(ROWS * width).zip(shares.par_chunks_mut(2 * width)).enumerate().for_each(work);
        }
        let all = Summed { outer: 1, len: count, inner: 2 * width };
        let of_parameters = plain_sums(&shares, all);
        pool::give(shares);
        (of_x, of_parameters)
    }
}

latent_numeric::vectorized! {
    fn parameter_block<E: Scalar, const P: usize, F: Fn(E, E, [E; P]) -> E>(
        [a, b]: [&[E]; 2], parameters: [&[E]; P], of: Summed, start: usize, out: &mut [E], f: F,
    ) {
        let (mut at, mut rest) = (start, out);
        let width = if of.inner == 1 { of.len } else { of.inner };
        while !rest.is_empty() {
            let (row, column) = (at / width, at % width);
            let (out, later) = rest.split_at_mut((width - column).min(rest.len()));
            let (a, b) = (&a[at..at + out.len()], &b[at..at + out.len()]);
            if of.inner == 1 {
                let p = parameters.map(|p| p[row]);
                for ((out, &a), &b) in out.iter_mut().zip(a).zip(b) {
                    *out = f(a, b, p);
                }
            } else {
                let first = row / of.len * of.inner + column;
                let p = parameters.map(|p| &p[first..first + out.len()]);
                for k in 0..out.len() {
                    out[k] = f(a[k], b[k], p.map(|p| p[k]));
                }
            }
            at += out.len();
            rest = later;
        }
    }

    fn normalize_rows<E: Scalar>(rows: &Rows<'_, E>, first: usize, biases: &[E], out: &mut [E]) {
        let width = rows.weights.len();
        for (row, out) in (first..).zip(out.chunks_exact_mut(width)) {
            let (mean, scale) = (rows.means[row], rows.scales[row]);
            let x = &rows.x[row * width..(row + 1) * width];
            for (((out, &x), &w), &b) in out.iter_mut().zip(x).zip(rows.weights).zip(biases) {
                *out = (x - mean) * scale * w + b;
            }
        }
    }

    /// With `g = w c`: `r (g - mean(g) - z mean(g z))`, and the sums of `c z` and of `c` over these rows.
    fn backward_rows<E: Scalar>(
        rows: &Rows<'_, E>, first: usize, cotangent: &[E], of_x: &mut [E], of_weights: &mut [E], of_biases: &mut [E],
    ) {
        let width = rows.weights.len();
        let n = E::of(width as f64);
        of_weights.fill(E::zero());
        of_biases.fill(E::zero());
        for (row, (of_x, c)) in (first..).zip(of_x.chunks_exact_mut(width).zip(cotangent.chunks_exact(width))) {
            let (mean, scale) = (rows.means[row], rows.scales[row]);
            let x = &rows.x[row * width..(row + 1) * width];
            // The result is a buffer for g until it is overwritten.
            for ((((g, &c), &w), &x), (of_w, of_b)) in
                of_x.iter_mut().zip(c).zip(rows.weights).zip(x).zip(of_weights.iter_mut().zip(of_biases.iter_mut()))
            {
                *g = w * c;
                *of_w += c * ((x - mean) * scale);
                *of_b += c;
            }
            let [of_one, of_z] = lane_sums([of_x, x], mean, |g, x, mean| [g, g * ((x - mean) * scale)]);
            let (of_one, of_z) = (of_one / n, of_z / n);
            for (g, &x) in of_x.iter_mut().zip(x) {
                *g = scale * (*g - of_one - (x - mean) * scale * of_z);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use latent_numeric::parallel::with_threads;
    use latent_numeric::random::Stream;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn parameters_repeat_along_the_summed_axis(outer in 1_usize..9, len in 1_usize..30, inner in 1_usize..40) {
            let mut stream = Stream::new(1, "values", &[]);
            let mut draw = |n: usize| -> Vec<f64> { (0..n).map(|_| stream.normal()).collect() };
            let (a, b) = (draw(outer * len * inner), draw(outer * len * inner));
            let (p, q) = (draw(outer * inner), draw(outer * inner));
            let f = |a: f64, b: f64, [p, q]: [f64; 2]| a * p - b * q;
            let got = with_parameters([&a, &b], [&p, &q], Summed { outer, len, inner }, f);
            for (i, got) in got.into_iter().enumerate() {
                let k = i / (len * inner) * inner + i % inner;
                prop_assert_eq!(got, f(a[i], b[i], [p[k], q[k]]));
            }
        }
    }

    #[test]
    fn bits_do_not_depend_on_the_number_of_threads() {
        let mut stream = Stream::new(1, "values", &[]);
        let mut draw = |n: usize| -> Vec<f32> { (0..n).map(|_| stream.normal()).collect() };
        let (count, width) = (333, 301);
        let (x, cotangent, biases) = (draw(count * width), draw(count * width), draw(width));
        let rows = Rows { x: &x, means: &draw(count), scales: &draw(count), weights: &draw(width) };
        let all = || (rows.normalized(&biases), rows.gradients(&cotangent));
        let one = with_threads(1, all).unwrap();
        assert!(with_threads(3, all).unwrap() == one);
    }
}
