//! What holds for all figures of samples and codes.

use latent_metrics::MetricError;
use latent_metrics::codes::{
    LabelledCodes, LatentStatistics, Probe, active_units, aggregate_posterior, ms_ssim, probe, ssim,
};
use latent_metrics::samples::{
    KidEstimator, KidOptions, beside_floor, classifier_score, density_coverage, frechet, kid, modes,
    nearest_neighbours, precision_recall,
};
use latent_numeric::linalg::svd;
use latent_numeric::parallel::with_threads;
use latent_numeric::random::Stream;
use ndarray::{Array2, Array4, Axis, array};
use proptest::prelude::*;

fn draw(seed: u64, name: &str, n: usize, d: usize) -> Array2<f64> {
    Stream::new(seed, name, &[]).normal_array((n, d))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn turned_samples_have_the_same_figures(seed: u64, n in 8_usize..40) {
        let [a, b] = ["a", "b"].map(|name| draw(seed, name, n, 3));
        let turn = svd(draw(seed, "turn", 3, 3).view()).unwrap().u;
        let [c, d] = [&a, &b].map(|x| x.dot(&turn));
        let close = |x: f64, y: f64| (x - y).abs() < 1e-8 * (1.0 + x.abs());
        let of = |x: &Array2<f64>, y: &Array2<f64>| {
            let found = density_coverage(x.view(), y.view(), 3).unwrap();
            let kid = kid(x.view(), y.view(), &KidOptions::default()).unwrap();
            [frechet(x.view(), y.view()).unwrap().squared, kid.squared, kid.standard_error, found.density,
                found.coverage, nearest_neighbours(x.view(), y.view()).unwrap().mean()]
        };
        for (x, y) in of(&a, &b).into_iter().zip(of(&c, &d)) {
            prop_assert!(close(x, y), "{x} and {y}");
        }
        // The order of samples means nothing.
        let order = Stream::new(seed, "order", &[]).permutation(n);
        for (x, y) in of(&a, &b).into_iter().zip(of(&a, &b.select(Axis(0), &order))) {
            prop_assert!(close(x, y), "{x} and {y}");
        }
    }

    #[test]
    fn single_precision_is_the_same_numbers(seed: u64) {
        let [a, b] = ["a", "b"].map(|name| draw(seed, name, 20, 3).mapv(|x| x as f32));
        let [c, d] = [&a, &b].map(|x| x.mapv(f64::from));
        prop_assert_eq!(frechet(a.view(), b.view()), frechet(c.view(), d.view()));
        prop_assert_eq!(precision_recall(a.view(), b.view(), 2), precision_recall(c.view(), d.view(), 2));
        // Also of other layouts.
        let turned = c.t().as_standard_layout().into_owned();
        prop_assert_eq!(kid(turned.t(), d.view(), &KidOptions::default()), kid(c.view(), d.view(), &KidOptions::default()));
    }

    #[test]
    fn scores_are_bounded(seed: u64, n in 2_usize..30, parts in 1_usize..3) {
        let logits = draw(seed, "logits", n, 4) * 5.0;
        let found = classifier_score(logits.view(), parts).unwrap();
        prop_assert!((1.0 - 1e-12..=4.0 + 1e-12).contains(&found.score));
        let labels: Vec<usize> = (0..n).map(|i| i * i % 5).collect();
        let found = modes(&labels, 5).unwrap();
        prop_assert!(found.effective >= 1.0 - 1e-12 && found.effective <= found.seen as f64 + 1e-12);
        prop_assert!(found.divergence_from(&found).unwrap().abs() < 1e-12);
    }

    #[test]
    fn similarity_is_symmetric_and_at_most_one(seed: u64, noise in 0.0_f64..1.0) {
        let mut stream = Stream::new(seed, "images", &[]);
        let x: Array4<f64> = stream.uniform_array((2, 2, 12, 15));
        let y = &x * (1.0 - noise) + stream.uniform_array::<f64, _, _>((2, 2, 12, 15)) * noise;
        let found = ssim(x.view(), y.view(), 1.0).unwrap();
        prop_assert!(found.iter().all(|s| *s <= 1.0 + 1e-12));
        let back = ssim((y * 255.0).view(), (x * 255.0).view(), 255.0).unwrap();
        prop_assert!((found - back).iter().all(|d| d.abs() < 1e-10));
    }

    #[test]
    fn statistics_batch_by_batch_are_those_of_all(seed: u64, n in 2_usize..20, cut in 0_usize..20) {
        let means = draw(seed, "means", n, 3);
        let (first, second) = means.view().split_at(Axis(0), cut.min(n));
        let mut statistics = LatentStatistics::new(3);
        [first, second].into_iter().for_each(|part| statistics.add(part, part.mapv(f64::abs).view()));
        let whole = active_units(means.view()).unwrap();
        prop_assert!((&statistics.variance_of_means() - &whole.variances).iter().all(|d| d.abs() < 1e-10));
        prop_assert!((&whole.variances - &means.var_axis(Axis(0), 1.0)).iter().all(|d| d.abs() < 1e-10));
        prop_assert_eq!(statistics.active_units(LatentStatistics::ACTIVE), whole.count);
    }
}

#[test]
fn threads_change_nothing() {
    let [a, b] = ["a", "b"].map(|name| draw(1, name, 700, 5));
    let labels: Vec<usize> = (0..700).map(|i| i % 3).collect();
    let set = LabelledCodes { codes: a.view(), labels: &labels };
    let subsets =
        KidOptions { estimator: KidEstimator::Subsets { count: 5, size: 100, seed: 1 }, ..Default::default() };
    let of = || {
        (
            kid(a.view(), b.view(), &KidOptions::default()).unwrap(),
            kid(a.view(), b.view(), &subsets).unwrap(),
            frechet(a.view(), b.view()).unwrap(),
            nearest_neighbours(a.view(), b.view()).unwrap(),
            aggregate_posterior(a.view(), 10).unwrap(),
            [Probe::Linear { penalty: 1e-3 }, Probe::Neighbours { k: 3 }]
                .map(|by| probe(set, set, 3, by, &[50, 700], 1).unwrap()),
        )
    };
    assert_eq!(with_threads(1, of).unwrap(), with_threads(3, of).unwrap());
}

/// Every figure beside its floor; a model as good as the data is at it.
#[test]
fn floors() {
    let [train, test, samples] = ["train", "test", "samples"].map(|name| draw(2, name, 300, 3));
    let (r, f, s) = (test.view(), train.view(), samples.view());
    let of = beside_floor(r, f, s, frechet).unwrap();
    assert!(of.figure.squared < 4.0 * of.floor.squared && of.floor.squared > 0.0);
    let of = beside_floor(r, f, s, |a, b| kid(a, b, &KidOptions::default())).unwrap();
    assert!((of.figure.squared - of.floor.squared).abs() < 5.0 * (of.figure.standard_error + of.floor.standard_error));
    let of = beside_floor(r, f, s, |a, b| precision_recall(a, b, 3)).unwrap();
    assert!((of.figure.precision - of.floor.precision).abs() < 0.1);
    let of = beside_floor(r, f, s, |a, b| density_coverage(a, b, 5)).unwrap();
    assert!((of.figure.coverage - of.floor.coverage).abs() < 0.1);
    let of = beside_floor(f, r, s, nearest_neighbours).unwrap();
    assert!((of.figure.median() / of.floor.median() - 1.0).abs() < 0.2);
    let of = beside_floor(f, r, f, nearest_neighbours).unwrap();
    assert_eq!((of.figure.copies(), of.figure.distinct(), of.floor.copies()), (300, 300, 0));
    let of = beside_floor(f, f, s, |_, logits| classifier_score(logits, 2)).unwrap();
    assert!((of.figure.score / of.floor.score - 1.0).abs() < 0.2);
}

#[test]
fn probes_learn_with_labels() {
    let labels: Vec<usize> = (0..600).map(|i| i % 3).collect();
    let codes = Array2::from_shape_fn((600, 2), |(n, j)| [[0.0, 3.0], [3.0, 0.0], [-3.0, -3.0]][n % 3][j])
        + draw(1, "noise", 600, 2);
    let (train, test) = codes.view().split_at(Axis(0), 300);
    let train = LabelledCodes { codes: train, labels: &labels[..300] };
    let test = LabelledCodes { codes: test, labels: &labels[300..] };
    for by in [Probe::Linear { penalty: 1e-3 }, Probe::Neighbours { k: 5 }] {
        let found = probe(train, test, 3, by, &[10, 300], 7).unwrap();
        assert!(found[1].accuracy > 0.9 && found[0].accuracy > 0.6, "{found:?}");
        assert!((found[1].floor - 1.0 / 3.0).abs() < 1e-12 && found[1].test == 300);
    }
}

#[test]
fn input_that_is_none() {
    let x = draw(1, "x", 6, 3);
    let text = |error: MetricError| error.to_string();
    let one = x.slice(ndarray::s![..1, ..]);
    assert_eq!(text(frechet(x.view(), one).unwrap_err()), "Fréchet distance: 1 samples, but 2 or more are needed");
    let narrow = x.slice(ndarray::s![.., ..2]);
    assert_eq!(
        text(kid(x.view(), narrow, &KidOptions::default()).unwrap_err()),
        "KID: features of samples number 2, where 3 are expected"
    );
    assert_eq!(
        text(precision_recall(x.view(), x.view(), 6).unwrap_err()),
        "precision and recall: 6 neighbours of each of 6 real samples, which have 1 to 5 of them"
    );
    let mut bad = x.clone();
    bad[[2, 1]] = f64::INFINITY;
    assert_eq!(
        text(density_coverage(x.view(), bad.view(), 2).unwrap_err()),
        "density and coverage: samples must be finite, but element 7, in row-major order, is inf"
    );
    assert_eq!(text(modes(&[0, 3], 3).unwrap_err()), "modes: class 3 at position 1, but there are 3 classes, from 0");
    let labels = [0; 5];
    let set = LabelledCodes { codes: x.view(), labels: &labels };
    assert_eq!(
        text(probe(set, set, 1, Probe::Neighbours { k: 1 }, &[1], 0).unwrap_err()),
        "probe: labels number 5, where 6 are expected"
    );
    let small: Array4<f32> = Array4::zeros((1, 1, 28, 28));
    assert_eq!(
        text(ms_ssim(small.view(), small.view(), 1.0).unwrap_err()),
        "MS-SSIM: 28 pixels along the shorter side, but 161 or more are needed"
    );
    let options = KidOptions { estimator: KidEstimator::Subsets { count: 2, size: 7, seed: 0 }, ..Default::default() };
    assert_eq!(
        text(kid(x.view(), x.view(), &options).unwrap_err()),
        "KID: size of subsets is 7, which is not 2 to the number of samples"
    );
    assert_eq!(
        text(classifier_score(array![[1.0], [2.0]].view(), 1).unwrap_err()),
        "classifier score: 1 classes, but 2 or more are needed"
    );
}
