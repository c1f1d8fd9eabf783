//! Fourier transforms of real images, through `rustfft` and `realfft`.
//!
//! For an image `x` of `m` rows and `n` columns
//!
//! ```text
//! X[g, f] = sum_{i, j} x[i, j] exp(-2 pi i (f i / m + g j / n)),   g = 0 .. n / 2,  f = 0 .. m - 1
//! ```
//!
//! The other half of the frequencies follows from `X[n - g, m - f] = conj(X[g, f])` and is not stored. A circular
//! convolution is a product of spectra:
//!
//! ```
//! use latent_numeric::fft::RealFft2;
//! use ndarray::array;
//!
//! let fft = RealFft2::new(2, 3);
//! let image = array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
//! // Moves the image by one column.
//! let shift = array![[0.0, 1.0, 0.0], [0.0, 0.0, 0.0]];
//! let moved = fft.inverse(&fft.forward(image.view()) * &fft.forward(shift.view()));
//! assert!((moved - array![[3.0, 1.0, 2.0], [6.0, 4.0, 5.0]]).iter().all(|e: &f64| e.abs() < 1e-12));
//! ```

use crate::{Scalar, compiled_here, parallel};
use ndarray::{Array2, ArrayView2, Axis, Zip};
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use rustfft::{Fft, FftNum, FftPlanner};
use std::fmt;
use std::sync::Arc;

pub use rustfft::num_complex::Complex;

/// Lines that are transformed by one thread one after the other.
const LINES: usize = 16;

/// The transform of real images of one size. Its bits do not depend on the number of threads.
#[derive(Clone)]
pub struct RealFft2<E> {
    rows: usize,
    columns: usize,
    lines: Arc<dyn Lines<E>>,
}

impl<E> fmt::Debug for RealFft2<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RealFft2").field("rows", &self.rows).field("columns", &self.columns).finish_non_exhaustive()
    }
}

impl<E: Scalar> RealFft2<E> {
    /// Plans the transform of images of this size.
    ///
    /// # Panics
    /// If the image has no pixels.
    pub fn new(rows: usize, columns: usize) -> Self {
        assert!(rows > 0 && columns > 0, "RealFft2: an image of {rows} x {columns} has no pixels");
        Self { rows, columns, lines: E::lines(rows, columns) }
    }

    /// The shape of a spectrum, (columns / 2 + 1, rows).
    pub fn spectrum_dim(&self) -> (usize, usize) {
        (self.columns / 2 + 1, self.rows)
    }

    /// The spectrum of an image, without any factor.
    ///
    /// # Shapes
    /// `image` is (rows, columns), the spectrum (columns / 2 + 1, rows): column frequencies come first.
    ///
    /// # Panics
    /// If the image has another size.
    pub fn forward(&self, image: ArrayView2<E>) -> Array2<Complex<E>> {
        assert_eq!(image.dim(), (self.rows, self.columns), "RealFft2: planned for another size");
        forward(&*self.lines, image)
    }

    /// The image of a spectrum, with the factor `1 / (rows columns)`: the inverse of [`forward`](Self::forward).
    ///
    /// Of the frequencies that are their own mirror image, the imaginary part counts as zero.
    ///
    /// # Shapes
    /// `spectrum` is (columns / 2 + 1, rows), the image (rows, columns).
    ///
    /// # Panics
    /// If the spectrum has another size.
    pub fn inverse(&self, spectrum: Array2<Complex<E>>) -> Array2<E> {
        assert_eq!(spectrum.dim(), self.spectrum_dim(), "RealFft2: planned for another size");
        inverse(&*self.lines, spectrum, self.columns)
    }
}

/// The transform of an image: the work of [`RealFft2::forward`].
#[compiled_here]
fn forward<E: Scalar>(lines: &dyn Lines<E>, image: ArrayView2<'_, E>) -> Array2<Complex<E>> {
    let mut real = image.as_standard_layout().into_owned();
    let (rows, half) = (image.nrows(), image.ncols() / 2 + 1);
    let mut by_rows = Array2::from_elem((rows, half), zero());
    let chunks = real.axis_chunks_iter_mut(Axis(0), LINES).zip(by_rows.axis_chunks_iter_mut(Axis(0), LINES));
    parallel::each(chunks, |_, (mut real, mut out)| lines.real_forward(slice(&mut real), slice(&mut out)));
    let mut spectrum = Array2::from_elem((half, rows), zero());
    parallel::each(spectrum.axis_chunks_iter_mut(Axis(0), LINES), |k, mut chunk| {
        for (g, mut line) in chunk.rows_mut().into_iter().enumerate() {
            line.assign(&by_rows.column(k * LINES + g));
        }
        lines.forward(slice(&mut chunk));
    });
    spectrum
}

/// The inverse transform of a spectrum to an image with this number of columns: the work of [`RealFft2::inverse`].
#[compiled_here]
fn inverse<E: Scalar>(lines: &dyn Lines<E>, spectrum: Array2<Complex<E>>, columns: usize) -> Array2<E> {
    let mut spectrum =
        if spectrum.is_standard_layout() { spectrum } else { spectrum.as_standard_layout().into_owned() };
    parallel::each(spectrum.axis_chunks_iter_mut(Axis(0), LINES), |_, mut chunk| lines.inverse(slice(&mut chunk)));
    let ((half, rows), even) = (spectrum.dim(), columns.is_multiple_of(2));
    let mut image = Array2::zeros((rows, columns));
    let scale = E::of(1.0 / (rows * columns) as f64);
    parallel::each(image.axis_chunks_iter_mut(Axis(0), LINES), |k, mut chunk| {
        let mut spectra = Array2::from_elem((chunk.nrows(), half), zero());
        for (i, mut line) in spectra.rows_mut().into_iter().enumerate() {
            Zip::from(&mut line).and(spectrum.column(k * LINES + i)).for_each(|l, s| *l = s.scale(scale));
            line[0].im = E::zero();
            if even {
                line[half - 1].im = E::zero();
            }
        }
        lines.real_inverse(spectra.as_slice_mut().expect("standard layout"), slice(&mut chunk));
    });
    image
}

fn zero<E: Scalar>() -> Complex<E> {
    Complex::new(E::zero(), E::zero())
}

fn slice<'a, T>(chunk: &'a mut ndarray::ArrayViewMut2<'_, T>) -> &'a mut [T] {
    chunk.as_slice_mut().expect("standard layout")
}

/// Transforms of whole lines, several of them one after the other in a slice. The inputs are used up.
pub trait Lines<E>: Send + Sync {
    /// Rows of the image to half spectra.
    fn real_forward(&self, rows: &mut [E], spectra: &mut [Complex<E>]);
    /// Half spectra, real where they must be, to rows of the image.
    fn real_inverse(&self, spectra: &mut [Complex<E>], rows: &mut [E]);
    /// Columns to spectra, in place.
    fn forward(&self, columns: &mut [Complex<E>]);
    /// Spectra to columns, in place.
    fn inverse(&self, columns: &mut [Complex<E>]);
}

/// A number type with its transforms. The trait cannot be used outside this crate.
pub trait Fourier: Sized {
    /// The plan for images of this size.
    #[doc(hidden)]
    fn lines(rows: usize, columns: usize) -> Arc<dyn Lines<Self>>;
}

impl Fourier for f32 {
    fn lines(rows: usize, columns: usize) -> Arc<dyn Lines<Self>> {
        Arc::new(Plans::new(rows, columns))
    }
}

impl Fourier for f64 {
    fn lines(rows: usize, columns: usize) -> Arc<dyn Lines<Self>> {
        Arc::new(Plans::new(rows, columns))
    }
}

struct Plans<T: FftNum> {
    rows_forward: Arc<dyn RealToComplex<T>>,
    rows_inverse: Arc<dyn ComplexToReal<T>>,
    columns_forward: Arc<dyn Fft<T>>,
    columns_inverse: Arc<dyn Fft<T>>,
}

impl<T: FftNum> Plans<T> {
    fn new(rows: usize, columns: usize) -> Self {
        let mut real = RealFftPlanner::new();
        let mut complex = FftPlanner::new();
        Self {
            rows_forward: real.plan_fft_forward(columns),
            rows_inverse: real.plan_fft_inverse(columns),
            columns_forward: complex.plan_fft_forward(rows),
            columns_inverse: complex.plan_fft_inverse(rows),
        }
    }
}

impl<T: FftNum> Lines<T> for Plans<T> {
    fn real_forward(&self, rows: &mut [T], spectra: &mut [Complex<T>]) {
        let plan = &self.rows_forward;
        let mut scratch = plan.make_scratch_vec();
        for (row, spectrum) in rows.chunks_exact_mut(plan.len()).zip(spectra.chunks_exact_mut(plan.len() / 2 + 1)) {
            plan.process_with_scratch(row, spectrum, &mut scratch).expect("lengths fit");
        }
    }

    fn real_inverse(&self, spectra: &mut [Complex<T>], rows: &mut [T]) {
        let plan = &self.rows_inverse;
        let mut scratch = plan.make_scratch_vec();
        for (spectrum, row) in spectra.chunks_exact_mut(plan.len() / 2 + 1).zip(rows.chunks_exact_mut(plan.len())) {
            plan.process_with_scratch(spectrum, row, &mut scratch).expect("lengths fit and the ends are real");
        }
    }

    fn forward(&self, columns: &mut [Complex<T>]) {
        let mut scratch = vec![Complex::new(T::zero(), T::zero()); self.columns_forward.get_inplace_scratch_len()];
        self.columns_forward.process_with_scratch(columns, &mut scratch);
    }

    fn inverse(&self, columns: &mut [Complex<T>]) {
        let mut scratch = vec![Complex::new(T::zero(), T::zero()); self.columns_inverse.get_inplace_scratch_len()];
        self.columns_inverse.process_with_scratch(columns, &mut scratch);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parallel::with_threads;
    use crate::random::Stream;
    use approx::assert_abs_diff_eq;
    use proptest::prelude::*;
    use std::f64::consts::TAU;

    fn by_definition(x: &Array2<f64>) -> Array2<Complex<f64>> {
        let (m, n) = x.dim();
        Array2::from_shape_fn((n / 2 + 1, m), |(g, f)| {
            x.indexed_iter()
                .map(|((i, j), &v)| {
                    let turns = (f * i % m) as f64 / m as f64 + (g * j % n) as f64 / n as f64;
                    Complex::from_polar(v, -TAU * turns)
                })
                .sum()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn equals_the_definition_and_comes_back(seed: u64, m in 1_usize..24, n in 1_usize..24) {
            let x: Array2<f64> = Stream::new(seed, "image", &[]).normal_array((m, n));
            let fft = RealFft2::new(m, n);
            let spectrum = fft.forward(x.view());
            for (got, want) in spectrum.iter().zip(&by_definition(&x)) {
                prop_assert!((got - want).norm() <= 1e-11 * (1.0 + want.norm()));
            }
            for (got, want) in fft.inverse(spectrum).iter().zip(&x) {
                assert_abs_diff_eq!(got, want, epsilon = 1e-12);
            }
        }

        #[test]
        fn any_layout_gives_the_same(seed: u64, m in 1_usize..20, n in 1_usize..20) {
            let x: Array2<f64> = Stream::new(seed, "image", &[]).normal_array((m, n));
            let turned = x.t().as_standard_layout().into_owned();
            prop_assert_eq!(RealFft2::new(m, n).forward(turned.t()), RealFft2::new(m, n).forward(x.view()));
        }
    }

    #[test]
    fn same_bits_on_every_thread_count() {
        let x: Array2<f32> = Stream::new(1, "image", &[]).normal_array((67, 90));
        let work = || {
            let fft = RealFft2::new(67, 90);
            let spectrum = fft.forward(x.view());
            (spectrum.mapv(|c| (c.re.to_bits(), c.im.to_bits())), fft.inverse(spectrum).mapv(f32::to_bits))
        };
        let want = with_threads(1, work).unwrap();
        for threads in [2, 3, 4] {
            assert_eq!(with_threads(threads, work).unwrap(), want, "{threads} threads");
        }
    }

    #[test]
    #[should_panic(expected = "planned for another size")]
    fn another_size() {
        RealFft2::<f32>::new(4, 4).forward(Array2::zeros((4, 5)).view());
    }
}
