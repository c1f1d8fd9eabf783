use approx::assert_abs_diff_eq;
use latent_datasets::DatasetError;
use latent_datasets::folder::{Channels, read_folder};
use latent_datasets::olshausen_field::{DEFAULT_CUTOFF, filter, to_unit_variance};
use latent_datasets::patches::{random_patches, remove_mean};
use latent_numeric::random::Stream;
use ndarray::{Array2, Axis};
use proptest::prelude::*;
use std::f64::consts::TAU;

fn largest(x: &Array2<f64>) -> f64 {
    x.iter().fold(0.0, |m, v| v.abs().max(m))
}

fn shifted(x: &Array2<f64>, dy: usize, dx: usize) -> Array2<f64> {
    let (h, w) = x.dim();
    Array2::from_shape_fn((h, w), |(i, j)| x[[(i + dy) % h, (j + dx) % w]])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn linear_and_symmetric_and_free_of_place(
        seed: u64, h in 1_usize..24, w in 1_usize..24, dy in 0_usize..24, dx in 0_usize..24, a in -3.0..3.0_f64, cutoff in 0.05..0.6_f64,
    ) {
        let mut stream = Stream::new(seed, "images", &[]);
        let (x, y): (Array2<f64>, Array2<f64>) = (stream.normal_array((h, w)), stream.normal_array((h, w)));
        let f = |x: &Array2<f64>| filter(x.view(), cutoff).unwrap();
        prop_assert!(largest(&(f(&(a * &x + &y)) - (a * &f(&x) + &f(&y)))) < 1e-12);
        prop_assert!(largest(&(f(&shifted(&x, dy, dx)) - shifted(&f(&x), dy, dx))) < 1e-12);
        assert_abs_diff_eq!((&f(&x) * &y).sum(), (&x * &f(&y)).sum(), epsilon = 1e-11);
        prop_assert!(f(&x).sum().abs() < 1e-10);
        // Turning the picture by a quarter turns the result.
        prop_assert!(largest(&(f(&x.t().to_owned()) - f(&x).t())) < 1e-12);
    }

    #[test]
    fn a_wave_is_scaled_by_the_formula(h in 2_usize..20, w in 2_usize..20, u in 0_usize..20, v in 0_usize..20, phase in 0.0..TAU) {
        let (u, v) = (u % (w / 2 + 1), v % (h / 2 + 1));
        let (fx, fy) = (u as f64 / w as f64, v as f64 / h as f64);
        let wave = Array2::from_shape_fn((h, w), |(y, x)| (TAU * (fx * x as f64 + fy * y as f64) + phase).cos());
        let f = fx.hypot(fy);
        let want = f * (-(f / DEFAULT_CUTOFF).powi(4)).exp() * &wave;
        prop_assert!(largest(&(filter(wave.view(), DEFAULT_CUTOFF).unwrap() - want)) < 1e-12);
    }
}

#[test]
fn parameters_out_of_their_domain() {
    for cutoff in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(filter(Array2::<f32>::ones((3, 3)).view(), cutoff), Err(DatasetError::Parameter { .. })));
    }
    assert_eq!(filter(Array2::<f32>::ones((0, 3)).view(), 0.4).unwrap().dim(), (0, 3));
}

#[test]
fn unit_variance_over_all_images() {
    let mut images = [Array2::from_elem((2, 2), 1.0), Array2::from_elem((2, 2), 5.0)];
    assert_eq!(to_unit_variance(&mut images), 2.0);
    assert_eq!((images[0][[0, 0]], images[1][[1, 1]]), (0.5, 2.5));
    let mut flat = [Array2::from_elem((2, 2), 1.0_f32)];
    assert_eq!(to_unit_variance(&mut flat), 1.0);
    assert_eq!(flat[0][[0, 0]], 1.0);
}

/// The transforms of sizes that are no powers of two leave rounding noise, which is no structure.
#[test]
fn an_image_of_one_value_has_nothing_left() {
    for (height, width) in [(101, 99), (1, 1), (64, 64), (7, 300), (321, 481)] {
        for value in [77.0, 0.1, 1e-30, 1e30, -3.0] {
            let flat = filter(Array2::<f64>::from_elem((height, width), value).view(), DEFAULT_CUTOFF).unwrap();
            assert!(flat.iter().all(|v| *v == 0.0), "{value} on {height} x {width}: {}", largest(&flat));
            let mut images = [flat];
            assert_eq!(to_unit_variance(&mut images), 1.0);
        }
    }
    // The smallest step of eight bits, at one pixel, is left.
    let mut speck = Array2::from_elem((101, 99), 77.0_f64);
    speck[[50, 50]] = 78.0;
    let left = filter(speck.view(), DEFAULT_CUTOFF).unwrap();
    assert!(largest(&left) > 0.01, "{}", largest(&left));
}

#[test]
fn images_of_one_value_have_no_variance() {
    for value in [0.1_f64, 77.3, 1e-20, 1e20] {
        let flat = Array2::from_elem((101, 99), value);
        let mut images = [flat.clone(), flat.clone()];
        assert_eq!(to_unit_variance(&mut images), 1.0);
        assert_eq!(images, [flat.clone(), flat]);
    }
    let mut tiny = [Array2::from_shape_fn((10, 10), |(i, _)| if i % 2 == 0 { 1e-20_f64 } else { -1e-20 })];
    assert_abs_diff_eq!(to_unit_variance(&mut tiny) / 1e-20, 1.0, epsilon = 1e-12);
}

#[test]
fn natural_images_are_flattened() {
    let Some(data) = latent_needs::Need::Bsds.find() else { return };
    let folder = read_folder(data.join("bsds/train"), Channels::Grey).unwrap();
    assert!(folder.failed.is_empty() && folder.pictures.len() == 100);
    let raw: Vec<Array2<f64>> = folder.pictures[..30].iter().map(|p| p.unit().index_axis_move(Axis(0), 0)).collect();
    let mut flat: Vec<Array2<f64>> = raw.iter().map(|image| filter(image.view(), DEFAULT_CUTOFF).unwrap()).collect();
    to_unit_variance(&mut flat);
    // The correlation of pixels four apart: large in natural images, small after the filter.
    let correlation = |images: &[Array2<f64>]| {
        let cubes: Vec<_> = images.iter().map(|image| image.clone().insert_axis(Axis(0))).collect();
        let mut runs = random_patches(&cubes, (1, 5), 20_000, 3).unwrap();
        let mean = runs.mean().unwrap();
        runs -= mean;
        (&runs.column(0) * &runs.column(4)).sum() * 5.0 / runs.mapv(|v| v * v).sum()
    };
    let (before, after) = (correlation(&raw), correlation(&flat));
    assert!(before > 0.7 && after.abs() < 0.2, "{before} before, {after} after");
    let cubes: Vec<_> = flat.into_iter().map(|image| image.insert_axis(Axis(0))).collect();
    let mut patches = random_patches(&cubes, (12, 12), 500, 3).unwrap();
    remove_mean(patches.view_mut());
    let variance = patches.mapv(|v| v * v).mean().unwrap();
    assert!((0.6..1.3).contains(&variance), "{variance}");
}
