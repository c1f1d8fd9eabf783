//! `SSIM = mean (2 m_x m_y + c_1)(2 s_xy + c_2) / ((m_x^2 + m_y^2 + c_1)(s_x^2 + s_y^2 + c_2))` under a Gaussian window

use crate::MetricError;
use crate::input::Input;
use latent_numeric::{Scalar, parallel};
use ndarray::{Array1, Array2, ArrayView2, ArrayView4, Axis, Zip, s};

/// Pixels along a side of the window, and its standard deviation.
const WINDOW: usize = 11;
const SIGMA: f64 = 1.5;

/// `c_i = (k_i range)^2`.
const STABILIZERS: [f64; 2] = [0.01, 0.03];

/// The exponents of the five scales, from the finest to the coarsest.
const SCALES: [f64; 5] = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

/// The structural similarity of each image with its reconstruction, averaged over channels: one for equal images.
///
/// # Shapes
/// `x` and `y` are (N, C, H, W), of 11 pixels a side or more; `range` is the difference of the largest and the least
/// value that data can take. The answer is (N).
///
/// # Estimator
/// The published constants: a Gaussian window of 11 by 11 pixels with standard deviation 1.5, where it fits into the
/// image; `k_1 = 0.01`, `k_2 = 0.03`; variances and covariances of the weighted population.
///
/// # Errors
/// No images, other shapes, images that are too small, elements that are not finite, a range that is not positive.
///
/// # Source
/// Wang, Bovik, Sheikh and Simoncelli, *Image quality assessment: from error visibility to structural similarity*,
/// 2004, equation 13.
///
/// ```
/// use latent_metrics::codes::ssim;
/// use latent_numeric::random::Stream;
/// use ndarray::Array4;
///
/// let x: Array4<f32> = Stream::new(1, "images", &[]).uniform_array((2, 1, 28, 28));
/// assert!(ssim(x.view(), x.view(), 1.0)?.iter().all(|same| (same - 1.0).abs() < 1e-12));
/// # Ok::<(), latent_metrics::MetricError>(())
/// ```
pub fn ssim<E: Scalar>(x: ArrayView4<'_, E>, y: ArrayView4<'_, E>, range: f64) -> Result<Array1<f64>, MetricError> {
    let images = pairs(Input("SSIM"), x, y, range, 1)?;
    Ok(images.by_image(|x, y| compare(x.view(), y.view(), range)[0]))
}

/// The structural similarity over five scales, `l^(w_5) prod_j cs_j^(w_j)`: luminance on the coarsest one, contrast and
/// structure on all. A mean contrast below zero counts as zero.
///
/// # Shapes
/// As [`ssim`], of 161 pixels a side or more, so that the window fits on the coarsest scale.
///
/// # Estimator
/// The published weights 0.0448, 0.2856, 0.3001, 0.2363 and 0.1333. From a scale to the next, means of two by two
/// pixels; an odd side gets a row of zeros on both sides first, which count in the means.
///
/// # Errors
/// As [`ssim`].
///
/// # Source
/// Wang, Simoncelli and Bovik, *Multi-scale structural similarity for image quality assessment*, 2003, equation 7.
pub fn ms_ssim<E: Scalar>(x: ArrayView4<'_, E>, y: ArrayView4<'_, E>, range: f64) -> Result<Array1<f64>, MetricError> {
    let images = pairs(Input("MS-SSIM"), x, y, range, SCALES.len())?;
    Ok(images.by_image(|x, y| {
        let (mut x, mut y) = (x.to_owned(), y.to_owned());
        let mut similarity = 1.0;
        for (scale, weight) in SCALES.iter().enumerate() {
            let [whole, contrast] = compare(x.view(), y.view(), range);
            let coarsest = scale + 1 == SCALES.len();
            similarity *= f64::powf(if coarsest { whole } else { contrast }.max(0.0), *weight);
            if !coarsest {
                (x, y) = (halved(&x), halved(&y));
            }
        }
        similarity
    }))
}

struct Pairs {
    x: ndarray::Array4<f64>,
    y: ndarray::Array4<f64>,
}

fn pairs<E: Scalar>(
    input: Input,
    x: ArrayView4<'_, E>,
    y: ArrayView4<'_, E>,
    range: f64,
    scales: usize,
) -> Result<Pairs, MetricError> {
    for (axis, what) in ["images", "channels", "rows", "columns"].into_iter().enumerate() {
        input.same(what, y.len_of(Axis(axis)), x.len_of(Axis(axis)))?;
    }
    input.at_least("images", x.len_of(Axis(0)), 1)?;
    input.at_least("channels", x.len_of(Axis(1)), 1)?;
    // Halving rounds up.
    let smallest = ((WINDOW - 1) << (scales - 1)) + 1;
    input.at_least("pixels along the shorter side", x.len_of(Axis(2)).min(x.len_of(Axis(3))), smallest)?;
    input.setting(range > 0.0 && range.is_finite(), "range of the data", range, "positive and finite")?;
    Ok(Pairs { x: input.finite("images", x)?, y: input.finite("reconstructions", y)? })
}

impl Pairs {
    /// The mean over the channels of each image.
    fn by_image(&self, similarity: impl Fn(ArrayView2<'_, f64>, ArrayView2<'_, f64>) -> f64 + Sync) -> Array1<f64> {
        let images = self.x.outer_iter().zip(self.y.outer_iter());
        let one = |_, (x, y): (ndarray::ArrayView3<f64>, ndarray::ArrayView3<f64>)| {
            let channels = x.outer_iter().zip(y.outer_iter()).map(|(x, y)| similarity(x, y));
            channels.sum::<f64>() / x.len_of(Axis(0)) as f64
        };
        parallel::map(images, one).into()
    }
}

/// The mean similarity, and that of its part without the means.
fn compare(x: ArrayView2<'_, f64>, y: ArrayView2<'_, f64>, range: f64) -> [f64; 2] {
    let window: Vec<f64> = {
        let bell = (0..WINDOW).map(|i| (-0.5 * ((i as f64 - (WINDOW / 2) as f64) / SIGMA).powi(2)).exp());
        let bell: Vec<f64> = bell.collect();
        let sum: f64 = bell.iter().sum();
        bell.into_iter().map(|w| w / sum).collect()
    };
    let blur = |x: ArrayView2<'_, f64>| {
        let (height, width) = (x.nrows() - WINDOW + 1, x.ncols() - WINDOW + 1);
        let mut rows = Array2::zeros((height, x.ncols()));
        for (i, &w) in window.iter().enumerate() {
            rows.scaled_add(w, &x.slice(s![i..i + height, ..]));
        }
        let mut both = Array2::zeros((height, width));
        for (j, &w) in window.iter().enumerate() {
            both.scaled_add(w, &rows.slice(s![.., j..j + width]));
        }
        both
    };
    let [c1, c2] = STABILIZERS.map(|k| (k * range).powi(2));
    let (mean_x, mean_y) = (blur(x), blur(y));
    let squares = blur((&x * &x + &y * &y).view());
    let products = blur((&x * &y).view());
    let (mut whole, mut contrast) = (0.0, 0.0);
    Zip::from(&mean_x).and(&mean_y).and(&squares).and(&products).for_each(|&mx, &my, &squares, &product| {
        let means = mx * mx + my * my;
        let structure = (2.0 * (product - mx * my) + c2) / (squares - means + c2);
        contrast += structure;
        whole += (2.0 * mx * my + c1) / (means + c1) * structure;
    });
    [whole, contrast].map(|sum| sum / mean_x.len() as f64)
}

/// Means of two by two pixels.
fn halved(x: &Array2<f64>) -> Array2<f64> {
    let padding = [x.nrows() % 2, x.ncols() % 2];
    let side = |k: usize| x.shape()[k].div_ceil(2);
    let at = |i: usize, j: usize| {
        let place = [i.wrapping_sub(padding[0]), j.wrapping_sub(padding[1])];
        x.get(place).copied().unwrap_or(0.0)
    };
    Array2::from_shape_fn((side(0), side(1)), |(i, j)| {
        0.25 * (at(2 * i, 2 * j) + at(2 * i + 1, 2 * j) + at(2 * i, 2 * j + 1) + at(2 * i + 1, 2 * j + 1))
    })
}
