//! `D` and its adjoint through Fourier transforms.
//!
//! ```text
//! D z = F^-1 sum_k F d_k . F z_k        (D' s)_k = F^-1 conj(F d_k) . F s
//! ```
//!
//! A transform costs the same whatever the size of the filters; a product in the image domain costs what they have pixels.

use latent_numeric::fft::{Complex, RealFft2};
use latent_numeric::{Scalar, parallel};
use ndarray::{Array2, Array3, ArrayView2, ArrayView3, Axis, Zip, s};

/// Filters that are worked on together. Fixed, so that bits do not depend on the number of threads.
const FILTERS: usize = 4;

/// The spectra of filters on a torus.
#[derive(Debug)]
pub struct Spectra<E> {
    fft: RealFft2<E>,
    /// Of filter `k` and channel `c` at `k channels + c`.
    filters: Vec<Array2<Complex<E>>>,
    channels: usize,
    rows: usize,
    columns: usize,
}

impl<E: Scalar> Spectra<E> {
    /// Of filters (filters, channels height width) with this height and width.
    pub fn new(
        fft: RealFft2<E>,
        flat: ArrayView2<'_, E>,
        (channels, height, width): (usize, usize, usize),
        (rows, columns): (usize, usize),
    ) -> Self {
        let filters = parallel::map(0..flat.nrows() * channels, |_, at| {
            let (filter, channel) = (at / channels, at % channels);
            let pixels = flat.slice(s![filter, channel * height * width..(channel + 1) * height * width]);
            let mut plane = Array2::zeros((rows, columns));
            let pixels = pixels.into_shape_with_order((height, width)).expect("a row of an array in standard layout");
            plane.slice_mut(s![..height, ..width]).assign(&pixels);
            fft.forward(plane.view())
        });
        Self { fft, filters, channels, rows, columns }
    }

    fn count(&self) -> usize {
        self.filters.len() / self.channels
    }

    /// `D z` of maps (rows, filters, columns).
    pub fn synthesize(&self, maps: &[E]) -> Array3<E> {
        let maps = ArrayView3::from_shape((self.rows, self.count(), self.columns), maps).expect("all maps");
        let blocks = parallel::map_blocks(self.count(), FILTERS, |filters| {
            let mut sums: Vec<Array2<Complex<E>>> = self.zeros();
            for k in filters {
                let z = self.fft.forward(maps.index_axis(Axis(1), k));
                for (sum, d) in sums.iter_mut().zip(&self.filters[k * self.channels..]) {
                    Zip::from(sum).and(d).and(&z).for_each(|sum, &d, &z| *sum += d * z);
                }
            }
            sums
        });
        let mut sums = self.zeros();
        for block in blocks {
            sums.iter_mut().zip(block).for_each(|(sum, part)| *sum += &part);
        }
        let mut image = Array3::zeros((self.channels, self.rows, self.columns));
        for (mut channel, sum) in image.axis_iter_mut(Axis(0)).zip(sums) {
            channel.assign(&self.fft.inverse(sum));
        }
        image
    }

    /// `D' image`, as maps (rows, filters, columns).
    pub fn adjoint(&self, image: &Array3<E>) -> Vec<E> {
        let spectra: Vec<_> = image.axis_iter(Axis(0)).map(|channel| self.fft.forward(channel)).collect();
        let planes = parallel::map(0..self.count(), |_, k| {
            let mut sum = Array2::from_elem(self.fft.spectrum_dim(), zero());
            for (d, s) in self.filters[k * self.channels..].iter().zip(&spectra) {
                Zip::from(&mut sum).and(d).and(s).for_each(|sum, d, &s| *sum += d.conj() * s);
            }
            self.fft.inverse(sum)
        });
        let mut maps = Array3::zeros((self.rows, self.count(), self.columns));
        for (k, plane) in planes.into_iter().enumerate() {
            maps.index_axis_mut(Axis(1), k).assign(&plane);
        }
        maps.into_raw_vec_and_offset().0
    }

    fn zeros(&self) -> Vec<Array2<Complex<E>>> {
        (0..self.channels).map(|_| Array2::from_elem(self.fft.spectrum_dim(), zero())).collect()
    }
}

fn zero<E: Scalar>() -> Complex<E> {
    Complex::new(E::zero(), E::zero())
}
