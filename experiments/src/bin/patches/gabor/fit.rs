//! The Gabor function nearest to an image.

use super::Gabor;
use super::least_squares::{Expansion, minimise};
use super::starts::Starts;
use latent_numeric::parallel;
use ndarray::{Array2, ArrayView2, Axis};
use serde::Serialize;
use std::f64::consts::{FRAC_1_SQRT_2, TAU};
use std::sync::atomic::{AtomicBool, Ordering};

/// A Gabor function that was fitted to an image.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Fit {
    /// The function, in its [canonical](Gabor::canonical) form.
    pub gabor: Gabor,
    /// `1 - ||w - g||^2 / ||w - mean(w)||^2`, at most 1; 0 for an image without variance.
    pub r_squared: f64,
}

/// Fits Gabor functions to images of one size by least squares: from the best few of a grid of starts, each improved by
/// Levenberg's and Marquardt's method, the best of all is taken. Nothing is random.
///
/// Centres may lie up to half an image outside; widths are from 0.5 pixels to twice the longer side; frequencies end at
/// the highest that pixels can show, `1/sqrt(2)` along a diagonal.
pub struct Fitter {
    shape: (usize, usize),
    starts: Starts,
}

/// Starts that are improved for an image.
const IMPROVED: usize = 12;

/// Centre, logarithms of the widths, orientation, frequency, and the amplitudes of cosine and sine.
type Parameters = [f64; 8];

impl Fitter {
    /// For images of this (height, width).
    ///
    /// # Panics
    /// If there are no pixels.
    pub fn new(shape: (usize, usize)) -> Self {
        assert!(shape.0 > 0 && shape.1 > 0, "Fitter: images of {} x {} pixels", shape.0, shape.1);
        Self { shape, starts: Starts::new(shape) }
    }

    /// The fit to one image.
    ///
    /// # Panics
    /// If it is of another size.
    pub fn fit(&self, image: ArrayView2<'_, f64>) -> Fit {
        assert_eq!(image.dim(), self.shape, "Fitter: the image is not of the size that fits are for");
        let (height, width) = (self.shape.0 as f64, self.shape.1 as f64);
        let width_of_window = (0.5_f64.ln(), (2.0 * height.max(width)).ln());
        let any = (f64::NEG_INFINITY, f64::INFINITY);
        let centre = |side: f64| (-0.5 * side, 1.5 * side - 1.0);
        let bounds =
            [centre(width), centre(height), width_of_window, width_of_window, any, (0.0, FRAC_1_SQRT_2), any, any];
        let expand = |at: &Parameters| expand(at, image);
        let improve = |start: &Gabor| minimise(parameters(start, image), &bounds, expand);
        let found = self.starts.best(image.flatten().view(), IMPROVED);
        let best = found.iter().map(improve).min_by(|a, b| a.1.total_cmp(&b.1)).expect("at least one start");
        let mean = image.mean().unwrap_or_default();
        let variation = image.iter().map(|w| (w - mean).powi(2)).sum::<f64>();
        let r_squared = if variation > 0.0 { 1.0 - best.1 / variation } else { 0.0 };
        Fit { gabor: gabor(&best.0), r_squared }
    }

    /// The fits to the columns of a matrix, (pixels, images): those of a dictionary. After each `made` says whether to
    /// go on.
    ///
    /// # Errors
    /// What `made` says.
    ///
    /// # Panics
    /// If columns are not of this size.
    pub fn columns<E: Send>(
        &self,
        images: ArrayView2<'_, f32>,
        made: impl Fn() -> Result<(), E> + Sync,
    ) -> Result<Vec<Fit>, E> {
        let columns: Vec<Array2<f64>> = images
            .axis_iter(Axis(1))
            .map(|column| {
                let image = column.iter().map(|w| f64::from(*w)).collect();
                Array2::from_shape_vec(self.shape, image).expect("columns of as many pixels as fits are for")
            })
            .collect();
        let stopped = AtomicBool::new(false);
        let fits = parallel::map(columns, |_, image| {
            if stopped.load(Ordering::Relaxed) {
                return Ok(None);
            }
            let fit = self.fit(image.view());
            made().map(|()| Some(fit)).inspect_err(|_| stopped.store(true, Ordering::Relaxed))
        });
        let fits: Vec<Option<Fit>> = fits.into_iter().collect::<Result<_, E>>()?;
        Ok(fits.into_iter().flatten().collect())
    }
}

/// The start with the amplitudes that are best for it.
fn parameters(start: &Gabor, image: ArrayView2<'_, f64>) -> Parameters {
    let Gabor { x, y, across, along, orientation, frequency, .. } = *start;
    let mut at = [x, y, across.ln(), along.ln(), orientation, frequency, 0.0, 0.0];
    let Expansion { gradient, normal, .. } = expand(&at, image);
    // At zero amplitudes the residual is the image itself, with a minus.
    let ([cc, cs, ss], [c, s]) = ([normal[6][6], normal[6][7], normal[7][7]], [-gradient[6], -gradient[7]]);
    let determinant = cc * ss - cs * cs;
    if determinant > 1e-9 * cc * ss {
        at[6] = (c * ss - s * cs) / determinant;
        at[7] = (s * cc - c * cs) / determinant;
    } else {
        at[6] = if cc > 0.0 { c / cc } else { 0.0 };
    }
    at
}

fn gabor(at: &Parameters) -> Gabor {
    let [x, y, across, along, orientation, frequency, cosine, sine] = *at;
    let (phase, amplitude) = ((-sine).atan2(cosine), cosine.hypot(sine));
    Gabor { x, y, across: across.exp(), along: along.exp(), orientation, frequency, phase, amplitude }.canonical()
}

/// The squared error of the function and its derivatives.
fn expand(at: &Parameters, image: ArrayView2<'_, f64>) -> Expansion<8> {
    let [x, y, across, along, orientation, frequency, cosine, sine] = *at;
    let (sin, cos) = orientation.sin_cos();
    let [narrow, long] = [across, along].map(|width| (-2.0 * width).exp());
    let mut found = Expansion { squares: 0.0, gradient: [0.0; 8], normal: [[0.0; 8]; 8] };
    for ((row, column), value) in image.indexed_iter() {
        let (dx, dy) = (column as f64 - x, row as f64 - y);
        let (s, t) = (dx * cos + dy * sin, dy * cos - dx * sin);
        let window = (-0.5 * (s * s * narrow + t * t * long)).exp();
        let (n, c) = (TAU * frequency * s).sin_cos();
        let wave = cosine * c + sine * n;
        let slope = sine * c - cosine * n;
        let along_s = window * (TAU * frequency * slope - s * narrow * wave);
        let along_t = -window * t * long * wave;
        let derivatives = [
            sin * along_t - cos * along_s,
            -sin * along_s - cos * along_t,
            window * wave * s * s * narrow,
            window * wave * t * t * long,
            t * along_s - s * along_t,
            window * slope * TAU * s,
            window * c,
            window * n,
        ];
        let residual = window * wave - value;
        found.squares += residual * residual;
        for (i, derivative) in derivatives.iter().enumerate() {
            found.gradient[i] += derivative * residual;
            for (sum, other) in found.normal[i][..=i].iter_mut().zip(&derivatives) {
                *sum += derivative * other;
            }
        }
    }
    for i in 0..8 {
        for j in 0..i {
            found.normal[j][i] = found.normal[i][j];
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use latent_numeric::parallel::with_threads;
    use latent_numeric::random::Stream;
    use proptest::prelude::*;
    use std::f64::consts::PI;
    use std::sync::LazyLock;

    static FITTER: LazyLock<Fitter> = LazyLock::new(|| Fitter::new((12, 12)));

    fn planted() -> impl Strategy<Value = Gabor> {
        // At least a third of a cycle within the window, so that the parameters can be told from each other.
        let widths = (1.3..3.0_f64, 1.3..3.0_f64);
        ((3.0..8.0_f64, 3.0..8.0_f64), widths, 0.0..PI, 0.0..1.0_f64, -PI..PI, 0.05..3.0_f64).prop_map(
            |((x, y), (across, along), orientation, share, phase, amplitude)| {
                let least = 0.33 / across;
                let frequency = least + share * (0.4 - least);
                Gabor { x, y, across, along, orientation, frequency, phase, amplitude }
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn planted_functions_are_recovered(gabor in planted()) {
            let fit = FITTER.fit(gabor.image((12, 12)).view());
            prop_assert!(fit.r_squared > 1.0 - 1e-6, "{fit:?}");
            let Gabor { x, y, across, along, orientation, frequency, phase, amplitude } = gabor.canonical();
            let found = fit.gabor;
            for (found, planted) in
                [(found.x, x), (found.y, y), (found.across, across), (found.along, along), (found.frequency, frequency)]
            {
                prop_assert!((found - planted).abs() < 1e-2 * planted, "{found} {planted} {fit:?}");
            }
            prop_assert!((found.amplitude / amplitude - 1.0).abs() < 1e-2);
            // Near 0 and pi both are the same wave, with the phase the other way round.
            let turn = (found.orientation - orientation).abs();
            prop_assert!(turn.min(PI - turn) < 1e-2, "{fit:?}");
            let sign = if turn > 1.0 { -1.0 } else { 1.0 };
            prop_assert!((sign * found.phase - phase).cos() > 1.0 - 1e-3, "{fit:?}");
        }

        #[test]
        fn derivatives_are_those_of_finite_differences(gabor in planted(), seed in 0_u64..9) {
            let image: Array2<f64> = Stream::new(seed, "image", &[]).normal_array((12, 12));
            let at = parameters(&gabor, image.view());
            let found = expand(&at, image.view());
            for i in 0..8 {
                let step = 1e-6;
                let moved = |by: f64| {
                    let mut moved = at;
                    moved[i] += by;
                    expand(&moved, image.view()).squares
                };
                let slope = (moved(step) - moved(-step)) / (2.0 * step);
                prop_assert!((slope - 2.0 * found.gradient[i]).abs() < 1e-5 * (1.0 + slope.abs()), "{i}: {slope} {}", found.gradient[i]);
            }
        }
    }

    #[test]
    fn noise_is_no_gabor_function_and_the_bits_do_not_depend_on_threads() {
        let noise: Array2<f32> = Stream::new(1, "noise", &[]).normal_array((144, 6));
        let fit = || FITTER.columns(noise.view(), || Ok::<_, ()>(())).unwrap();
        let fits = with_threads(1, fit).unwrap();
        assert_eq!(fits, with_threads(3, fit).unwrap());
        assert_eq!(FITTER.columns(noise.view(), || Err("asked for the end")), Err("asked for the end"));
        assert!(fits.iter().all(|fit| (0.03..0.35).contains(&fit.r_squared)), "{fits:?}");
    }

    #[test]
    fn images_without_variance_have_no_fit() {
        assert_eq!(FITTER.fit(Array2::zeros((12, 12)).view()).r_squared, 0.0);
        let fit = Fitter::new((1, 1)).fit(Array2::ones((1, 1)).view());
        assert!(fit.r_squared == 0.0 && fit.gabor.amplitude.is_finite(), "{fit:?}");
    }
}
