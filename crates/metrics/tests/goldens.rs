//! Figures against other people's programs (`golden/goldens.py`).

use latent_metrics::codes::{
    aggregate_posterior, kl_by_dimension, ms_ssim, posterior_calibration, reconstruction, ssim,
};
use latent_metrics::disentanglement::{
    Information, Labelled, ModelCodes, Predictability, Similarity, dci, explicitness, irs, lasso_importances, mig,
    modularity, mutual_information, sap, udr,
};
use latent_metrics::likelihood::log_likelihood;
use latent_metrics::samples::{
    KidOptions, classifier_score, density_coverage, frechet, kid, nearest_neighbours, precision_recall,
};
use ndarray::{Array2, Array4, ArrayD, IxDyn, s};
use serde_json::Value;
use std::sync::LazyLock;

static GOLDEN: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("golden/goldens.json")).expect("well-formed JSON"));

/// One of a case's arrays.
fn array(case: &str, name: &str) -> ArrayD<f64> {
    let entry = &GOLDEN["cases"][case][name];
    let list = |key: &str| entry[key].as_array().unwrap_or_else(|| panic!("{case} has no {name}"));
    let shape: Vec<usize> = list("shape").iter().map(|n| n.as_u64().expect("a length") as usize).collect();
    let data = list("data").iter().map(|x| x.as_f64().expect("a number")).collect();
    ArrayD::from_shape_vec(IxDyn(&shape), data).expect("as many elements as the shape has")
}

fn matrix(case: &str, name: &str) -> Array2<f64> {
    array(case, name).into_dimensionality().expect("a matrix")
}

/// Holds numbers against those of a case.
#[track_caller]
fn check<'a>(case: &str, name: &str, got: impl IntoIterator<Item = &'a f64>, tolerance: f64) {
    let (got, want): (Vec<&f64>, ArrayD<f64>) = (got.into_iter().collect(), array(case, name));
    assert_eq!(got.len(), want.len(), "{case}: {name}");
    for (i, (x, y)) in got.into_iter().zip(&want).enumerate() {
        assert!((x - y).abs() <= tolerance * (1.0 + y.abs()), "{case}: {name}[{i}] is {x}, not {y}");
    }
}

#[test]
fn samples() {
    let (real, fake) = (matrix("samples", "real"), matrix("samples", "fake"));
    let check = |name: &str, got: &[f64]| check("samples", name, got, 1e-10);
    check("frechet", &[frechet(real.view(), fake.view()).unwrap().squared]);
    check("kid", &[kid(real.view(), fake.view(), &KidOptions::default()).unwrap().squared]);
    let shares = precision_recall(real.view(), fake.view(), 3).unwrap();
    check("precision", &[shares.precision]);
    check("recall", &[shares.recall]);
    let shares = density_coverage(real.view(), fake.view(), 3).unwrap();
    check("density", &[shares.density]);
    check("coverage", &[shares.coverage]);
    check("nearest", &nearest_neighbours(real.view(), fake.view()).unwrap().distances);
}

#[test]
fn classes() {
    let found = classifier_score(matrix("classifier_score", "logits").view(), 3).unwrap();
    check("classifier_score", "score", &[found.score], 1e-12);
    check("classifier_score", "deviation", &[found.deviation], 1e-12);
}

#[test]
fn disentanglement() {
    let (codes, factors) = (matrix("disentanglement", "codes"), matrix("disentanglement", "factors"));
    let factors = factors.mapv(|value| value as usize);
    let (z, v) = (codes.view(), factors.view());
    let check = |name: &str, got: &[f64], tolerance: f64| check("disentanglement", name, got, tolerance);
    let histogram = Information::Histogram { bins: 20 };
    let flat = |a: &Array2<f64>| a.iter().copied().collect::<Vec<_>>();
    let information = mutual_information(z, v, histogram).unwrap();
    check("histogram", &flat(&information.information), 1e-10);
    check("entropies", &information.entropies, 1e-12);
    check("ross", &flat(&mutual_information(z, v, Information::Neighbours { k: 3 }).unwrap().information), 1e-10);
    check("mig", &[mig(z, v, histogram).unwrap().score], 1e-10);
    check("modularity", &[modularity(information.information.view()).unwrap().score], 1e-10);
    let found = sap(z, v, Predictability::Correlation).unwrap();
    check("correlations", &flat(&found.predictability), 1e-10);
    check("sap", &[found.score], 1e-10);
    let lasso = lasso_importances(z, v, 0.05).unwrap();
    check("lasso", &flat(&lasso.importances), 1e-6);
    let found = dci(array("disentanglement", "lasso").into_dimensionality().unwrap().view()).unwrap();
    check("disentanglement", &[found.disentanglement], 1e-10);
    check("completeness", &[found.completeness], 1e-10);
    let part = |rows| Labelled { codes: codes.slice(rows), factors: factors.slice(rows) };
    let found = explicitness(part(s![..120, ..]), part(s![120.., ..]), 1e-2).unwrap();
    check("explicitness", &[found.score], 1e-9);
    let found = irs(z, v, 0.9).unwrap();
    check("irs", &[found.score], 1e-10);
    // Less than nothing counts as nothing.
    let want = array("disentanglement", "robustness").mapv(|x| x.max(0.0));
    assert!(found.robustness.iter().zip(&want).all(|(x, y)| (x - y).abs() < 1e-10));
    let other = matrix("disentanglement", "other");
    let models = [
        ModelCodes { codes: z, informative: &[true, true, false, true] },
        ModelCodes { codes: other.view(), informative: &[true, true, true, false] },
    ];
    check("udr", &[udr(&models, Similarity::Spearman).unwrap().by_model[0]], 1e-10);
}

#[test]
fn codes() {
    let found = aggregate_posterior(matrix("aggregate", "codes").view(), 8).unwrap();
    check("aggregate", "frechet", &[found.frechet], 1e-10);
    check("aggregate", "mmd", &[found.mmd], 1e-10);
    check("aggregate", "histograms", &found.histograms, 1e-12);
    check("aggregate", "kl", &found.histogram_kl, 1e-12);
    let [codes, means, log_vars] = ["codes", "means", "log_vars"].map(|name| matrix("posteriors", name));
    check("posteriors", "kl", &kl_by_dimension(means.view(), log_vars.view()).unwrap(), 1e-12);
    let found = posterior_calibration(codes.view(), means.view(), log_vars.view()).unwrap();
    check("posteriors", "transforms", &found.transforms, 1e-12);
    check("posteriors", "distances", &found.distances, 1e-12);
    check("posteriors", "p_values", &found.p_values, 1e-10);
}

#[test]
fn images() {
    let images = |name| -> Array4<f64> { array("images", name).into_dimensionality().expect("images") };
    let (x, y) = (images("x"), images("y"));
    check("images", "ssim", &ssim(x.view(), y.view(), 1.0).unwrap(), 1e-10);
    let rows = |x: &Array4<f64>| x.to_shape((x.shape()[0], x.len() / x.shape()[0])).unwrap().to_owned();
    let found = reconstruction(rows(&x).view(), rows(&y).view(), 1.0).unwrap();
    check("images", "mse", &found.mse_by_sample, 1e-12);
    check("images", "psnr", &found.psnr_by_sample, 1e-12);
    let large = Array4::from_shape_fn((1, 1, 163, 165), |(_, _, i, j)| {
        let (i, j) = (i as f64, j as f64);
        0.5 + 0.25 * (i / 7.0).sin() + 0.25 * (i * j / 900.0).cos()
    });
    let waves = Array4::from_shape_fn(large.dim(), |(_, _, i, j)| 0.1 * (i as f64 * 1.3 + j as f64).sin());
    let spoilt = &large + &waves;
    check("ms_ssim", "ms_ssim", &ms_ssim(large.view(), spoilt.view(), 1.0).unwrap(), 1e-9);
}

#[test]
fn likelihood() {
    let found = log_likelihood(matrix("likelihood", "logs").view()).unwrap();
    check("likelihood", "values", &found.by_sample, 1e-12);
    check("likelihood", "errors", &found.errors, 1e-10);
    check("likelihood", "sizes", &found.effective_sample_sizes, 1e-10);
}
