//! What moves pixels: identities, inverses, joined transforms, and a plain reference.

use crate::reference;
use crate::support::{always, assert_near, borders, chain, dims, interpolations, noise, noise_bytes, run, smooth};
use approx::assert_abs_diff_eq;
use latent_augment::image::{
    Border, Chain, Crop, Elastic, HorizontalFlip, Interpolation, Operator, Pad, Perspective, Position,
    RandomResizedCrop, Range, Rotate, Scale, Shear, Step, Translate, VerticalFlip,
};
use latent_numeric::random::Stream;
use ndarray::{Array3, s};
use proptest::prelude::*;

fn rotate(degrees: f64, (interpolation, border): (Interpolation, Border)) -> Operator {
    Rotate { degrees: degrees.into(), interpolation, border }.into()
}

fn centre(w: usize, h: usize) -> (f64, f64) {
    ((w as f64 - 1.0) / 2.0, (h as f64 - 1.0) / 2.0)
}

/// The inverse rotation about a centre, written out.
fn turned(degrees: f64, (cx, cy): (f64, f64)) -> impl Fn(f64, f64) -> (f64, f64) {
    let (sin, cos) = degrees.to_radians().sin_cos();
    move |x, y| (cx + (x - cx) * cos - (y - cy) * sin, cy + (x - cx) * sin + (y - cy) * cos)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn four_quarter_turns_are_the_identity_bit_for_bit(seed: u64, n in 1_usize..24, interpolation in interpolations(), border in borders(), backwards: bool) {
        let turn = always(rotate(if backwards { -90.0 } else { 90.0 }, (interpolation, border)));
        let image = noise(seed, (3, n, n));
        let mut turned = image.clone();
        for quarter in 0..4 {
            prop_assert!(quarter == 0 || n == 1 || turned != image);
            turned = run(&turn, &turned);
        }
        prop_assert_eq!(turned, image);
    }

    #[test]
    fn four_quarter_turns_in_a_chain_are_the_identity_of_any_shape(seed: u64, dim in dims(), how in (interpolations(), borders())) {
        let image = noise_bytes(seed, dim);
        let turns = chain([90.0, 90.0, 450.0, -270.0].map(|degrees| rotate(degrees, how)));
        prop_assert_eq!(run(&turns, &image), image);
    }

    #[test]
    fn a_quarter_turn_moves_every_pixel_counter_clockwise(seed: u64, n in 1_usize..20) {
        let image = noise_bytes(seed, (1, n, n));
        let turned = run(&always(rotate(90.0, Default::default())), &image);
        let want = Array3::from_shape_fn((1, n, n), |(c, y, x)| image[[c, x, n - 1 - y]]);
        prop_assert_eq!(turned, want);
    }

    #[test]
    fn flips_are_involutions_and_reverse_rows_and_columns(seed: u64, dim in dims()) {
        let image = noise(seed, dim);
        let horizontal = run(&always(HorizontalFlip {}), &image);
        prop_assert_eq!(&horizontal, &image.slice(s![.., .., ..;-1]));
        prop_assert_eq!(&run(&always(HorizontalFlip {}), &horizontal), &image);
        let vertical = run(&always(VerticalFlip {}), &image);
        prop_assert_eq!(&vertical, &image.slice(s![.., ..;-1, ..]));
        prop_assert_eq!(&run(&always(VerticalFlip {}), &vertical), &image);
        let both = chain([HorizontalFlip {}.into(), VerticalFlip {}.into(), HorizontalFlip {}.into(), VerticalFlip {}.into()]);
        prop_assert_eq!(run(&both, &image), image);
    }

    #[test]
    fn parameters_that_move_nothing_are_the_identity_bit_for_bit(seed: u64, dim in dims(), (interpolation, border) in (interpolations(), borders())) {
        let (nought, one) = (Range::only(0.0), Range::only(1.0));
        let (_, height, width) = dim;
        let aspect = Range::only(width as f64 / height as f64);
        let operators: [Operator; 9] = [
            rotate(0.0, (interpolation, border)),
            rotate(-720.0, (interpolation, border)),
            Scale { factor: one, interpolation, border }.into(),
            Translate { x: nought, y: nought, interpolation, border }.into(),
            Shear { x: nought, y: nought, interpolation, border }.into(),
            Perspective { distortion: 0.0, interpolation, border }.into(),
            Elastic { alpha: nought, sigma: 3.0, interpolation, border }.into(),
            Pad { border, ..Pad::default() }.into(),
            RandomResizedCrop { area: one, aspect, interpolation, border, ..RandomResizedCrop::new(height, width) }.into(),
        ];
        let (numbers, bytes) = (noise(seed, dim), noise_bytes(seed, dim));
        for operator in operators {
            let name = operator.name();
            let chain = always(operator);
            prop_assert_eq!(&run(&chain, &numbers), &numbers, "{}", name);
            prop_assert_eq!(&run(&chain, &bytes), &bytes, "{}", name);
        }
        prop_assert_eq!(&run(&always(Crop { height, width, position: Position::Random }), &bytes), &bytes);
    }

    #[test]
    fn rotations_agree_with_the_reference(seed: u64, dim in dims(), how in (interpolations(), borders()), degrees in -400.0..400.0_f64) {
        let image = noise(seed, dim);
        let (_, h, w) = dim;
        let found = run(&always(rotate(degrees, how)), &image);
        let map = turned(degrees, centre(w, h));
        let want = reference::warp(&image, (h, w), how, &map);
        for ((at, found), want) in found.indexed_iter().zip(&want) {
            let (x, y) = map(at.2 as f64, at.1 as f64);
            // Half-way between two pixels rounding decides.
            let tie = |v: f64| how.0 == Interpolation::Nearest && ((v + 0.5) - (v + 0.5).round()).abs() < 1e-9;
            prop_assert!((found - want).abs() < 2e-6 || tie(x) || tie(y), "{at:?}: {found} instead of {want}");
        }
    }

    #[test]
    fn translations_scales_and_shears_agree_with_the_reference(
        seed: u64, dim in dims(), border in borders(), cubic: bool,
        (dx, dy) in (-40.0..40.0_f64, -40.0..40.0_f64), factor in 0.3..3.0_f64, (ax, ay) in (-60.0..60.0_f64, -60.0..60.0_f64),
    ) {
        let interpolation = if cubic { Interpolation::Bicubic } else { Interpolation::Bilinear };
        let how = (interpolation, border);
        let image = noise(seed, dim);
        let (_, h, w) = dim;
        let (cx, cy) = centre(w, h);
        let translate = always(Translate { x: dx.into(), y: dy.into(), interpolation, border });
        let want = reference::warp(&image, (h, w), how, |x, y| (x - dx, y - dy));
        assert_near(run(&translate, &image).view(), want.view(), 2e-6);
        let scale = always(Scale { factor: factor.into(), interpolation, border });
        let want = reference::warp(&image, (h, w), how, |x, y| (cx + (x - cx) / factor, cy + (y - cy) / factor));
        assert_near(run(&scale, &image).view(), want.view(), 2e-6);
        let shear = always(Shear { x: ax.into(), y: ay.into(), interpolation, border });
        let (tx, ty) = (ax.to_radians().tan(), ay.to_radians().tan());
        // Undo the shear along columns, then the one along rows.
        let want = reference::warp(&image, (h, w), how, |x, y| {
            let (x, y) = (x - cx, y - cy);
            let y = y - ty * x;
            (cx + x - tx * y, cy + y)
        });
        assert_near(run(&shear, &image).view(), want.view(), 2e-6);
    }

    #[test]
    fn a_chain_is_one_sampling_of_the_composed_map(seed: u64, dim in dims(), border in borders(), a in -90.0..90.0_f64, b in -90.0..90.0_f64, shift in -5.0..5.0_f64) {
        let interpolation = Interpolation::Bilinear;
        let how = (interpolation, border);
        let image = noise(seed, dim);
        let (_, h, w) = dim;
        let joined = chain([
            rotate(a, how),
            HorizontalFlip {}.into(),
            Translate { x: shift.into(), y: 0.0.into(), interpolation, border }.into(),
            rotate(b, how),
        ]);
        let (first, last) = (turned(a, centre(w, h)), turned(b, centre(w, h)));
        let want = reference::warp(&image, (h, w), how, |x, y| {
            let (x, y) = last(x, y);
            let x = x - shift;
            first(w as f64 - 1.0 - x, y)
        });
        assert_near(run(&joined, &image).view(), want.view(), 4e-6);
    }

    #[test]
    fn another_border_begins_another_sampling(seed: u64, dim in dims(), a in -90.0..90.0_f64, b in -90.0..90.0_f64) {
        let image = noise(seed, dim);
        let (first, second) = (rotate(a, Default::default()), rotate(b, (Interpolation::Bilinear, Border::Wrap)));
        let one_by_one = run(&always(second.clone()), &run(&always(first.clone()), &image));
        prop_assert_eq!(run(&chain([first, second]), &image), one_by_one);
    }

    /// The error of two samplings of waves of amplitude 0.4 and no shorter than 12 pixels: `A k^2 / 8 = 0.0137` each if
    /// bilinear, by the second derivative; below 0.001 each if bicubic, by its response at that length.
    #[test]
    fn there_and_back_is_the_identity_within_the_error_of_interpolation(seed: u64, degrees in -180.0..180.0_f64) {
        let image = smooth(seed, (1, 40, 36));
        for (interpolation, tolerance) in [(Interpolation::Bilinear, 0.0275), (Interpolation::Bicubic, 0.002)] {
            let how = (interpolation, Border::Reflect);
            let there = run(&always(rotate(degrees, how)), &image);
            let back = run(&always(rotate(-degrees, how)), &there);
            // Where no border was seen on the way.
            for ((_, y, x), value) in back.indexed_iter() {
                let (dx, dy) = (x as f64 - 17.5, y as f64 - 19.5);
                if dx.hypot(dy) < 14.0 {
                    prop_assert!((value - image[[0, y, x]]).abs() < tolerance, "{interpolation:?}: {value} at {y}, {x}");
                }
            }
            // In one chain nothing is lost.
            let joined = run(&chain([rotate(degrees, how), rotate(-degrees, how)]), &image);
            assert_near(joined.view(), image.view(), 1e-6);
        }
    }

    #[test]
    fn bicubic_is_exact_for_quadratic_polynomials(c in prop::array::uniform6(-1.0..1.0_f64), dx in -3.0..3.0_f64, dy in -3.0..3.0_f64) {
        let polynomial = |x: f64, y: f64| {
            0.5 + 0.05 * (c[0] + (c[1] * x + c[2] * y) / 16.0 + (c[3] * x * x + c[4] * x * y + c[5] * y * y) / 256.0)
        };
        let image = Array3::from_shape_fn((1, 16, 16), |(_, y, x)| polynomial(x as f64, y as f64) as f32);
        let interpolation = Interpolation::Bicubic;
        let moved = run(&always(Translate { x: dx.into(), y: dy.into(), interpolation, border: Border::Wrap }), &image);
        for y in 5..11 {
            for x in 5..11 {
                let want = polynomial(x as f64 - dx, y as f64 - dy);
                assert_abs_diff_eq!(f64::from(moved[[0, y, x]]), want, epsilon = 1e-6);
            }
        }
    }

    #[test]
    fn padding_is_the_border_and_a_centred_crop_takes_it_off(seed: u64, (c, h, w) in dims(), by in 0_usize..40, border in borders()) {
        let image = noise(seed, (c, h, w));
        let pad = Pad::all(by, border);
        let padded = run(&always(pad), &image);
        let shift = |v: f64| v - by as f64;
        let want = reference::warp(&image, (h + 2 * by, w + 2 * by), (Interpolation::Nearest, border), |x, y| (shift(x), shift(y)));
        prop_assert_eq!(&padded, &want);
        let crop = Crop { height: h, width: w, position: Position::Center };
        prop_assert_eq!(&run(&always(crop), &padded), &image);
        prop_assert_eq!(&run(&chain([pad.into(), crop.into()]), &image), &image);
    }

    #[test]
    fn a_random_crop_is_a_part(seed: u64, (c, h, w) in dims(), fh in 0.01..1.0_f64, fw in 0.01..1.0_f64, sample: u64) {
        let image = noise(seed, (c, h, w));
        let (height, width) = ((fh * h as f64).ceil() as usize, (fw * w as f64).ceil() as usize);
        let part = always(Crop { height, width, position: Position::Random }).apply(image.view(), seed, 0, sample).unwrap();
        let found = (0..=h - height).any(|top| (0..=w - width).any(|left| image.slice(s![.., top..top + height, left..left + width]) == part));
        prop_assert!(found);
    }

    #[test]
    fn elastic_is_a_smoothed_field(seed: u64, sample in 0..1_000_u64, border in borders(), alpha in 0.0..20.0_f64, sigma in 0.5..3.0_f64) {
        let (h, w) = (11, 14);
        let image = noise(seed, (2, h, w));
        let how = (Interpolation::Bilinear, border);
        let operator = Elastic { alpha: alpha.into(), sigma, interpolation: how.0, border };
        let found = always(operator).apply(image.view(), seed, 3, sample).unwrap();
        // The draws as documented: one for alpha, then the field.
        let mut stream = Stream::new(seed, "elastic", &[3, sample, 0]);
        let _: f64 = stream.uniform();
        let field = Array3::from_shape_simple_fn((2, h, w), || 0.5 + 0.5 * stream.uniform_in(-1.0_f32, 1.0));
        let field = reference::convolve(&field, &crate::blur::gaussian(sigma, None), Border::Reflect);
        let by = |axis: usize, x: f64, y: f64| alpha * (2.0 * f64::from(field[[axis, y as usize, x as usize]]) - 1.0);
        let want = reference::warp(&image, (h, w), how, |x, y| (x + by(0, x, y), y + by(1, x, y)));
        assert_near(found.view(), want.view(), 1e-4);
    }

    #[test]
    fn a_displacement_joins_its_neighbours(seed: u64, degrees in -45.0..45.0_f64) {
        let image = smooth(seed, (1, 32, 32));
        let border = Border::Reflect;
        let (turn, back) = (rotate(degrees, (Interpolation::Bilinear, border)), rotate(-degrees, (Interpolation::Bilinear, border)));
        // A field that is nearly none between two turns that undo each other: one sampling loses nothing.
        let elastic: Operator = Elastic { alpha: 1e-6.into(), sigma: 2.0, interpolation: Interpolation::Bilinear, border }.into();
        assert_near(run(&chain([turn, elastic, back]), &image).view(), image.view(), 1e-5);
    }
}

#[test]
fn a_wide_image_agrees_with_the_reference() {
    let image = noise(2, (1, 5, 1500));
    let how = (Interpolation::Bilinear, Border::Reflect);
    let want = reference::warp(&image, (5, 1500), how, turned(-3.0, centre(1500, 5)));
    assert_near(run(&always(rotate(-3.0, how)), &image).view(), want.view(), 2e-6);
}

#[test]
fn perspective_shows_the_image_between_four_corners() {
    let image = noise(3, (1, 30, 20)).mapv(|x| 0.5 + 0.5 * x);
    let chain = always(Perspective { distortion: 0.6, ..Perspective::default() });
    let shown: Vec<f64> = (0..200)
        .map(|sample| {
            let result = chain.apply(image.view(), 1, 0, sample).unwrap();
            result.iter().filter(|&&x| x > 0.0).count() as f64 / 600.0
        })
        .collect();
    // Corners move by 0.15 of each side on average: 0.7^2 of the area is left, and never less than 0.4^2.
    let mean = shown.iter().sum::<f64>() / 200.0;
    assert_abs_diff_eq!(mean, 0.49, epsilon = 0.06);
    assert!(shown.iter().all(|share| (0.14..=1.0).contains(share)));
}

#[test]
fn random_resized_crops_have_the_area_and_aspect_asked_for() {
    // Coordinates as values: the step between pixels of the result tells the part.
    let (h, w) = (60, 80);
    let image = Array3::from_shape_fn((2, h, w), |(c, y, x)| if c == 0 { x as f32 / 80.0 } else { y as f32 / 60.0 });
    let operator = RandomResizedCrop {
        area: Range::new(0.2, 0.4),
        aspect: Range::new(0.5, 2.0),
        ..RandomResizedCrop::new(10, 10)
    };
    for sample in 0..200 {
        let result = always(operator).apply(image.view(), 5, 0, sample).unwrap();
        let width = f64::from(result[[0, 5, 6]] - result[[0, 5, 5]]) * 80.0 * 10.0;
        let height = f64::from(result[[1, 6, 5]] - result[[1, 5, 5]]) * 60.0 * 10.0;
        let (area, aspect) = (width * height / 4800.0, width / height);
        assert!((0.19..0.41).contains(&area) && (0.48..2.08).contains(&aspect), "{width} x {height}");
        assert!(result[[0, 0, 0]] >= 0.0 && result[[0, 0, 9]] <= 79.0 / 80.0);
    }
}

#[test]
fn a_part_of_impossible_aspect_is_the_largest_in_the_middle() {
    let image = noise(1, (1, 4, 40));
    let operator = RandomResizedCrop { area: 1.0.into(), aspect: 1.0.into(), ..RandomResizedCrop::new(4, 4) };
    assert_eq!(run(&always(operator), &image), image.slice(s![.., .., 18..22]));
}

#[test]
fn a_rotation_after_a_crop_shows_what_lies_around() {
    let image = Array3::<u8>::from_elem((1, 40, 40), 200);
    let crop = Crop { height: 10, width: 10, position: Position::Center };
    let turn = Rotate { degrees: 45.0.into(), ..Rotate::default() };
    let joined = Chain::new(vec![Step::always(crop), Step::always(turn)]).unwrap();
    assert!(run(&joined, &image).iter().all(|&x| x == 200));
}
