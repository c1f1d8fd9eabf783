use latent_datasets::synthetic::moving_digits::MovingDigits;
use latent_datasets::synthetic::strokes;
use latent_datasets::{DatasetError, LabelledImages, Provenance};
use latent_numeric::parallel::with_threads;
use ndarray::{Array4, s};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn digits_are_where_they_are_said_to_be(seed: u64, digits in 1_usize..4, side in 28_usize..70, speed in 0.0..40.0_f64) {
        let images = strokes::generate(seed, 0..20);
        let recipe = MovingDigits { images: &images, digits, frames: 12, side, speeds: (0.5 * speed, speed) };
        for sequence in recipe.generate(seed, 3..5).unwrap() {
            let mut want = Array4::<u8>::zeros((12, 1, side, side));
            for t in 0..12 {
                for (digit, &image) in sequence.images.iter().enumerate() {
                    let [left, top] = [0, 1].map(|axis| sequence.positions[[t, digit, axis]].round() as usize);
                    let mut place = want.slice_mut(s![t, 0, top..top + 28, left..left + 28]);
                    place.zip_mut_with(&images.images().slice(s![image, 0, .., ..]), |a, &b| *a = (*a).max(b));
                    let velocity = sequence.velocities.slice(s![t, digit, ..]);
                    let found = velocity[0].hypot(velocity[1]);
                    prop_assert!(found > 0.5 * speed - 1e-9 && found < speed + 1e-9);
                }
            }
            prop_assert_eq!(&sequence.frames, &want);
            let room = (side - 28) as f64;
            prop_assert!(sequence.positions.iter().all(|p| (0.0..=room).contains(p)));
            let labels: Vec<u8> = sequence.images.iter().map(|&i| images.labels().unwrap()[i]).collect();
            prop_assert_eq!(sequence.labels, Some(labels));
        }
    }

    /// Between two edges a digit moves on by its velocity, and only an edge turns it.
    #[test]
    fn motion_is_straight_but_for_the_edges(seed: u64) {
        let images = strokes::generate(1, 0..3);
        let sequence = &MovingDigits::standard(&images).generate(seed, 0..1).unwrap()[0];
        let room = 36.0;
        for t in 0..19 {
            for digit in 0..2 {
                for axis in 0..2 {
                    let [at, next] = [t, t + 1].map(|t| sequence.positions[[t, digit, axis]]);
                    let [v, after] = [t, t + 1].map(|t| sequence.velocities[[t, digit, axis]]);
                    let straight = at + v;
                    let back = straight.abs();
                    let bounced = if back > room { 2.0 * room - back } else { back };
                    prop_assert!((next - bounced).abs() < 1e-9);
                    prop_assert_eq!(after.abs(), v.abs());
                    let inside = straight > 1e-9 && straight < room - 1e-9;
                    prop_assert!(!inside || after == v);
                    let beyond = straight < -1e-9 || straight > room + 1e-9;
                    prop_assert!(!beyond || after == -v);
                }
            }
        }
    }
}

#[test]
fn a_sequence_belongs_to_seed_and_number_alone() {
    let images = strokes::generate(1, 0..30);
    let recipe = MovingDigits::standard(&images);
    let few = with_threads(1, || recipe.generate(3, 0..4)).unwrap().unwrap();
    let some = with_threads(3, || recipe.generate(3, 2..4)).unwrap().unwrap();
    assert_eq!(few[2..], some[..]);
    assert_ne!(few[0], few[1]);
    assert!(MovingDigits::provenance(3).is_generated());
}

#[test]
fn parameters_out_of_their_domain() {
    let images = strokes::generate(1, 0..3);
    let none = LabelledImages::unlabelled("none", Array4::zeros((0, 1, 28, 28)), Provenance::Memory);
    let plain = MovingDigits::standard(&images);
    for recipe in [
        MovingDigits { images: &none, ..plain },
        MovingDigits { digits: 0, ..plain },
        MovingDigits { frames: 0, ..plain },
        MovingDigits { frames: usize::MAX, ..plain },
        MovingDigits { side: 27, ..plain },
        MovingDigits { side: usize::MAX, ..plain },
        MovingDigits { speeds: (-1.0, 2.0), ..plain },
        MovingDigits { speeds: (3.0, 2.0), ..plain },
        MovingDigits { speeds: (0.0, f64::NAN), ..plain },
    ] {
        assert!(matches!(recipe.generate(1, 0..1), Err(DatasetError::Parameter { .. })), "{recipe:?}");
    }
}
