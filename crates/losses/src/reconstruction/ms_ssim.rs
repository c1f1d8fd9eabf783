//! `MS-SSIM = l_M^(w_M) prod_j cs_j^(w_j)` over M scales, with `l = (2 m_x m_y + c_1) / (m_x^2 + m_y^2 + c_1) cs` on
//! the coarsest one, `cs = (2 s_xy + c_2) / (s_x^2 + s_y^2 + c_2)`, and means, variances and covariances under a
//! Gaussian window
//!
//! Wang, Simoncelli and Bovik, *Multi-scale structural similarity for image quality assessment*, 2003, equation 7.

use crate::Reduction;
use crate::error::{LossError, check_same_shape, check_setting};
use latent_numeric::Scalar;
use latent_tensor::Tensor;
use latent_tensor::ops::{Conv2dOptions, Pool2dOptions};
use ndarray::Array;

/// The windows and scales of a structural similarity.
#[derive(Clone, Debug, PartialEq)]
pub struct MsSsimOptions {
    /// The difference of the largest and the least value that data can take: 1 for images in `[0, 1]`.
    pub data_range: f64,
    /// Pixels along a side of the window, an odd number.
    pub window: usize,
    /// The standard deviation of the Gaussian window, in pixels.
    pub sigma: f64,
    /// The exponents, from the finest scale to the coarsest. One weight of one is SSIM with a single scale.
    pub weights: Vec<f64>,
    /// `k_1` and `k_2` of `c_i = (k_i data_range)^2`.
    pub stabilizers: [f64; 2],
}

impl Default for MsSsimOptions {
    /// Images in `[0, 1]`, a window of 11 pixels with sigma 1.5, and the five scales of the paper, which need images
    /// of at least 161 pixels.
    ///
    /// ```
    /// assert_eq!(latent_losses::reconstruction::MsSsimOptions::default().smallest_side(), 161);
    /// ```
    fn default() -> Self {
        let weights = vec![0.0448, 0.2856, 0.3001, 0.2363, 0.1333];
        Self { data_range: 1.0, window: 11, sigma: 1.5, weights, stabilizers: [0.01, 0.03] }
    }
}

impl MsSsimOptions {
    /// The pixels along the shorter side that an image must have, so that the window fits on the coarsest scale.
    ///
    /// ```
    /// use latent_losses::reconstruction::MsSsimOptions;
    ///
    /// let digits = MsSsimOptions { weights: vec![0.5, 0.5], ..Default::default() };
    /// assert_eq!(digits.smallest_side(), 21);
    /// ```
    pub fn smallest_side(&self) -> usize {
        // Halving rounds up.
        (self.window.saturating_sub(1) << self.weights.len().saturating_sub(1)) + 1
    }

    fn check(&self) -> Result<(), LossError> {
        let positive = |x: f64, name| check_setting(x > 0.0 && x.is_finite(), name, x, "positive and finite");
        positive(self.data_range, "the data range of ms_ssim")?;
        positive(self.sigma, "the sigma of ms_ssim's window")?;
        positive(self.stabilizers[0], "the first stabilizer of ms_ssim")?;
        positive(self.stabilizers[1], "the second stabilizer of ms_ssim")?;
        self.weights.iter().try_for_each(|&weight| positive(weight, "a weight of ms_ssim"))?;
        let (window, scales) = (self.window as f64, self.weights.len() as f64);
        check_setting(self.window % 2 == 1, "the window of ms_ssim", window, "an odd number of pixels")?;
        check_setting((1..=16).contains(&self.weights.len()), "the number of scales of ms_ssim", scales, "1 to 16")
    }

    /// The one-dimensional window, whose outer product with itself is the window.
    fn kernel<E: Scalar>(&self) -> Vec<E> {
        let middle = (self.window / 2) as f64;
        let bell: Vec<f64> =
            (0..self.window).map(|i| (-(i as f64 - middle).powi(2) / (2.0 * self.sigma * self.sigma)).exp()).collect();
        let total: f64 = bell.iter().sum();
        bell.iter().map(|x| E::of(x / total)).collect()
    }
}

/// What a mean contrast counts as at least before its power is taken, so that the slope stays finite.
const LEAST: f64 = 1e-6;

/// The multi-scale structural similarity of images, at most one, for each channel of each image, shape (N, C).
///
/// Contrast and structure that are not correlated at all, or negatively, count as 1e-6, with no gradient.
///
/// # Shapes
/// Both are (N, C, H, W).
///
/// ```
/// use latent_losses::reconstruction::{MsSsimOptions, ms_ssim};
/// use latent_numeric::random::Stream;
/// use latent_tensor::Tensor;
///
/// let x: Tensor<f64> = Tensor::uniform(&[2, 1, 28, 28], &mut Stream::new(1, "images", &[]));
/// let options = MsSsimOptions { weights: vec![0.5, 0.5], ..Default::default() };
/// let same = ms_ssim(&x, &x, &options)?;
/// assert!(same.array().iter().all(|s| (s - 1.0).abs() < 1e-12));
/// # Ok::<(), latent_losses::LossError>(())
/// ```
///
/// # Errors
/// If the images are too small for the window and the scales, or a setting is outside its domain.
///
/// # Panics
/// If the shapes differ, or are not of four axes.
#[track_caller]
pub fn ms_ssim<E: Scalar>(x: &Tensor<E>, y: &Tensor<E>, options: &MsSsimOptions) -> Result<Tensor<E>, LossError> {
    check_same_shape("ms_ssim", ("x", x), ("y", y));
    assert!(x.rank() == 4, "ms_ssim: images of the shape {:?}, not (N, C, H, W)", x.shape());
    options.check()?;
    let (n, c, height, width) = (x.shape()[0], x.shape()[1], x.shape()[2], x.shape()[3]);
    let smallest = options.smallest_side();
    if height.min(width) < smallest {
        let (scales, window) = (options.weights.len(), options.window);
        return Err(LossError::ImageTooSmall { loss: "ms_ssim", height, width, scales, window, smallest });
    }
    let kernel = options.kernel();
    // Channels are treated as images of their own.
    let mut images = [x, y].map(|x| x.reshape(&[n * c, 1, height, width]));
    let mut similarity = Tensor::ones(&[n * c]);
    let coarsest = options.weights.len() - 1;
    for (scale, &weight) in options.weights.iter().enumerate() {
        let (whole, contrast) = compare(&images, &kernel, options);
        let part = if scale == coarsest { whole } else { contrast };
        let factor = part.mean_axes(&[1, 2, 3], false).clamp(E::of(LEAST), E::infinity());
        similarity = similarity * factor.powf(E::of(weight));
        if scale < coarsest {
            let padding = [2, 3].map(|axis| images[0].shape()[axis] % 2);
            let halving = Pool2dOptions { padding, ..Pool2dOptions::new([2, 2]) };
            images = images.map(|x| x.avg_pool2d(halving));
        }
    }
    Ok(similarity.reshape(&[n, c]))
}

/// The similarity at each place, and its part without the means.
fn compare<E: Scalar>([x, y]: &[Tensor<E>; 2], kernel: &[E], options: &MsSsimOptions) -> (Tensor<E>, Tensor<E>) {
    let side = kernel.len();
    let column = Tensor::constant(Array::from_shape_vec((1, 1, side, 1), kernel.to_vec()).expect("one column"));
    let row = column.reshape(&[1, 1, 1, side]);
    let blur = |x: &Tensor<E>| {
        let still = Conv2dOptions::default();
        x.conv2d(&column, None, still).conv2d(&row, None, still)
    };
    let [c1, c2] = options.stabilizers.map(|k| E::of((k * options.data_range).powi(2)));
    let (mean_x, mean_y) = (blur(x), blur(y));
    let (square_x, square_y, product) = (mean_x.square(), mean_y.square(), &mean_x * &mean_y);
    let variances = blur(&(x.square() + y.square())) - &square_x - &square_y;
    let covariance = blur(&(x * y)) - &product;
    let two = E::of(2.0);
    let contrast = (covariance * two + c2) / (variances + c2);
    let whole = (product * two + c1) / (square_x + square_y + c1) * &contrast;
    (whole, contrast)
}

/// `1 - MS-SSIM`, averaged over the channels, for each image, shape (N) before its reduction; between zero and one.
/// It has no unit, and is no likelihood.
///
/// ```
/// use latent_losses::{MeanOverBatch, reconstruction::{MsSsimOptions, ms_ssim_loss}};
/// use latent_tensor::Tensor;
///
/// let (black, white) = (Tensor::<f64>::zeros(&[1, 1, 28, 28]), Tensor::ones(&[1, 1, 28, 28]));
/// let options = MsSsimOptions { weights: vec![0.5, 0.5], ..Default::default() };
/// assert_eq!(ms_ssim_loss(&black, &black, &options, MeanOverBatch)?.item(), 0.0);
/// assert!(ms_ssim_loss(&black, &white, &options, MeanOverBatch)?.item() > 0.9);
///
/// let error = ms_ssim_loss(&black, &white, &MsSsimOptions::default(), MeanOverBatch).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "ms_ssim: images of 28 by 28 pixels, but 5 scale(s) of 11 pixels need 161 by 161"
/// );
/// # Ok::<(), latent_losses::LossError>(())
/// ```
///
/// # Errors
/// As [`ms_ssim`].
///
/// # Panics
/// As [`ms_ssim`].
#[track_caller]
pub fn ms_ssim_loss<E: Scalar>(
    x: &Tensor<E>,
    y: &Tensor<E>,
    options: &MsSsimOptions,
    reduction: impl Reduction,
) -> Result<Tensor<E>, LossError> {
    let similarity = ms_ssim(x, y, options)?.mean_axes(&[1], false);
    Ok(reduction.reduce(&(Tensor::scalar(E::one()) - similarity)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{all_close, array, constant};
    use crate::{Elements, Sum};
    use latent_tensor::check::gradients;
    use proptest::prelude::*;

    fn small() -> MsSsimOptions {
        MsSsimOptions { window: 3, sigma: 0.8, weights: vec![0.4, 0.6], ..Default::default() }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8))]

        #[test]
        fn symmetric_bounded_and_differentiable(seed: u64, noise in 0.0_f64..0.5) {
            let x = array(seed, &[2, 2, 7, 6], 0.0, 1.0);
            let y = &x * (1.0 - noise) + &array(seed / 2, &[2, 2, 7, 6], 0.0, 1.0) * noise;
            let (a, b) = (Tensor::constant(x.clone()), Tensor::constant(y.clone()));
            let s = ms_ssim(&a, &b, &small()).unwrap();
            prop_assert!(all_close(&s, &ms_ssim(&b, &a, &small()).unwrap()));
            prop_assert!(s.array().iter().all(|s| *s > 0.0 && *s <= 1.0 + 1e-12));
            // Stabilizers as large as the variances, so that finite differences are exact enough.
            let smooth = MsSsimOptions { stabilizers: [0.2, 0.3], ..small() };
            prop_assert_eq!(gradients(&[x, y], |x| ms_ssim_loss(&x[0], &x[1], &smooth, Sum).unwrap()), Ok(()));
        }
    }

    #[test]
    fn the_range_is_a_unit() {
        let (x, y) = (constant(1, &[1, 1, 8, 8], 0.0, 1.0), constant(2, &[1, 1, 8, 8], 0.0, 1.0));
        let bytes = MsSsimOptions { data_range: 255.0, ..small() };
        let scaled = ms_ssim_loss(&(&x * 255.0), &(&y * 255.0), &bytes, Elements).unwrap();
        assert!(all_close(&scaled, &ms_ssim_loss(&x, &y, &small(), Elements).unwrap()));
    }

    #[test]
    fn settings_that_are_none() {
        let x = Tensor::<f32>::zeros(&[1, 1, 8, 8]);
        for wrong in [
            MsSsimOptions { window: 4, ..small() },
            MsSsimOptions { weights: vec![], ..small() },
            MsSsimOptions { data_range: 0.0, ..small() },
            MsSsimOptions { weights: vec![-1.0], ..small() },
        ] {
            assert!(matches!(ms_ssim(&x, &x, &wrong), Err(LossError::Setting { .. })), "{wrong:?}");
        }
    }
}
