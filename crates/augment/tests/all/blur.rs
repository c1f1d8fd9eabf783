//! Blurs against a direct convolution.

use crate::reference;
use crate::support::{always, assert_near, borders, dims, noise, run};
use approx::assert_abs_diff_eq;
use latent_augment::image::{Border, GaussianBlur, Interpolation, MotionBlur, Translate};
use ndarray::{Array3, Axis};
use proptest::prelude::*;

/// The kernel by its definition.
pub fn gaussian(sigma: f64, size: Option<usize>) -> Vec<(i64, i64, f64)> {
    let radius = size.map_or((4.0 * sigma + 0.5) as i64, |size| (size / 2) as i64);
    let weight = |i: i64| (-((i * i) as f64) / (2.0 * sigma * sigma)).exp();
    let all: Vec<(i64, i64, f64)> = (-radius..=radius)
        .flat_map(|down| (-radius..=radius).map(move |right| (down, right, weight(down) * weight(right))))
        .collect();
    let sum: f64 = all.iter().map(|tap| tap.2).sum();
    all.into_iter().map(|(down, right, weight)| (down, right, weight / sum)).collect()
}

fn mean(image: &Array3<f32>) -> f64 {
    image.iter().map(|&x| f64::from(x)).sum::<f64>() / image.len() as f64
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn a_gaussian_blur_is_the_direct_convolution(
        seed: u64, (c, h, w) in dims(), wide in 0_usize..20, sigma in 0.2..4.0_f64, size in prop::option::of(0_usize..5), border in borders(),
    ) {
        let image = noise(seed, (c, h, w + wide));
        let kernel = size.map(|half| 2 * half + 1);
        let found = run(&always(GaussianBlur { sigma: sigma.into(), kernel, border }), &image);
        assert_near(found.view(), reference::convolve(&image, &gaussian(sigma, kernel), border).view(), 1e-6);
    }

    #[test]
    fn blurs_keep_the_mean_where_the_border_wraps(seed: u64, dim in dims(), sigma in 0.2..6.0_f64, length in 0.0..12.0_f64, degrees in -200.0..200.0_f64) {
        let image = noise(seed, dim);
        let border = Border::Wrap;
        let gaussian = run(&always(GaussianBlur { sigma: sigma.into(), kernel: None, border }), &image);
        assert_abs_diff_eq!(mean(&gaussian), mean(&image), epsilon = 1e-6);
        let motion = run(&always(MotionBlur { length: length.into(), degrees: degrees.into(), border }), &image);
        assert_abs_diff_eq!(mean(&motion), mean(&image), epsilon = 1e-6);
    }

    #[test]
    fn a_motion_blur_is_the_mean_along_a_segment(seed: u64, dim in dims(), length in 0.5..9.0_f64, degrees in -200.0..200.0_f64, border in borders()) {
        let image = noise(seed, dim);
        let found = run(&always(MotionBlur { length: length.into(), degrees: degrees.into(), border }), &image);
        let (sin, cos) = degrees.to_radians().sin_cos();
        let points = (16.0 * length).ceil() as usize;
        let want = Array3::from_shape_fn(dim, |(channel, y, x)| {
            let at = |point: usize| {
                let t = length * ((point as f64 + 0.5) / points as f64 - 0.5);
                let how = (Interpolation::Bilinear, border);
                reference::sample(image.index_axis(Axis(0), channel), how, x as f64 + t * cos, y as f64 - t * sin)
            };
            ((0..points).map(at).sum::<f64>() / points as f64) as f32
        });
        assert_near(found.view(), want.view(), 2e-6);
    }

    #[test]
    fn no_motion_is_the_identity_bit_for_bit(seed: u64, dim in dims()) {
        let image = noise(seed, dim);
        prop_assert_eq!(&run(&always(MotionBlur::new(0.0)), &image), &image);
    }
}

#[test]
fn motion_at_45_degrees_goes_up_to_the_right() {
    let mut image = Array3::zeros((1, 21, 21));
    image[[0, 10, 10]] = 1.0_f32;
    let blur = MotionBlur { length: 9.0.into(), degrees: 45.0.into(), border: Border::Constant(0.0) };
    let blurred = run(&always(blur), &image);
    assert!(blurred[[0, 8, 12]] > 0.05 && blurred[[0, 12, 8]] > 0.05);
    assert_eq!((blurred[[0, 8, 8]], blurred[[0, 12, 12]]), (0.0, 0.0));
}

#[test]
fn a_kernel_of_one_weight_moves_nothing_and_blurs_commute_with_shifts() {
    let image = noise(4, (1, 9, 13));
    let one = GaussianBlur { kernel: Some(1), ..GaussianBlur::new(2.0) };
    assert_eq!(run(&always(one), &image), image);
    let blur = always(GaussianBlur { border: Border::Wrap, ..GaussianBlur::new(1.0) });
    let shift = always(Translate { x: 5.0.into(), y: 2.0.into(), border: Border::Wrap, ..Translate::default() });
    assert_eq!(run(&blur, &run(&shift, &image)), run(&shift, &run(&blur, &image)));
}
