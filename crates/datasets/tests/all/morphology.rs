use crate::golden::golden;
use latent_datasets::factors::{Evenly, FactorImages};
use latent_datasets::morphology::{MorphedDigits, Morphometrics, Wanted, measure, measure_all};
use latent_datasets::named::{Locate, Name, load};
use latent_datasets::synthetic::strokes;
use latent_datasets::{DatasetError, LabelledImages, Provenance, Rows};
use latent_needs::Need;
use latent_numeric::parallel::{map, with_threads};
use ndarray::{Array2, Array4, s};
use proptest::prelude::*;

fn digit(seed: u64) -> Array2<u8> {
    strokes::generate(seed, 0..1).images().slice(s![0, 0, .., ..]).to_owned()
}

/// A bar of this slant and thickness, smooth at its edges.
fn bar(slant: f64, thickness: f64) -> Array2<u8> {
    Array2::from_shape_fn((28, 28), |(y, x)| {
        let (x, y) = (x as f64 - 13.5, y as f64 - 13.5);
        let across = (x + slant.tan() * y).abs() * slant.cos();
        let along = y.abs();
        let cover = |inside: f64| (inside + 0.5).clamp(0.0, 1.0);
        (255.0 * cover(thickness / 2.0 - across) * cover(8.0 - along)).round() as u8
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// The ridges of a bar run into its corners, where the distance falls to zero: the thickness lies between that of
    /// the bar and `t / (1 + t / h)`, which all of the ridges come to for a height of `h`.
    #[test]
    fn bars_measure_what_they_are(slant in -0.5..0.5_f64, thickness in 2.0..6.0_f64) {
        let found = measure(bar(slant, thickness).view()).unwrap();
        let ridges = thickness / (1.0 + thickness / 16.0);
        prop_assert!(ridges - 0.4 < found.thickness && found.thickness < thickness + 0.4, "{found:?}");
        prop_assert!((found.slant - slant).abs() < 0.04, "{found:?}");
        prop_assert!((found.height - 16.0).abs() < 0.6, "{found:?}");
        // An eighth of a pixel and a little along the edge.
        let (area, edge) = (16.0 * thickness / slant.cos(), 2.0 * (16.0 + thickness) / slant.cos());
        prop_assert!((found.area - area).abs() < 0.15 * edge, "{found:?}");
    }

    /// A shift of pixels changes nothing but the tails of the spline at the border, and a mirror the side of the slant.
    #[test]
    fn shifts_and_mirrors(seed: u64) {
        let digit = digit(seed);
        let plain = Array2::from_shape_fn((60, 60), |(y, x)| {
            let inside = (16..44).contains(&y) && (16..44).contains(&x);
            if inside { digit[[y - 16, x - 16]] } else { 0 }
        });
        let shifted = Array2::from_shape_fn((60, 60), |(y, x)| plain[[(y + 57) % 60, (x + 5) % 60]]);
        let mirrored = plain.slice(s![.., ..;-1]);
        let [plain, shifted, mirrored] = [plain.view(), shifted.view(), mirrored].map(|image| measure(image).unwrap());
        for (a, b) in plain.values().iter().zip(shifted.values()) {
            prop_assert!((a - b).abs() < 1e-4, "{plain:?} {shifted:?}");
        }
        prop_assert!((plain.slant + mirrored.slant).abs() < 1e-9);
        prop_assert!((plain.area - mirrored.area).abs() < 1e-9 && (plain.height - mirrored.height).abs() < 1e-9);
    }

    /// A thickness can be out of reach by a jump, where an edge that moves joins or parts lines.
    #[test]
    fn thickness_and_slant_are_as_wanted(seed: u64, thickness in 1.8..4.5_f64, slant in -0.3..0.5_f64) {
        let digit = digit(seed);
        let before = measure(digit.view()).unwrap();
        for wanted in [
            Wanted { thickness: Some(thickness), slant: None },
            Wanted { thickness: None, slant: Some(slant) },
            Wanted { thickness: Some(thickness), slant: Some(slant) },
        ] {
            let changed = wanted.apply(digit.view()).unwrap();
            let found = changed.measured;
            prop_assert_eq!(measure(changed.image.view()).unwrap(), found);
            prop_assert!(wanted.thickness.is_none_or(|want| (found.thickness - want).abs() < 0.4), "{wanted:?} {found:?}");
            prop_assert!(wanted.slant.is_none_or(|want| (found.slant - want).abs() < 0.02), "{wanted:?} {found:?}");
            // The digit is still there.
            prop_assert!(found.height > 0.7 * before.height && found.length > 0.4 * before.length, "{before:?} {found:?}");
        }
        prop_assert_eq!(&Wanted::default().apply(digit.view()).unwrap().image, &digit);
    }
}

/// Digits that the measurements of another program are of.
fn drawn() -> LabelledImages {
    strokes::generate(11, 0..24)
}

#[test]
#[ignore = "writes the digits that tests/golden/morphology.py measures"]
fn write_morphology_digits() {
    let rows: Vec<String> = drawn()
        .images()
        .outer_iter()
        .map(|digit| digit.iter().map(u8::to_string).collect::<Vec<_>>().join(","))
        .collect();
    let path = format!("{}/tests/golden/morphology_digits.csv", env!("CARGO_MANIFEST_DIR"));
    std::fs::write(path, rows.join("\n") + "\n").unwrap();
}

/// Everything but the skeleton is the same in both; the skeletons differ where ties are broken.
#[test]
fn measurements_of_another_program() {
    let digits = golden("morphology_digits").mapv(|v| v as u8);
    let want = golden("morphology");
    for (digit, want) in digits.outer_iter().zip(want.outer_iter()) {
        let found = measure(digit.into_shape_with_order((28, 28)).unwrap()).unwrap();
        let relative = |i: usize| (found.values()[i] / want[i] - 1.0).abs();
        assert!((found.area - want[0]).abs() < 0.13, "{found:?}, {want}");
        assert!(relative(1) < 0.06 && relative(2) < 0.01, "{found:?}, {want}");
        assert!((found.slant - want[3]).abs() < 1e-9, "{found:?}, {want}");
        assert!(relative(4) < 1e-9 && relative(5) < 1e-9, "{found:?}, {want}");
    }
}

#[test]
fn the_same_for_any_number_of_threads() {
    let digits = drawn();
    let all = |threads| with_threads(threads, || measure_all(&digits, Rows::All)).unwrap().unwrap();
    assert_eq!(all(1), all(3));
    let some = measure_all(&digits, Rows::Indices(&[5, 2])).unwrap();
    assert_eq!(some, [all(2)[5], all(2)[2]]);
}

#[test]
fn digits_on_a_grid() {
    let set = MorphedDigits::new(drawn(), Some(Evenly::new(2, 2.0, 4.0)), Some(Evenly::new(3, -0.2, 0.4))).unwrap();
    assert_eq!(set.grid().len(), 24 * 6);
    let index = set.grid().index(&[7, 1, 2]);
    let wanted = set.wanted(index);
    assert_eq!((wanted.thickness, wanted.slant), (Some(4.0), Some(0.4)));
    let image = set.images(Rows::Indices(&[index])).unwrap();
    assert_eq!(image.slice(s![0, 0, .., ..]), set.changed(index).image);
    let labelled = set.labelled(Rows::Range(0..12), "thickness").unwrap();
    assert_eq!(labelled.labels().unwrap(), [0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1]);
    let only = MorphedDigits::new(drawn(), None, Some(Evenly::held(0.1))).unwrap();
    assert_eq!((only.wanted(3).thickness, only.wanted(3).slant), (None, Some(0.1)));
    assert!(only.provenance().is_generated());
}

#[test]
fn parameters_out_of_their_domain() {
    let digit = digit(1);
    for wanted in [
        Wanted { thickness: Some(0.0), slant: None },
        Wanted { thickness: Some(f64::NAN), slant: None },
        Wanted { thickness: None, slant: Some(1.6) },
    ] {
        assert!(matches!(wanted.apply(digit.view()), Err(DatasetError::Parameter { .. })), "{wanted:?}");
    }
    for blank in [Array2::zeros((28, 28)), Array2::from_elem((3, 5), 9), Array2::zeros((0, 0)), Array2::zeros((0, 4))] {
        assert!(matches!(measure(blank.view()), Err(DatasetError::Parameter { name: "image", .. })));
        assert!(Wanted { thickness: Some(2.0), slant: Some(0.1) }.apply(blank.view()).is_err());
    }
    let set = |shape| LabelledImages::unlabelled("blank", Array4::zeros(shape), Provenance::Memory);
    let error = measure_all(&set((2, 1, 28, 28)), Rows::All).unwrap_err().to_string();
    assert!(error.contains("number 0 of blank"), "{error}");
    assert!(measure_all(&set((2, 3, 28, 28)), Rows::All).is_err());
    assert!(MorphedDigits::new(set((0, 1, 28, 28)), None, None).is_err());
    assert!(MorphedDigits::new(set((2, 1, 28, 28)), None, None).is_err());
    assert!(MorphedDigits::new(drawn(), Some(Evenly::new(2, -1.0, 1.0)), None).is_err());
    assert!(MorphedDigits::new(drawn(), None, Some(Evenly::new(2, 0.0, 2.0))).is_err());
    // What cannot be had is not: the nearest is.
    let thick = Wanted { thickness: Some(100.0), slant: None }.apply(digit.view()).unwrap();
    assert!(thick.measured.thickness > 6.0, "{:?}", thick.measured);
}

/// What the documentation of the module says of MNIST's test images.
#[test]
fn digits_of_mnist() {
    let Some(_) = Need::Mnist.find() else { return };
    let mnist = load(Name::Mnist, &Locate::from_environment().download(false), &mut |_| {}).unwrap().test;
    let all = measure_all(&mnist, Rows::All).unwrap();
    let moments = |i: usize| {
        let values = || all.iter().map(|measured| measured.values()[i]);
        let mean = values().sum::<f64>() / all.len() as f64;
        (mean, (values().map(|v| (v - mean).powi(2)).sum::<f64>() / all.len() as f64).sqrt())
    };
    for (i, name) in Morphometrics::NAMES.iter().enumerate() {
        println!("{name}: {:?}", moments(i));
    }
    let ((thickness, _), (slant, _)) = (moments(2), moments(3));
    assert!((2.0..3.0).contains(&thickness) && (0.05..0.3).contains(&slant), "{thickness} {slant}");

    // Digits changed to another's thickness and slant.
    let errors = map(0..200, |_, i| {
        let wanted = Wanted { thickness: Some(all[i + 200].thickness), slant: Some(all[i + 200].slant) };
        let measured = wanted.apply(mnist.images().slice(s![i, 0, .., ..])).unwrap().measured;
        [measured.thickness - all[i + 200].thickness, measured.slant - all[i + 200].slant].map(f64::abs)
    });
    for (i, most) in [0.1, 0.02].into_iter().enumerate() {
        let mut errors: Vec<f64> = errors.iter().map(|error| error[i]).collect();
        errors.sort_by(f64::total_cmp);
        println!("errors: median {}, of 19 in 20 at most {}, greatest {}", errors[100], errors[190], errors[199]);
        assert!(errors[190] < most);
    }
}
