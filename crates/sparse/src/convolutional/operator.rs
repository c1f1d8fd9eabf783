//! The convolution `D` with all filters on a torus, its adjoint, and `(c I + D D')^-1`.
//!
//! Filters are small as a rule, and matrix products run at several times the speed of Fourier transforms. So `D` and its
//! adjoint are computed in the image domain, those of large filters excepted: the coefficients of one row of all maps, a
//! matrix (filters, columns), times the filters as a matrix (filters, pixels of a filter) give what they add around each
//! pixel, and the adjoint likewise.
//! The inverse is applied to spectra, and those are of the image alone: by the matrix inversion lemma
//! (Sherman-Morrison where there is one channel; Wohlberg 2014)
//!
//! ```text
//! argmin_x 1/2 ||D x - t||^2 + c/2 ||x - v||^2  =  v + D' (c I + D D')^-1 (t - D v)
//! ```

use super::Filters;
use super::kernels::{add, add_scaled, fewer_nonzeros};
use super::spectra::Spectra;
use latent_numeric::fft::{Complex, RealFft2};
use latent_numeric::linalg::symmetric_eigen;
use latent_numeric::matmul::{Threads, matmul_into};
use latent_numeric::parallel::{Cached, Spare};
use latent_numeric::{Scalar, parallel};
use ndarray::{Array1, Array2, Array3, ArrayView2, ArrayViewMut2, Axis, Zip, s};

/// Rows of the maps that one thread works on. Fixed, so that bits do not depend on the number of threads.
const ROWS: usize = 8;

/// A row of maps with fewer than one non-zero in this many coefficients is convolved coefficient by coefficient.
const SPARSE: usize = 10;

/// From so many pixels of a filter on, `D` and its adjoint go through [`Spectra`]: measured with 32 filters on 256 x 256
/// pixels, where both take as long at filters of 17 x 17.
pub(super) const LARGE: usize = 300;

/// What a coefficient's share of a transform costs, in pixels of a filter.
const TRANSFORM: usize = 10;

/// Filters on a torus.
///
/// # Shapes
/// Images are (channels, rows, columns). Maps are slices of (rows, filters, columns): what a row of the image needs
/// lies together.
#[derive(Debug)]
pub struct Operator<E> {
    pub filters: usize,
    pub channels: usize,
    /// Height and width of a filter.
    pub size: (usize, usize),
    pub rows: usize,
    pub columns: usize,
    /// (filters, channels height width)
    flat: Array2<E>,
    fft: RealFft2<E>,
    gram: Cached<Vec<Array2<Complex<E>>>>,
    lipschitz: Cached<E>,
    /// Of large filters.
    spectra: Option<Spectra<E>>,
}

/// The inverse of `c I + D D'`, frequency by frequency: for channels `i`, `j` at `i channels + j`.
#[derive(Debug)]
pub struct NormalInverse<E>(Vec<Array2<Complex<E>>>);

impl<E: Scalar> Operator<E> {
    /// # Panics
    /// If the torus is smaller than a filter.
    pub fn new(filters: &Filters<E>, rows: usize, columns: usize) -> Self {
        let size = filters.size();
        assert!(size.0 <= rows && size.1 <= columns, "filters of {size:?} on a torus of {rows} x {columns}");
        let pixels = filters.channels() * size.0 * size.1;
        let flat = filters.array().to_shape((filters.len(), pixels)).expect("as many elements").into_owned();
        let fft = RealFft2::new(rows, columns);
        let spectra = spectra(&flat, (filters.channels(), size.0, size.1), (rows, columns), &fft);
        Self {
            filters: filters.len(),
            channels: filters.channels(),
            size,
            rows,
            columns,
            flat,
            fft,
            gram: Cached::new(),
            lipschitz: Cached::new(),
            spectra,
        }
    }

    /// The same torus with other filters of the same shape.
    pub fn with_filters(&self, filters: &Filters<E>) -> Self {
        let flat = filters.array().to_shape(self.flat.dim()).expect("as many elements").into_owned();
        let (channels, (height, width)) = (self.channels, self.size);
        let spectra = spectra(&flat, (channels, height, width), (self.rows, self.columns), &self.fft);
        Self { flat, fft: self.fft.clone(), gram: Cached::new(), lipschitz: Cached::new(), spectra, ..*self }
    }

    /// Coefficients in all maps.
    pub fn len(&self) -> usize {
        self.rows * self.row_len()
    }

    /// Coefficients in a row of all maps.
    pub fn row_len(&self) -> usize {
        self.filters * self.columns
    }

    pub fn image(&self) -> Array3<E> {
        Array3::zeros((self.channels, self.rows, self.columns))
    }

    /// The pixels of filter `k`, channel by channel and row by row.
    pub fn filter(&self, k: usize) -> &[E] {
        self.flat.row(k).to_slice().expect("standard layout")
    }

    /// `D z`.
    pub fn synthesize(&self, maps: &[E]) -> Array3<E> {
        if let Some(spectra) = self.spectra.as_ref().filter(|_| !self.are_sparse(maps)) {
            return spectra.synthesize(maps);
        }
        let spare = Spare::default();
        let blocks = parallel::map(maps.chunks(ROWS * self.row_len()), |_, block| {
            spare.with(
                || self.scratch(),
                |scratch| {
                    let mut partial = Partial::new(self, block.len() / self.row_len());
                    for (i, row) in block.chunks_exact(self.row_len()).enumerate() {
                        self.synthesize_row(row, i, &mut partial, scratch);
                    }
                    partial
                },
            )
        });
        self.assemble(&mut blocks.iter())
    }

    /// Calls `visit(row, correlations, sums)` for each row of `D' image`.
    pub fn correlate<T: Default + Send>(
        &self,
        image: &Array3<E>,
        visit: impl Fn(usize, &[E], &mut T) + Sync,
    ) -> Vec<T> {
        if let Some(spectra) = &self.spectra {
            let correlations = spectra.adjoint(image);
            return parallel::map_blocks(self.rows, ROWS, |rows| {
                let mut sums = T::default();
                for i in rows {
                    visit(i, &correlations[i * self.row_len()..(i + 1) * self.row_len()], &mut sums);
                }
                sums
            });
        }
        let padded = self.padded(image);
        let spare = Spare::default();
        parallel::map_blocks(self.rows, ROWS, |rows| {
            spare.with(
                || self.scratch(),
                |scratch| {
                    let mut sums = T::default();
                    for i in rows {
                        self.correlate_row(&padded, i, scratch);
                        visit(i, scratch.correlations.as_slice().expect("standard layout"), &mut sums);
                    }
                    sums
                },
            )
        })
    }

    /// `D' image`.
    pub fn adjoint(&self, image: &Array3<E>) -> Vec<E> {
        if let Some(spectra) = &self.spectra {
            return spectra.adjoint(image);
        }
        let padded = self.padded(image);
        let mut maps = vec![E::zero(); self.len()];
        let spare = Spare::default();
        parallel::each(maps.chunks_mut(ROWS * self.row_len()), |block, rows| {
            spare.with(
                || self.scratch(),
                |scratch| {
                    for (i, row) in rows.chunks_exact_mut(self.row_len()).enumerate() {
                        self.correlate_row(&padded, block * ROWS + i, scratch);
                        row.copy_from_slice(scratch.correlations.as_slice().expect("standard layout"));
                    }
                },
            );
        });
        maps
    }

    /// One pass over maps: `visit(rows of the maps, correlations, out, sums)` sees each row of `D' image` (nothing
    /// without an image), changes the maps and leaves in `out` a row to be convolved; answers with `D out` and the
    /// sums of each block of rows, in order.
    pub fn sweep<const M: usize, T: Default + Send>(
        &self,
        image: Option<&Array3<E>>,
        maps: [&mut [E]; M],
        visit: impl Fn([&mut [E]; M], &[E], &mut [E], &mut T) + Sync,
    ) -> (Array3<E>, Vec<T>) {
        let row_len = self.row_len();
        let count = self.rows.div_ceil(ROWS);
        let mut chunks = maps.map(|m| m.chunks_mut(ROWS * row_len));
        let blocks: Vec<[&mut [E]; M]> =
            (0..count).map(|_| chunks.each_mut().map(|c| c.next().expect("all maps are as large"))).collect();
        if let Some(spectra) = &self.spectra {
            let correlations = image.map_or_else(Vec::new, |image| spectra.adjoint(image));
            let mut left = vec![E::zero(); self.len()];
            let blocks = blocks.into_iter().zip(left.chunks_mut(ROWS * row_len));
            let sums = parallel::map(blocks, |block, (mut maps, left)| {
                let mut sums = T::default();
                for (i, out) in left.chunks_exact_mut(row_len).enumerate() {
                    let rows = maps.each_mut().map(|m| &mut m[i * row_len..(i + 1) * row_len]);
                    let from = (block * ROWS + i) * row_len;
                    visit(rows, correlations.get(from..from + row_len).unwrap_or(&[]), out, &mut sums);
                }
                sums
            });
            return (self.synthesize(&left), sums);
        }
        let padded = image.map(|image| self.padded(image));
        let spare = Spare::default();
        let done: Vec<(Partial<E>, T)> = parallel::map(blocks, |block, mut maps| {
            spare.with(
                || (self.scratch(), vec![E::zero(); row_len]),
                |(scratch, out)| {
                    let rows = ROWS.min(self.rows - block * ROWS);
                    let (mut partial, mut sums) = (Partial::new(self, rows), T::default());
                    for i in 0..rows {
                        if let Some(padded) = &padded {
                            self.correlate_row(padded, block * ROWS + i, scratch);
                        }
                        let correlations = scratch.correlations.as_slice().expect("standard layout");
                        let correlations = if padded.is_some() { correlations } else { &[] };
                        let rows = maps.each_mut().map(|m| &mut m[i * row_len..(i + 1) * row_len]);
                        visit(rows, correlations, out, &mut sums);
                        self.synthesize_row(out, i, &mut partial, scratch);
                    }
                    (partial, sums)
                },
            )
        });
        let image = self.assemble(&mut done.iter().map(|(partial, _)| partial));
        (image, done.into_iter().map(|(_, sums)| sums).collect())
    }

    /// The largest eigenvalue of `D' D`: the largest over all frequencies of that of the Gram matrix of channels,
    /// which for one channel is `sum_k |d_k|^2`.
    pub fn lipschitz(&self) -> E {
        *self.lipschitz.get_or_compute(|| {
            let gram = self.gram();
            let c = self.channels;
            let count = gram[0].len();
            let at = |pair: usize, f: usize| gram[pair].as_slice().expect("standard layout")[f];
            let trace = |f: usize| (0..c).fold(E::zero(), |t, i| t + at(i * c + i, f).re);
            let mut order: Vec<(E, usize)> = (0..count).map(|f| (trace(f), f)).collect();
            order.sort_by(|a, b| b.0.as_f64().total_cmp(&a.0.as_f64()).then(a.1.cmp(&b.1)));
            if c == 1 {
                return order[0].0;
            }
            let mut worst = E::zero();
            for (trace, f) in order {
                // The trace bounds the largest eigenvalue of a positive semidefinite matrix.
                if trace <= worst {
                    break;
                }
                // A Hermitian matrix as a real symmetric one of twice the size, with the same eigenvalues.
                let real = Array2::from_shape_fn((2 * c, 2 * c), |(i, j)| {
                    let g = at((i % c) * c + j % c, f);
                    match (i < c, j < c) {
                        (true, true) | (false, false) => g.re,
                        (true, false) => -g.im,
                        (false, true) => g.im,
                    }
                });
                let largest = symmetric_eigen(real.view()).ok().and_then(|e| e.values.last().copied());
                worst = worst.max(largest.unwrap_or(trace));
            }
            worst
        })
    }

    /// `(c I + D D')^-1`.
    pub fn normal_inverse(&self, shift: E) -> NormalInverse<E> {
        let gram = self.gram();
        let c = self.channels;
        if c == 1 {
            let inverse = gram[0].mapv(|g| Complex::new((g.re.max(E::zero()) + shift).recip(), E::zero()));
            return NormalInverse(vec![inverse]);
        }
        let mut inverse: Vec<_> = (0..c * c).map(|_| Array2::from_elem(gram[0].dim(), zero())).collect();
        let mut a = Array2::from_elem((c, 2 * c), zero());
        for at in ndarray::indices(gram[0].dim()) {
            for i in 0..c {
                for j in 0..c {
                    a[[i, j]] = gram[i * c + j][at];
                    a[[i, c + j]] = if i == j { Complex::new(E::one(), E::zero()) } else { zero() };
                }
                a[[i, i]].re += shift;
            }
            eliminate(&mut a);
            for i in 0..c {
                for j in 0..c {
                    inverse[i * c + j][at] = a[[i, c + j]];
                }
            }
        }
        NormalInverse(inverse)
    }

    /// `(c I + D D')^-1 image`.
    pub fn apply_inverse(&self, inverse: &NormalInverse<E>, image: &Array3<E>) -> Array3<E> {
        let c = self.channels;
        let spectra: Vec<_> = image.axis_iter(Axis(0)).map(|channel| self.fft.forward(channel)).collect();
        let mut out = self.image();
        for (i, mut channel) in out.axis_iter_mut(Axis(0)).enumerate() {
            let mut sum = &inverse.0[i * c] * &spectra[0];
            for j in 1..c {
                Zip::from(&mut sum).and(&inverse.0[i * c + j]).and(&spectra[j]).for_each(|s, &a, &b| *s += a * b);
            }
            channel.assign(&self.fft.inverse(sum));
        }
        out
    }

    /// The spectra of `D D'`: for channels `i`, `j` at `i channels + j` that of `sum_k d_ki * reversed d_kj`.
    fn gram(&self) -> &[Array2<Complex<E>>] {
        self.gram.get_or_compute(|| {
            let (h, w) = self.size;
            let pixels = h * w;
            let c = self.channels;
            let mut out = Vec::with_capacity(c * c);
            for i in 0..c {
                for j in 0..c {
                    let (a, b) = (self.channel(i), self.channel(j));
                    // products[p, q] = sum_k a_k[p] b_k[q]
                    let mut products = Array2::zeros((pixels, pixels));
                    matmul_into(E::one(), a.t(), b, E::zero(), products.view_mut(), Threads::One);
                    let mut kernel = Array2::zeros((self.rows, self.columns));
                    for ((p, q), &v) in products.indexed_iter() {
                        let row = (self.rows + p / w - q / w) % self.rows;
                        let column = (self.columns + p % w - q % w) % self.columns;
                        kernel[[row, column]] += v;
                    }
                    out.push(self.fft.forward(kernel.view()));
                }
            }
            out
        })
    }

    /// One channel of the filters, (filters, height width).
    fn channel(&self, i: usize) -> ArrayView2<'_, E> {
        let pixels = self.size.0 * self.size.1;
        self.flat.slice(s![.., i * pixels..(i + 1) * pixels])
    }

    /// Whether so few coefficients are not zero that each by itself costs less than a transform.
    fn are_sparse(&self, maps: &[E]) -> bool {
        fewer_nonzeros(maps, (maps.len() * TRANSFORM / self.flat.ncols()).max(1))
    }

    fn scratch(&self) -> Scratch<E> {
        let pixels = self.flat.ncols();
        Scratch {
            patches: Array2::zeros((pixels, self.columns)),
            correlations: Array2::zeros((self.filters, self.columns)),
        }
    }

    /// The image with its first rows and columns repeated at its end, (channels, rows + height - 1, columns + width - 1).
    pub fn padded(&self, image: &Array3<E>) -> Array3<E> {
        let (below, right) = (self.size.0 - 1, self.size.1 - 1);
        let mut out = Array3::zeros((self.channels, self.rows + below, self.columns + right));
        out.slice_mut(s![.., ..self.rows, ..self.columns]).assign(image);
        out.slice_mut(s![.., self.rows.., ..self.columns]).assign(&image.slice(s![.., ..below, ..]));
        let (left, mut rest) = out.view_mut().split_at(Axis(2), self.columns);
        rest.assign(&left.slice(s![.., .., ..right]));
        out
    }

    /// `correlations[k, j] = sum_{c, a, b} d_k[c, a, b] image[c, i + a, j + b]`
    fn correlate_row(&self, padded: &Array3<E>, i: usize, scratch: &mut Scratch<E>) {
        let (h, w) = self.size;
        for (pixel, mut patch) in scratch.patches.rows_mut().into_iter().enumerate() {
            let (c, a, b) = (pixel / (h * w), pixel / w % h, pixel % w);
            let line = padded.slice(s![c, i + a, b..b + self.columns]);
            let patch = patch.as_slice_mut().expect("standard layout");
            patch.copy_from_slice(line.to_slice().expect("standard layout"));
        }
        let (patches, out) = (scratch.patches.view(), scratch.correlations.view_mut());
        matmul_into(E::one(), self.flat.view(), patches, E::zero(), out, Threads::One);
    }

    /// Adds what a row of maps, row `i` of its block, makes of the image.
    fn synthesize_row(&self, maps: &[E], i: usize, partial: &mut Partial<E>, scratch: &mut Scratch<E>) {
        let (h, w) = self.size;
        if fewer_nonzeros(maps, maps.len().div_ceil(SPARSE)) {
            for (k, map) in maps.chunks_exact(self.columns).enumerate() {
                for (j, &z) in map.iter().enumerate().filter(|(_, z)| **z != E::zero()) {
                    for (line, d) in self.filter(k).chunks_exact(w).enumerate() {
                        add_scaled_inline(&mut partial.line(line / h, i + line % h)[j..j + w], z, d);
                    }
                }
            }
            return;
        }
        let maps = ArrayView2::from_shape((self.filters, self.columns), maps).expect("a row of maps");
        let patches: ArrayViewMut2<E> = scratch.patches.view_mut();
        matmul_into(E::one(), self.flat.t(), maps, E::zero(), patches, Threads::One);
        for (pixel, patch) in scratch.patches.rows().into_iter().enumerate() {
            let (c, a, b) = (pixel / (h * w), pixel / w % h, pixel % w);
            add(&mut partial.line(c, i + a)[b..b + self.columns], patch.to_slice().expect("standard layout"));
        }
    }

    /// Adds up the parts of all blocks, in order.
    fn assemble(&self, blocks: &mut dyn Iterator<Item = &Partial<E>>) -> Array3<E> {
        let mut image = self.image();
        for (block, partial) in blocks.enumerate() {
            for c in 0..self.channels {
                for i in 0..partial.rows {
                    let row = (block * ROWS + i) % self.rows;
                    let mut to = image.slice_mut(s![c, row, ..]);
                    let to = to.as_slice_mut().expect("standard layout");
                    let line = &partial.sums[(c * partial.rows + i) * partial.columns..][..partial.columns];
                    add(to, &line[..self.columns]);
                    add(to, &line[self.columns..]);
                }
            }
        }
        image
    }
}

/// A short line, for which a call is not worth its cost.
#[inline(always)]
fn add_scaled_inline<E: Scalar>(a: &mut [E], factor: E, b: &[E]) {
    if a.len() > 64 {
        add_scaled(a, factor, b);
    } else {
        for (a, &b) in a.iter_mut().zip(b) {
            *a += factor * b;
        }
    }
}

/// What a thread needs to work on a row.
struct Scratch<E> {
    /// (channels height width, columns)
    patches: Array2<E>,
    /// (filters, columns)
    correlations: Array2<E>,
}

/// What a block of rows of maps makes of the image: more rows and columns than the block, not wrapped yet.
struct Partial<E> {
    rows: usize,
    columns: usize,
    sums: Vec<E>,
}

impl<E: Scalar> Partial<E> {
    fn new(operator: &Operator<E>, rows: usize) -> Self {
        let (rows, columns) = (rows + operator.size.0 - 1, operator.columns + operator.size.1 - 1);
        Self { rows, columns, sums: vec![E::zero(); operator.channels * rows * columns] }
    }

    fn line(&mut self, channel: usize, row: usize) -> &mut [E] {
        &mut self.sums[(channel * self.rows + row) * self.columns..][..self.columns]
    }
}

fn spectra<E: Scalar>(
    flat: &Array2<E>,
    shape: (usize, usize, usize),
    torus: (usize, usize),
    fft: &RealFft2<E>,
) -> Option<Spectra<E>> {
    (flat.ncols() >= LARGE).then(|| Spectra::new(fft.clone(), flat.view(), shape, torus))
}

fn zero<E: Scalar>() -> Complex<E> {
    Complex::new(E::zero(), E::zero())
}

/// Gauss-Jordan elimination of `[A, B]`, `A` Hermitian and positive definite: afterwards `[I, A^-1 B]`.
fn eliminate<E: Scalar>(a: &mut Array2<Complex<E>>) {
    for pivot in 0..a.nrows() {
        let scale = a[[pivot, pivot]].inv();
        a.row_mut(pivot).mapv_inplace(|v| v * scale);
        let line: Array1<_> = a.row(pivot).to_owned();
        for (i, mut row) in a.rows_mut().into_iter().enumerate() {
            if i != pivot {
                let factor = row[pivot];
                Zip::from(&mut row).and(&line).for_each(|v, &l| *v -= factor * l);
            }
        }
    }
}
