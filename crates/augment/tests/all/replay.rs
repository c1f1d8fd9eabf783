//! The same bits alone, in any batch, on any number of threads, and from what was drawn.

use crate::support::{always, noise, noise_bytes};
use latent_augment::image::{
    Border, Chain, ColorJitter, Crop, HorizontalFlip, Interpolation, Operator, Pad, Position, Rotate, SaltAndPepper,
    Sampling, Step,
};
use latent_numeric::parallel::with_threads;
use ndarray::{Array4, Axis, stack};
use proptest::prelude::*;

/// Every operator, and both composites.
fn everything() -> Chain {
    let text = r#"
        [[augment]]
        op = "horizontal_flip"
        p = 0.5
        [[augment]]
        op = "compose"
        p = 0.7
        steps = [
            { op = "rotate", degrees = [-30, 30], border = "reflect" },
            { op = "elastic", alpha = [0, 20], sigma = 2, border = "reflect", p = 0.5 },
            { op = "scale", factor = [0.8, 1.2], border = "reflect" },
            { op = "vertical_flip", p = 0.5 },
        ]
        [[augment]]
        op = "one_of"
        p = 0.9
        weights = [3, 1, 1]
        steps = [
            { op = "translate", x = [-3, 3], y = [-3, 3] },
            { op = "shear", x = [-20, 20], interpolation = "bicubic" },
            { op = "perspective", distortion = 0.4, interpolation = "nearest" },
        ]
        [[augment]]
        op = "one_of"
        steps = [
            { op = "gaussian_noise", sigma = [0.01, 0.2] },
            { op = "salt_and_pepper", amount = 0.1 },
            { op = "poisson_noise", peak = [10, 100] },
            { op = "gaussian_blur", sigma = [0.3, 2] },
            { op = "motion_blur", length = [0, 6] },
        ]
        [[augment]]
        op = "color_jitter"
        brightness = [0.5, 1.5]
        contrast = [0.5, 1.5]
        saturation = [0.5, 1.5]
        hue = [-0.2, 0.2]
        [[augment]]
        op = "one_of"
        steps = [
            { op = "gamma", gamma = [0.5, 2] },
            { op = "jpeg", quality = [20, 90] },
            { op = "downscale", factor = [1, 3] },
            { op = "cutout", size = 5 },
            { op = "erase", fill = "noise" },
        ]
        [[augment]]
        op = "pad"
        left = 2
        top = 2
        [[augment]]
        op = "crop"
        height = 12
        width = 15
        [[augment]]
        op = "random_resized_crop"
        height = 11
        width = 13
    "#;
    Chain::from_toml(text).unwrap()
}

#[test]
fn the_chain_of_these_tests_has_every_operator() {
    let text = everything().to_toml();
    let missing: Vec<_> = Operator::NAMES.iter().filter(|name| !text.contains(&format!("\"{name}\""))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_sample_alone_is_what_it_is_in_any_batch(seed: u64, epoch: u64, color: bool, numbers in prop::collection::vec(0..1_000_u64, 1..40)) {
        let chain = everything();
        let dim = (if color { 3 } else { 1 }, 14, 17);
        let images: Vec<_> = numbers.iter().map(|&number| noise_bytes(number, dim)).collect();
        let views: Vec<_> = images.iter().map(|image| image.view()).collect();
        let batch = stack(Axis(0), &views).unwrap();
        let together = chain.apply_batch(batch.view(), seed, epoch, &numbers).unwrap();
        for ((image, &number), found) in images.iter().zip(&numbers).zip(together.outer_iter()) {
            prop_assert_eq!(&chain.apply(image.view(), seed, epoch, number).unwrap(), &found);
            // What was drawn does it once more.
            let transform = chain.draw(dim, seed, epoch, number).unwrap();
            prop_assert_eq!(&transform.apply(image.view()).unwrap(), &found);
            prop_assert_eq!(&transform.apply(image.view()).unwrap(), &found);
        }
    }

    #[test]
    fn bits_do_not_depend_on_threads(seed: u64, count in 1_u64..70) {
        let chain = everything();
        let numbers: Vec<u64> = (0..count).collect();
        let mut next = seed;
        let images = Array4::from_shape_simple_fn((count as usize, 3, 14, 17), || {
            next = next.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (next >> 40) as f32 / 16_777_216.0
        });
        let on = |threads| with_threads(threads, || chain.apply_batch(images.view(), seed, 0, &numbers).unwrap()).unwrap();
        let one = on(1);
        for threads in [2, 3, 5] {
            prop_assert_eq!(&on(threads), &one);
        }
    }

    #[test]
    fn the_memory_of_an_image_does_not_matter(seed: u64) {
        let chain = everything();
        let image = noise(seed, (3, 14, 17));
        let want = chain.apply(image.view(), seed, 0, 0).unwrap();
        let other = image.view().permuted_axes([2, 0, 1]).as_standard_layout().into_owned();
        prop_assert_eq!(&chain.apply(other.view().permuted_axes([1, 2, 0]), seed, 0, 0).unwrap(), &want);
        let batch = image.view().insert_axis(Axis(0));
        let mut strided = ndarray::Array5::<f32>::zeros((1, 3, 11, 13, 2));
        chain.apply_batch_into(batch, seed, 0, &[0], strided.index_axis_mut(Axis(4), 1)).unwrap();
        let stored = strided.index_axis_move(Axis(4), 1).index_axis_move(Axis(0), 0);
        prop_assert_eq!(stored, want);
    }

    #[test]
    fn what_is_not_drawn_changes_nothing(seed: u64, sample: u64) {
        // An operator of probability 0 in front of others in a composite, and other parameters before them.
        let image = noise_bytes(seed, (1, 9, 9));
        let turn = |p, degrees: f64| Step::new(p, Rotate { degrees: (-degrees, degrees).into(), ..Rotate::default() });
        let salt = Step::always(SaltAndPepper { amount: 0.3.into(), salt: 0.5 });
        let of = |first| Chain::new(vec![first, salt.clone()]).unwrap().apply(image.view(), seed, 0, sample).unwrap();
        prop_assert_eq!(of(turn(0.0, 40.0)), of(turn(1.0, 0.0)));
        let never = Chain::new(vec![turn(0.0, 9.0), Step::random_apply(0.0, vec![salt.clone()]), Step::one_of(0.0, vec![salt.clone()])]).unwrap();
        prop_assert!(never.draw((1, 9, 9), seed, 0, sample).unwrap().is_empty());
        prop_assert_eq!(never.apply(image.view(), seed, 0, sample).unwrap(), image);
    }

    #[test]
    fn a_mask_moves_with_its_image(seed: u64, sample: u64) {
        let chain = Chain::new(vec![
            Step::new(0.5, HorizontalFlip {}),
            Step::always(ColorJitter::about(0.5, 0.5, 0.0, 0.0)),
            Step::always(Rotate { degrees: (-180.0, 180.0).into(), interpolation: Interpolation::Bicubic, border: Border::Wrap }),
            Step::always(Pad::all(3, Border::Reflect)),
            Step::always(Crop { height: 12, width: 10, position: Position::Random }),
        ]).unwrap();
        let transform = chain.draw((3, 12, 10), seed, 1, sample).unwrap();
        let labels = Sampling { interpolation: Interpolation::Nearest, border: Border::Constant(0.0) };
        let geometry = transform.geometry(labels);
        prop_assert_eq!(geometry.len(), transform.len() - 1);
        let mask = noise_bytes(seed, (1, 12, 10)).mapv(|x| 1 + x % 5);
        let moved = geometry.apply(mask.view()).unwrap();
        prop_assert_eq!(moved.dim(), (1, 12, 10));
        prop_assert!(moved.iter().all(|&label| label <= 5));
        // Two masks in one image move as one.
        let both = ndarray::concatenate(Axis(0), &[mask.view(), mask.view()]).unwrap();
        let found = geometry.apply(both.view()).unwrap();
        prop_assert_eq!(found.index_axis(Axis(0), 1), moved.index_axis(Axis(0), 0));
    }
}

#[test]
fn probabilities_are_frequencies() {
    let count = 20_000;
    let chain = Chain::new(vec![
        Step::new(0.3, HorizontalFlip {}),
        Step::weighted(
            0.5,
            vec![
                (1.0, Step::always(Rotate::default())),
                (0.0, Step::always(Pad::all(0, Border::Wrap))),
                (3.0, Step::random_apply(1.0, vec![Step::always(Rotate::default()); 3])),
            ],
        ),
    ])
    .unwrap();
    let mut lengths = [0_u32; 5];
    for sample in 0..count {
        lengths[chain.draw((1, 4, 4), 1, 0, sample).unwrap().len()] += 1;
    }
    // A flip or none, and nothing, one rotation or three.
    let expected = [0.7 * 0.5, 0.3 * 0.5 + 0.7 * 0.125, 0.3 * 0.125, 0.7 * 0.375, 0.3 * 0.375];
    let n = f64::from(count as u32);
    for (found, p) in lengths.into_iter().zip(expected) {
        let error = 5.0 * (p * (1.0 - p) * n).sqrt();
        assert!((f64::from(found) - p * n).abs() < error, "{lengths:?}");
    }
}

#[test]
fn seeds_epochs_samples_and_places_have_draws_of_their_own() {
    let image = noise(1, (1, 12, 12));
    let salt = Step::always(SaltAndPepper { amount: 0.3.into(), salt: 0.5 });
    let chain = always(SaltAndPepper { amount: 0.3.into(), salt: 0.5 });
    let of = |seed, epoch, sample| chain.apply(image.view(), seed, epoch, sample).unwrap();
    let second = Chain::new(vec![Step::always(HorizontalFlip {}), Step::always(HorizontalFlip {}), salt]).unwrap();
    let all = [of(0, 0, 0), of(1, 0, 0), of(0, 1, 0), of(0, 0, 1), second.apply(image.view(), 0, 0, 0).unwrap()];
    for (index, one) in all.iter().enumerate() {
        assert!(!all[..index].contains(one), "{index}");
    }
}

#[test]
fn an_empty_chain_and_an_empty_batch() {
    let image = noise(1, (2, 3, 4));
    assert_eq!(Chain::default().apply(image.view(), 0, 0, 0).unwrap(), image);
    let none = Array4::<u8>::zeros((0, 1, 5, 5));
    assert_eq!(
        everything().apply_batch(Array4::<u8>::zeros((0, 1, 14, 17)).view(), 0, 0, &[]).unwrap().dim(),
        (0, 1, 11, 13)
    );
    assert_eq!(Chain::default().apply_batch(none.view(), 0, 0, &[]).unwrap(), none);
}
