//! Noise: moments within five standard errors, and independence of the parts of an image.

use crate::support::{always, run};
use approx::assert_abs_diff_eq;
use latent_augment::image::{GaussianNoise, PoissonNoise, SaltAndPepper};
use ndarray::Array3;

const N: f64 = 40_000.0;

fn flat(value: f32) -> Array3<f32> {
    Array3::from_elem((1, 200, 200), value)
}

fn moments(image: &Array3<f32>) -> (f64, f64) {
    let mean = image.iter().map(|&x| f64::from(x)).sum::<f64>() / N;
    (mean, image.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum::<f64>() / N)
}

#[test]
fn gaussian() {
    let noisy = run(&always(GaussianNoise { sigma: 0.1.into() }), &flat(0.5));
    let (mean, variance) = moments(&noisy);
    assert_abs_diff_eq!(mean, 0.5, epsilon = 5.0 * 0.1 / N.sqrt());
    assert_abs_diff_eq!(variance, 0.01, epsilon = 5.0 * 0.01 * (2.0 / N).sqrt());
    let dark = run(&always(GaussianNoise { sigma: 0.1.into() }), &flat(0.0));
    let below = dark.iter().filter(|&&x| x == 0.0).count() as f64 / N;
    assert!((below - 0.5).abs() < 5.0 * 0.5 / N.sqrt(), "what would be negative is 0: {below}");
}

#[test]
fn channels_have_noise_of_their_own() {
    let noisy = run(&always(GaussianNoise { sigma: 0.1.into() }), &Array3::from_elem((2, 200, 200), 0.5));
    let (a, b) = (noisy.index_axis(ndarray::Axis(0), 0), noisy.index_axis(ndarray::Axis(0), 1));
    let covariance: f64 = a.iter().zip(b).map(|(a, b)| f64::from(a - 0.5) * f64::from(b - 0.5)).sum::<f64>() / N;
    assert!(covariance.abs() < 5.0 * 0.01 / N.sqrt(), "{covariance}");
}

#[test]
fn salt_and_pepper() {
    let noisy = run(&always(SaltAndPepper { amount: 0.3.into(), salt: 0.25 }), &Array3::from_elem((3, 200, 200), 0.5));
    let plane = noisy.index_axis(ndarray::Axis(0), 0);
    let share = |value: f32| plane.iter().filter(|&&x| x == value).count() as f64 / N;
    assert!((share(1.0) - 0.075).abs() < 5.0 * (0.075 * 0.925 / N).sqrt(), "{}", share(1.0));
    assert!((share(0.0) - 0.225).abs() < 5.0 * (0.225 * 0.775 / N).sqrt(), "{}", share(0.0));
    assert_abs_diff_eq!(share(0.5), 0.7, epsilon = 5.0 * (0.7 * 0.3 / N).sqrt());
    for other in noisy.outer_iter() {
        assert_eq!(other, plane, "all channels of a pixel are replaced");
    }
}

#[test]
fn poisson() {
    for (value, peak) in [(0.3_f32, 20.0), (0.02, 50.0), (0.5, 4_000.0)] {
        let noisy = run(&always(PoissonNoise { peak: peak.into() }), &flat(value));
        let (mean, variance) = moments(&noisy);
        let (x, expected) = (f64::from(value), f64::from(value) / peak);
        assert!((mean - x).abs() < 5.0 * (expected / N).sqrt(), "mean {mean} of {x}");
        // The fourth moment of a Poisson count is 3 m^2 + m.
        let spread = ((2.0 + 1.0 / (x * peak)) / N).sqrt();
        assert!((variance - expected).abs() < 5.0 * expected * spread, "variance {variance} of {expected}");
        let counts = noisy.iter().map(|&x| f64::from(x) * peak);
        assert!(counts.into_iter().all(|count| (count - count.round()).abs() < 1e-3 * (1.0 + count)));
    }
    assert_eq!(run(&always(PoissonNoise { peak: 10.0.into() }), &flat(0.0)), flat(0.0));
}
