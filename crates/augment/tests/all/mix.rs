//! Mixup and cutmix.

use crate::support::noise_bytes;
use approx::assert_abs_diff_eq;
use latent_augment::image::{Cutmix, Mix, Mixup};
use latent_numeric::parallel::with_threads;
use ndarray::{Array4, Axis};
use proptest::prelude::*;

fn population(seed: u64, count: usize, dim: (usize, usize, usize)) -> Array4<u8> {
    let images: Vec<_> = (0..count as u64).map(|i| noise_bytes(seed.wrapping_add(i), dim)).collect();
    let views: Vec<_> = images.iter().map(|image| image.view()).collect();
    ndarray::stack(Axis(0), &views).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn mixup_is_the_weighted_mean(seed: u64, alpha in 0.1..5.0_f64, samples in prop::collection::vec(0_usize..9, 0..12)) {
        let images = population(seed, 9, (3, 4, 5)).mapv(|x| f32::from(x) / 255.0);
        let (mixed, mixings) = Mix::from(Mixup::new(alpha)).apply_batch(images.view(), seed, 1, &samples).unwrap();
        for ((found, mixing), &sample) in mixed.outer_iter().zip(mixings).zip(&samples) {
            let mixing = mixing.unwrap();
            prop_assert!((0.0..=1.0).contains(&mixing.own()));
            let (own, partner) = (images.index_axis(Axis(0), sample), images.index_axis(Axis(0), mixing.partner()));
            for ((found, a), b) in found.iter().zip(own).zip(partner) {
                assert_abs_diff_eq!(*found, mixing.own() * a + (1.0 - mixing.own()) * b, epsilon = 1e-6);
            }
        }
    }

    #[test]
    fn cutmix_takes_a_rectangle_and_weighs_by_area(seed: u64, alpha in 0.1..5.0_f64, sample in 0_usize..9) {
        let images = population(seed, 9, (2, 13, 17));
        let (mixed, mixings) = Mix::from(Cutmix::new(alpha)).apply_batch(images.view(), seed, 1, &[sample]).unwrap();
        let mixing = mixings[0].unwrap();
        let (own, partner) = (images.index_axis(Axis(0), sample), images.index_axis(Axis(0), mixing.partner()));
        let found = mixed.index_axis(Axis(0), 0);
        let (mut foreign, mut rows, mut columns) = (0, [false; 13], [false; 17]);
        for y in 0..13 {
            for x in 0..17 {
                let is = |image: &ndarray::ArrayView3<u8>| (0..2).all(|c| found[[c, y, x]] == image[[c, y, x]]);
                prop_assert!(is(&own) || is(&partner));
                if !is(&own) {
                    (rows[y], columns[x]) = (true, true);
                    foreign += 1;
                }
            }
        }
        if mixing.partner() != sample {
            let taken = (1.0 - f64::from(mixing.own())) * 221.0;
            // Two pixels of noise are equal now and then.
            let box_area = rows.iter().filter(|&&r| r).count() * columns.iter().filter(|&&c| c).count();
            prop_assert!(f64::from(foreign) <= taken + 0.01 && taken <= f64::from(foreign) + 4.0, "{foreign} of {taken}");
            prop_assert!(box_area >= foreign as usize && box_area as f64 <= taken + 0.01);
        }
    }

    #[test]
    fn a_mixed_sample_alone_is_what_it_is_in_any_batch(seed: u64, p in 0.0..=1.0_f64, cut: bool) {
        let images = population(seed, 12, (1, 6, 6));
        let mix = if cut { Mix::from(Cutmix { p, ..Cutmix::new(1.0) }) } else { Mix::from(Mixup { p, ..Mixup::new(1.0) }) };
        let samples: Vec<usize> = (0..12).collect();
        let on = |threads| with_threads(threads, || mix.apply_batch(images.view(), seed, 4, &samples).unwrap()).unwrap();
        let all = on(1);
        prop_assert_eq!(&on(3), &all);
        for sample in samples {
            let (alone, drawn) = mix.apply_batch(images.view(), seed, 4, &[sample]).unwrap();
            prop_assert_eq!(alone.index_axis(Axis(0), 0), all.0.index_axis(Axis(0), sample));
            prop_assert_eq!(drawn[0], all.1[sample]);
            prop_assert_eq!(mix.draw((1, 6, 6), 0..12, seed, 4, sample).unwrap(), drawn[0]);
        }
    }
}

#[test]
fn weights_have_the_moments_of_their_distribution() {
    // Beta(a, a) has mean 1/2 and variance 1 / (4 (2 a + 1)).
    let n = 20_000;
    for alpha in [0.2, 1.0, 4.0] {
        let mix = Mix::from(Mixup::new(alpha));
        let own: Vec<f64> =
            (0..n).map(|sample| f64::from(mix.draw((1, 2, 2), 0..n, 3, 0, sample).unwrap().unwrap().own())).collect();
        let mean = own.iter().sum::<f64>() / n as f64;
        let variance = own.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n as f64;
        let expected = 0.25 / (2.0 * alpha + 1.0);
        assert_abs_diff_eq!(mean, 0.5, epsilon = 5.0 * (expected / n as f64).sqrt());
        assert_abs_diff_eq!(variance / expected, 1.0, epsilon = 0.05);
    }
}

#[test]
fn nothing_is_drawn_for_probability_zero() {
    let images = population(1, 5, (1, 3, 3));
    let never = Mix::from(Mixup { alpha: 1.0, p: 0.0 });
    let (mixed, mixings) = never.apply_batch(images.view(), 0, 0, &[4, 1]).unwrap();
    assert_eq!(mixings, [None, None]);
    assert_eq!(mixed.index_axis(Axis(0), 0), images.index_axis(Axis(0), 4));
}

#[test]
fn bad_input() {
    let told = |mix: Mix, sample| mix.draw((1, 3, 3), 2..5, 0, 0, sample).unwrap_err().to_string();
    assert_eq!(told(Mixup::new(0.0).into(), 2), "mixup: alpha = 0: expected a finite number above 0");
    let often = Cutmix { alpha: 1.0, p: 1.5 };
    assert_eq!(told(often.into(), 2), "cutmix: p = 1.5: expected a probability in [0, 1]");
    for outside in [1, 5] {
        let want = format!("mixup: the number of a sample: {outside}, expected one of 2..5");
        assert_eq!(told(Mixup::new(1.0).into(), outside), want);
    }
    let empty = Mix::from(Mixup::new(1.0)).draw((1, 0, 3), 0..5, 0, 0, 0).unwrap_err().to_string();
    assert_eq!(empty, "mixup: the image is empty: 1 channels of 0 x 3 pixels");
    let mixing = Mix::from(Mixup::new(1.0)).draw((1, 3, 3), 0..5, 0, 0, 0).unwrap().unwrap();
    let (a, b) = (noise_bytes(1, (1, 3, 3)), noise_bytes(1, (1, 3, 4)));
    let error = mixing.apply(a.view(), b.view()).unwrap_err().to_string();
    assert_eq!(error, "augment: the shape of the partner: (1, 3, 4), expected (1, 3, 3)");
}
