//! What changes values: neutral parameters, formulas, counts.

use crate::support::{always, dims, noise, noise_bytes, run};
use approx::assert_abs_diff_eq;
use latent_augment::image::{
    ColorJitter, Cutout, Downscale, Erase, Filling, Gamma, Interpolation, Operator, Range, SaltAndPepper,
};
use ndarray::{Array3, Axis, Zip};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn neutral_parameters_are_the_identity_bit_for_bit(seed: u64, dim in dims()) {
        let operators: [Operator; 7] = [
            ColorJitter::default().into(),
            ColorJitter::about(0.0, 0.0, 0.0, 0.0).into(),
            Gamma { gamma: 1.0.into() }.into(),
            Downscale { factor: 1.0.into(), interpolation: Interpolation::Bicubic }.into(),
            Cutout::new(0).into(),
            Erase { area: 0.0.into(), ..Erase::default() }.into(),
            SaltAndPepper { amount: 0.0.into(), salt: 0.5 }.into(),
        ];
        let (numbers, bytes) = (noise(seed, dim), noise_bytes(seed, dim));
        for operator in operators {
            let name = operator.name();
            let chain = always(operator);
            prop_assert_eq!(&run(&chain, &numbers), &numbers, "{}", name);
            prop_assert_eq!(&run(&chain, &bytes), &bytes, "{}", name);
        }
    }

    #[test]
    fn a_whole_turn_of_the_hue_in_steps_is_the_identity(seed: u64, h in 1_usize..9, w in 1_usize..9, steps in 2_u32..7) {
        let image = noise(seed, (3, h, w));
        let step = always(ColorJitter { hue: (1.0 / f64::from(steps)).into(), ..ColorJitter::default() });
        let turned = (0..steps).fold(image.clone(), |image, _| run(&step, &image));
        Zip::from(&turned).and(&image).for_each(|a, b| assert_abs_diff_eq!(a, b, epsilon = 1e-5));
    }

    #[test]
    fn no_saturation_is_grey(seed: u64, h in 1_usize..9, w in 1_usize..9) {
        let image = noise(seed, (3, h, w));
        let grey = run(&always(ColorJitter { saturation: 0.0.into(), ..ColorJitter::default() }), &image);
        for ((_, y, x), value) in grey.indexed_iter() {
            let want = 0.299 * image[[0, y, x]] + 0.587 * image[[1, y, x]] + 0.114 * image[[2, y, x]];
            assert_abs_diff_eq!(*value, want, epsilon = 1e-6);
        }
        let flat = run(&always(ColorJitter { contrast: 0.0.into(), ..ColorJitter::default() }), &image);
        assert_abs_diff_eq!(flat[[0, 0, 0]], grey.mean().unwrap(), epsilon = 1e-5);
        prop_assert!(flat.iter().all(|&x| x == flat[[0, 0, 0]]));
    }

    #[test]
    fn a_downscaled_image_has_the_means_of_its_areas(seed: u64, c in 1_usize..4, rows in 1_usize..6, columns in 1_usize..6, f in 1_usize..5) {
        let image = noise(seed, (c, rows * f, columns * f));
        let small = Downscale { factor: (f as f64).into(), interpolation: Interpolation::Nearest };
        let found = run(&always(small), &image);
        for ((c, y, x), value) in found.indexed_iter() {
            let area = image.slice(ndarray::s![c, y / f * f..(y / f + 1) * f, x / f * f..(x / f + 1) * f]);
            assert_abs_diff_eq!(*value, area.mean().unwrap(), epsilon = 1e-6);
        }
    }

    #[test]
    fn downscaling_by_any_factor_keeps_a_constant_and_the_mean(seed: u64, dim in dims(), factor in 1.0..9.0_f64, value in 0.0..=1.0_f32) {
        let chain = always(Downscale { factor: factor.into(), interpolation: Interpolation::Bilinear });
        let flat = Array3::from_elem(dim, value);
        let found = run(&chain, &flat);
        prop_assert!(found.iter().all(|x| (x - value).abs() < 1e-6));
        let one = always(Downscale { factor: 100.0.into(), interpolation: Interpolation::Nearest });
        let image = noise(seed, dim);
        for (found, image) in run(&one, &image).outer_iter().zip(image.outer_iter()) {
            let mean = image.mean().unwrap();
            prop_assert!(found.iter().all(|x| (x - mean).abs() < 1e-5));
        }
    }

    #[test]
    fn an_erased_rectangle_has_the_area_asked_for(seed: u64, sample: u64, share in 0.05..0.5_f64, channels in 1_usize..4) {
        let image = Array3::from_elem((channels, 40, 50), 0.5_f32);
        let erase = Erase { area: share.into(), aspect: Range::new(0.5, 2.0), fill: Filling::Constant(0.0) };
        let found = always(erase).apply(image.view(), seed, 0, sample).unwrap();
        for plane in found.outer_iter() {
            let hidden = plane.iter().filter(|&&x| x == 0.0).count() as f64;
            prop_assert!((hidden / 2000.0 - share).abs() < 0.04, "{hidden} pixels");
            // A rectangle: as many as rows times columns that have one.
            let rows = plane.outer_iter().filter(|row| row.iter().any(|&x| x == 0.0)).count();
            let columns = plane.axis_iter(Axis(1)).filter(|column| column.iter().any(|&x| x == 0.0)).count();
            prop_assert_eq!(hidden as usize, rows * columns);
        }
    }
}

#[test]
fn cutout_cuts_squares() {
    let image = Array3::from_elem((2, 20, 30), 255_u8);
    let cutout = always(Cutout { size: 6, count: 1, fill: 0.2 });
    let mut whole = 0;
    for sample in 0..300 {
        let found = cutout.apply(image.view(), 3, 0, sample).unwrap();
        let hidden = found.iter().filter(|&&x| x == 51).count();
        assert!((2 * 9..=2 * 36).contains(&hidden), "{hidden}");
        whole += usize::from(hidden == 72);
    }
    // Inside for 15 of 20 rows and 25 of 30 columns: 62.5 %, give or take five standard errors.
    assert!((145..=230).contains(&whole), "{whole}");
}

#[test]
fn gamma_is_a_power() {
    let image = Array3::from_shape_vec((1, 1, 4), vec![0.0_f32, 0.25, 0.5, 1.0]).unwrap();
    let found = run(&always(Gamma { gamma: 2.0.into() }), &image);
    assert_eq!(found.as_slice().unwrap(), [0.0, 0.0625, 0.25, 1.0]);
}

#[test]
fn factors_are_drawn_from_their_ranges_and_orders_vary() {
    let image = Array3::from_shape_vec((1, 1, 2), vec![0.2_f32, 0.6]).unwrap();
    let jitter = always(ColorJitter {
        brightness: Range::new(0.8, 1.2),
        contrast: Range::new(0.5, 1.5),
        ..ColorJitter::default()
    });
    let mut means = Vec::new();
    for sample in 0..400 {
        let found = jitter.apply(image.view(), 9, 0, sample).unwrap();
        let (mean, difference) =
            (f64::from(found[[0, 0, 0]] + found[[0, 0, 1]]) / 2.0, found[[0, 0, 1]] - found[[0, 0, 0]]);
        // Contrast keeps the mean, brightness scales both, whatever the order.
        assert!((0.4 * 0.8 - 1e-6..=0.4 * 1.2 + 1e-6).contains(&mean), "{mean}");
        assert!((0.4 * 0.8 * 0.5..=0.4 * 1.2 * 1.5 + 1e-6).contains(&difference));
        means.push(mean);
    }
    let mean = means.iter().sum::<f64>() / 400.0;
    assert_abs_diff_eq!(mean, 0.4, epsilon = 5.0 * 0.4 * 0.4 / 12.0_f64.sqrt() / 20.0);
}
