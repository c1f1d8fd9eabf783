//! What an update of the filters needs to know of images and maps.

use super::operator::Operator;
use latent_numeric::Scalar;
use ndarray::{Array2, Array3, Array4};

/// Sums over coded images. With them the fit of any filters `d` to the maps is, up to a constant,
///
/// ```text
/// 1/2 sum_{k, l} sum_{a, b} A[k, l, a - b] d_k[a] d_l[b] - sum_k sum_a B[k, a] d_k[a]
/// ```
///
/// so that images and maps need not be kept. Maps are sparse: collecting `A` costs each coefficient a visit to its
/// neighbours that are not zero.
#[derive(Clone, Debug)]
pub struct Statistics<E> {
    filters: usize,
    size: (usize, usize),
    /// `A[k, l, s] = sum_q z_k[q] z_l[q + s]` for shifts `s` from `1 - size` to `size - 1`, (filters, filters,
    /// 2 height - 1, 2 width - 1).
    codes: Vec<E>,
    /// `B[k, c, a] = sum_q z_k[q] s[c, q + a]`, (filters, channels height width).
    pub samples: Array2<E>,
}

impl<E: Scalar> Statistics<E> {
    pub fn new(filters: usize, channels: usize, size: (usize, usize)) -> Self {
        let shifts = (2 * size.0 - 1) * (2 * size.1 - 1);
        Self {
            filters,
            size,
            codes: vec![E::zero(); filters * filters * shifts],
            samples: Array2::zeros((filters, channels * size.0 * size.1)),
        }
    }

    /// Those that were saved, of the shapes that [`new`](Self::new) gives them.
    pub fn restored(size: (usize, usize), codes: Array4<E>, samples: Array2<E>) -> Self {
        Self { filters: codes.dim().0, size, codes: codes.iter().copied().collect(), samples }
    }

    /// `A`, (filters, filters, 2 height - 1, 2 width - 1).
    pub fn codes(&self) -> Array4<E> {
        let shape = (self.filters, self.filters, 2 * self.size.0 - 1, 2 * self.size.1 - 1);
        Array4::from_shape_vec(shape, self.codes.clone()).expect("as many elements")
    }

    /// The statistics of one image and its maps.
    pub fn of(operator: &Operator<E>, image: &Array3<E>, maps: &[E]) -> Self {
        let mut out = Self::new(operator.filters, operator.channels, operator.size);
        let (h, w) = out.size;
        let (rows, columns) = (operator.rows, operator.columns);
        let nonzeros = Nonzeros::of(operator, maps);
        let padded = operator.padded(image);
        let shifts = out.shifts();
        let width = 2 * w - 1;
        for i in 0..rows {
            for j in 0..columns {
                for &(k, z) in nonzeros.at(i * columns + j) {
                    let k = k as usize;
                    let mut samples = out.samples.row_mut(k);
                    let samples = samples.as_slice_mut().expect("standard layout");
                    for (line, sums) in samples.chunks_exact_mut(w).enumerate() {
                        for (b, sum) in sums.iter_mut().enumerate() {
                            *sum += z * padded[[line / h, i + line % h, j + b]];
                        }
                    }
                    let codes = &mut out.codes[k * out.filters * shifts..(k + 1) * out.filters * shifts];
                    for a in 0..2 * h - 1 {
                        let row = (rows + i + a - (h - 1)) % rows;
                        for b in 0..width {
                            let column = (columns + j + b - (w - 1)) % columns;
                            for &(l, other) in nonzeros.at(row * columns + column) {
                                codes[l as usize * shifts + a * width + b] += z * other;
                            }
                        }
                    }
                }
            }
        }
        out
    }

    /// Scales what has been seen by `keep`, then adds others times `factor`.
    pub fn add(&mut self, keep: E, factor: E, other: &Self) {
        for (a, &b) in self.codes.iter_mut().zip(&other.codes) {
            *a = keep * *a + factor * b;
        }
        self.samples.zip_mut_with(&other.samples, |a, &b| *a = keep * *a + factor * b);
    }

    /// What they are where images and maps are multiplied by this.
    pub fn scale(&mut self, factor: E) {
        if factor != E::one() {
            // Twice, since the square may be out of range.
            self.codes.iter_mut().for_each(|a| *a = *a * factor * factor);
            self.samples.mapv_inplace(|b| b * factor * factor);
        }
    }

    /// Forgets everything about one filter.
    pub fn forget(&mut self, filter: usize) {
        for l in 0..self.filters {
            let range = self.range(filter, l);
            self.codes[range].fill(E::zero());
            let range = self.range(l, filter);
            self.codes[range].fill(E::zero());
        }
        self.samples.row_mut(filter).fill(E::zero());
    }

    /// `sum_q z_k[q]^2`
    pub fn energy(&self, k: usize) -> E {
        self.pair(k, k)[self.shifts() / 2]
    }

    /// A bound on the largest eigenvalue of the quadratic form of one filter.
    pub fn curvature(&self, k: usize) -> E {
        self.pair(k, k).iter().fold(E::zero(), |sum, a| sum + a.abs())
    }

    /// `out[c, a] -= sum_b A[k, l, a - b] d[c, b]`
    pub fn subtract(&self, k: usize, l: usize, d: &[E], out: &mut [E]) {
        subtract_correlation(self.pair(k, l), self.size, d, out);
    }

    fn shifts(&self) -> usize {
        (2 * self.size.0 - 1) * (2 * self.size.1 - 1)
    }

    fn range(&self, k: usize, l: usize) -> std::ops::Range<usize> {
        let shifts = self.shifts();
        let start = (k * self.filters + l) * shifts;
        start..start + shifts
    }

    fn pair(&self, k: usize, l: usize) -> &[E] {
        &self.codes[self.range(k, l)]
    }
}

latent_numeric::vectorized! {
    /// `out[c, a] -= sum_b kernel[a - b] d[c, b]`, `kernel` over shifts from `1 - size` to `size - 1`.
    fn subtract_correlation<E: Scalar>(kernel: &[E], (h, w): (usize, usize), d: &[E], out: &mut [E]) {
        let width = 2 * w - 1;
        for (d, out) in d.chunks_exact(h * w).zip(out.chunks_exact_mut(h * w)) {
            for (row, out) in out.chunks_exact_mut(w).enumerate() {
                for (other, d) in d.chunks_exact(w).enumerate() {
                    let kernel = &kernel[(row + h - 1 - other) * width..][..width];
                    for (b, &d) in d.iter().enumerate() {
                        let kernel = &kernel[w - 1 - b..][..w];
                        for (out, &a) in out.iter_mut().zip(kernel) {
                            *out -= d * a;
                        }
                    }
                }
            }
        }
    }
}

/// The non-zero coefficients of all maps, by position.
struct Nonzeros<E> {
    starts: Vec<u32>,
    entries: Vec<(u32, E)>,
}

impl<E: Scalar> Nonzeros<E> {
    fn of(operator: &Operator<E>, maps: &[E]) -> Self {
        let columns = operator.columns;
        let mut starts = Vec::with_capacity(operator.rows * columns + 1);
        let mut entries: Vec<(u32, E)> = Vec::new();
        starts.push(0);
        let mut row_entries: Vec<(usize, u32, E)> = Vec::new();
        for row in maps.chunks_exact(operator.row_len()) {
            row_entries.clear();
            for (k, map) in row.chunks_exact(columns).enumerate() {
                for (j, &z) in map.iter().enumerate().filter(|(_, z)| **z != E::zero()) {
                    row_entries.push((j, k as u32, z));
                }
            }
            row_entries.sort_by_key(|&(j, k, _)| (j, k));
            let mut next = row_entries.iter().peekable();
            for j in 0..columns {
                while let Some(&&(_, k, z)) = next.peek().filter(|entry| entry.0 == j) {
                    entries.push((k, z));
                    next.next();
                }
                starts.push(entries.len() as u32);
            }
        }
        Self { starts, entries }
    }

    fn at(&self, position: usize) -> &[(u32, E)] {
        &self.entries[self.starts[position] as usize..self.starts[position + 1] as usize]
    }
}
