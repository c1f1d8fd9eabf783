use approx::assert_abs_diff_eq;
use latent_datasets::DatasetError;
use latent_datasets::whiten::{Kind, Whitening};
use latent_numeric::random::Stream;
use ndarray::{Array2, Axis, s};
use proptest::prelude::*;

/// Correlated data with a mean.
fn data(seed: u64, n: usize, features: usize) -> Array2<f64> {
    let mut stream = Stream::new(seed, "data", &[]);
    let z: Array2<f64> = stream.normal_array((n, features));
    let mix: Array2<f64> = stream.normal_array((features, features));
    z.dot(&(mix + 2.0 * Array2::<f64>::eye(features))) + &stream.normal_array::<f64, _, _>(features)
}

fn covariance(x: &Array2<f64>) -> Array2<f64> {
    let centred = x - &x.mean_axis(Axis(0)).unwrap();
    centred.t().dot(&centred) / x.nrows() as f64
}

fn largest(x: &Array2<f64>) -> f64 {
    x.iter().fold(0.0, |m, v| v.abs().max(m))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_covariance_becomes_the_identity(seed: u64, features in 1_usize..12, zca: bool) {
        let x = data(seed, 4 * features + 20, features);
        let kind = if zca { Kind::Zca } else { Kind::Pca { components: None } };
        let whitening = Whitening::fit(x.view(), kind, 0.0).unwrap();
        let y = whitening.apply(x.view());
        // The error grows with the condition of the covariance.
        let v = whitening.variances();
        let tolerance = 1e-13 * features as f64 * v[0] / v[features - 1] + 1e-12;
        prop_assert!(largest(&(covariance(&y) - Array2::<f64>::eye(features))) < tolerance);
        prop_assert!(y.mean_axis(Axis(0)).unwrap().iter().all(|m| m.abs() < tolerance));
        prop_assert!(largest(&(whitening.invert(y.view()) - &x)) < tolerance * (1.0 + largest(&x)));
        if zca {
            prop_assert_eq!(whitening.matrix(), &whitening.matrix().t());
        }
    }

    #[test]
    fn epsilon_shrinks_each_direction(seed: u64, features in 1_usize..8, epsilon in 1e-6..10.0_f64) {
        let x = data(seed, 60, features);
        let whitening = Whitening::fit(x.view(), Kind::Pca { components: None }, epsilon).unwrap();
        let shrunk = whitening.variances().mapv(|v| v / (v + epsilon));
        let y = whitening.apply(x.view());
        prop_assert!(largest(&(covariance(&y) - Array2::from_diag(&shrunk))) < 1e-7);
        prop_assert!(largest(&(whitening.invert(y.view()) - &x)) < 1e-7);
    }

    #[test]
    fn the_first_components_leave_out_the_least_variance(seed: u64, features in 2_usize..8, k in 1_usize..8) {
        let k = k.min(features);
        let x = data(seed, 60, features);
        let all = Whitening::fit(x.view(), Kind::Pca { components: None }, 0.0).unwrap();
        let some = Whitening::fit(x.view(), Kind::Pca { components: Some(k) }, 0.0).unwrap();
        let first = all.apply(x.view()).slice(s![.., ..k]).to_owned();
        prop_assert!(largest(&(some.apply(x.view()) - first)) < 1e-10);
        // Eckart and Young: what is lost is the sum of the variances left out.
        let lost = (some.invert(some.apply(x.view()).view()) - &x).mapv(|d| d * d).sum() / 60.0;
        let left: f64 = all.variances().iter().skip(k).sum();
        assert_abs_diff_eq!(lost, left, epsilon = 1e-9 * (1.0 + all.variances().sum()));
    }

    #[test]
    fn no_whitening_is_nearer_to_the_data_than_zca(seed: u64, features in 2_usize..6) {
        let x = data(seed, 60, features);
        let fit = |kind| Whitening::fit(x.view(), kind, 0.0).unwrap().apply(x.view());
        let centred = &x - &x.mean_axis(Axis(0)).unwrap();
        let (zca, pca) = (fit(Kind::Zca), fit(Kind::Pca { components: None }));
        let distance = |y: &Array2<f64>| (y - &centred).mapv(|d| d * d).sum();
        prop_assert!(distance(&zca) <= distance(&pca) * (1.0 + 1e-9));
        let angle = Stream::new(seed, "turn", &[]).uniform_in(-1.0, 1.0_f64);
        let mut turned = zca.clone();
        turned.column_mut(0).assign(&(angle.cos() * &zca.column(0) - angle.sin() * &zca.column(1)));
        turned.column_mut(1).assign(&(angle.sin() * &zca.column(0) + angle.cos() * &zca.column(1)));
        prop_assert!(distance(&zca) <= distance(&turned) * (1.0 + 1e-9));
    }
}

#[test]
fn data_that_cannot_be_whitened() {
    let mut x = data(1, 30, 4);
    let third = &x.column(0) + &x.column(1);
    x.column_mut(2).assign(&third);
    let error = Whitening::fit(x.view(), Kind::Zca, 0.0).unwrap_err();
    assert!(matches!(error, DatasetError::Singular { component: 3, features: 4, .. }), "{error}");
    assert!(Whitening::fit(x.view(), Kind::Zca, 1e-3).is_ok());
    assert!(Whitening::fit(x.view(), Kind::Pca { components: Some(3) }, 0.0).is_ok());
    let constant = Array2::<f64>::ones((5, 2));
    assert!(matches!(
        Whitening::fit(constant.view(), Kind::Zca, 0.0),
        Err(DatasetError::Singular { component: 0, .. })
    ));
    x[[3, 1]] = f64::NAN;
    assert!(matches!(Whitening::fit(x.view(), Kind::Zca, 0.1), Err(DatasetError::Decomposition { .. })));
    let x = data(1, 30, 4);
    for (kind, epsilon) in [
        (Kind::Zca, -1.0),
        (Kind::Zca, f64::NAN),
        (Kind::Pca { components: Some(0) }, 0.0),
        (Kind::Pca { components: Some(5) }, 0.0),
    ] {
        assert!(matches!(Whitening::fit(x.view(), kind, epsilon), Err(DatasetError::Parameter { .. })));
    }
    assert!(matches!(Whitening::fit(x.slice(s![..0, ..]), Kind::Zca, 0.0), Err(DatasetError::Parameter { .. })));
}
