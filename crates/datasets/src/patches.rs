//! Patches: small windows of images, as rows.
//!
//! A patch of `(h, w)` pixels of an image (C, H, W) becomes a row of `C h w` numbers, in the order
//! of the image's own axes.
//!
//! ```
//! use latent_datasets::patches::{Grid, remove_mean};
//! use ndarray::Array3;
//!
//! let image = Array3::from_shape_fn((1, 7, 9), |(_, y, x)| (y * x) as f64);
//! let grid = Grid::new(image.dim(), (4, 4), (2, 2))?;
//! let mut patches = grid.extract(image.view());
//! assert_eq!(patches.dim(), (12, 16));
//! let means = remove_mean(patches.view_mut());
//! for (mut patch, mean) in patches.rows_mut().into_iter().zip(&means) {
//!     patch += *mean;
//! }
//! assert!((grid.reassemble(patches.view()) - image).iter().all(|d| d.abs() < 1e-12));
//! # Ok::<(), latent_datasets::DatasetError>(())
//! ```

use crate::DatasetError;
use latent_numeric::random::Stream;
use latent_numeric::{Scalar, parallel};
use ndarray::{Array1, Array2, Array3, ArrayView2, ArrayView3, ArrayViewMut2, Axis, s};

/// Overlapping windows that cover an image of a given size.
///
/// Windows begin every `stride` pixels; the last one of each row and column of windows is moved
/// back to end at the border, so that every pixel is in at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grid {
    image: (usize, usize, usize),
    size: (usize, usize),
    tops: Vec<usize>,
    lefts: Vec<usize>,
}

impl Grid {
    /// Windows of `size` = (h, w) in an image of (C, H, W), `stride` = (down, across) apart.
    ///
    /// # Errors
    /// [`DatasetError::Parameter`] unless `1 <= stride <= size <= image` on both axes.
    pub fn new(
        image: (usize, usize, usize),
        size: (usize, usize),
        stride: (usize, usize),
    ) -> Result<Self, DatasetError> {
        Ok(Self { image, size, tops: starts(image.1, size.0, stride.0)?, lefts: starts(image.2, size.1, stride.1)? })
    }

    /// The number of windows.
    pub fn len(&self) -> usize {
        self.tops.len() * self.lefts.len()
    }

    /// Never: there is at least one window.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The windows of an image as rows: from left to right, then down.
    ///
    /// # Shapes
    /// From (C, H, W) to ([`len`](Self::len), C h w).
    ///
    /// # Panics
    /// If the image is not of the grid's size.
    pub fn extract<E: Scalar>(&self, image: ArrayView3<E>) -> Array2<E> {
        assert_eq!(image.dim(), self.image, "Grid::extract: the image is not of the grid's size");
        let mut rows = Array2::zeros((self.len(), self.features()));
        for (mut row, corner) in rows.rows_mut().into_iter().zip(self.corners()) {
            row.iter_mut().zip(window(image, corner, self.size)).for_each(|(to, from)| *to = *from);
        }
        rows
    }

    /// The image whose pixels are the means over the windows that hold them. After
    /// [`extract`](Self::extract) that is the image itself.
    ///
    /// # Shapes
    /// From ([`len`](Self::len), C h w) to (C, H, W).
    ///
    /// # Panics
    /// If `patches` has another shape.
    pub fn reassemble<E: Scalar>(&self, patches: ArrayView2<E>) -> Array3<E> {
        let expected = (self.len(), self.features());
        assert_eq!(patches.dim(), expected, "Grid::reassemble: the patches are not those of the grid");
        let mut sums = Array3::<E>::zeros(self.image);
        let mut counts = Array3::<E>::zeros(self.image);
        let (h, w) = self.size;
        for (patch, (top, left)) in patches.rows().into_iter().zip(self.corners()) {
            let place = s![.., top..top + h, left..left + w];
            sums.slice_mut(place).iter_mut().zip(patch).for_each(|(sum, v)| *sum += *v);
            counts.slice_mut(place).mapv_inplace(|count| count + E::one());
        }
        sums / counts
    }

    fn features(&self) -> usize {
        self.image.0 * self.size.0 * self.size.1
    }

    fn corners(&self) -> impl Iterator<Item = (usize, usize)> {
        self.tops.iter().flat_map(|&top| self.lefts.iter().map(move |&left| (top, left)))
    }
}

fn starts(image: usize, size: usize, stride: usize) -> Result<Vec<usize>, DatasetError> {
    check_size(image, size)?;
    if !(1..=size).contains(&stride) {
        return Err(DatasetError::parameter("patch stride", stride, format!("1 to the patch size {size}")));
    }
    let last = image - size;
    Ok((0..last).step_by(stride).chain([last]).collect())
}

fn check_size(image: usize, size: usize) -> Result<(), DatasetError> {
    if (1..=image).contains(&size) {
        Ok(())
    } else {
        Err(DatasetError::parameter("patch size", size, format!("1 to the image size {image}")))
    }
}

fn window<E>(
    image: ArrayView3<'_, E>,
    (top, left): (usize, usize),
    (h, w): (usize, usize),
) -> impl Iterator<Item = &E> {
    image.slice_move(s![.., top..top + h, left..left + w]).into_iter()
}

/// Patches that one thread cuts one after the other.
const TOGETHER: usize = 16;

/// `count` patches of `size` = (h, w), every place in every image equally likely.
///
/// Patch `i` is drawn from the stream `(seed, "patches", [i])`.
///
/// # Shapes
/// Images (C, H, W) of any height and width with the same number of channels; the result is
/// (count, C h w).
///
/// # Errors
/// [`DatasetError::Parameter`] if there is no image, an image is smaller than `size`, or the numbers
/// of channels differ.
pub fn random_patches<E: Scalar>(
    images: &[Array3<E>],
    size: (usize, usize),
    count: usize,
    seed: u64,
) -> Result<Array2<E>, DatasetError> {
    let Some(channels) = images.first().map(|image| image.dim().0) else {
        return Err(DatasetError::parameter("number of images", 0, "at least 1"));
    };
    // The number of places in the images up to each one.
    let mut places = Vec::with_capacity(images.len());
    let mut total = 0;
    for image in images {
        let (c, h, w) = image.dim();
        if c != channels {
            return Err(DatasetError::parameter("channels", c, format!("{channels}, as in the first image")));
        }
        check_size(h, size.0)?;
        check_size(w, size.1)?;
        total += (h - size.0 + 1) * (w - size.1 + 1);
        places.push(total);
    }
    let mut rows = Array2::zeros((count, channels * size.0 * size.1));
    parallel::each(rows.axis_chunks_iter_mut(Axis(0), TOGETHER), |block, mut rows| {
        for (i, mut row) in (block * TOGETHER..).zip(rows.outer_iter_mut()) {
            let place = Stream::new(seed, "patches", &[i as u64]).below(total);
            let which = places.partition_point(|&up_to| up_to <= place);
            let image = &images[which];
            let place = place - if which == 0 { 0 } else { places[which - 1] };
            let across = image.dim().2 - size.1 + 1;
            let corner = (place / across, place % across);
            row.iter_mut().zip(window(image.view(), corner, size)).for_each(|(to, from)| *to = *from);
        }
    });
    Ok(rows)
}

/// Takes its mean from each row, and returns the means.
///
/// # Shapes
/// `rows` is (n, features), the result (n).
pub fn remove_mean<E: Scalar>(mut rows: ArrayViewMut2<E>) -> Array1<E> {
    let mut means = Array1::zeros(rows.nrows());
    for (mut row, kept) in rows.rows_mut().into_iter().zip(&mut means) {
        let mean = E::of(row.iter().map(|v| v.as_f64()).sum::<f64>() / row.len().max(1) as f64);
        row.mapv_inplace(|v| v - mean);
        *kept = mean;
    }
    means
}
