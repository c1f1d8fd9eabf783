//! Scores of codes whose disentanglement is known.

use latent_metrics::MetricError;
use latent_metrics::disentanglement::{
    BetaVaeOptions, FactorVaeOptions, Information, Labelled, ModelCodes, Predictability, Similarity, beta_vae_score,
    beta_vae_score_of, dci, explicitness, factor_vae_score, factor_vae_score_of, irs, lasso_importances, mig,
    modularity, mutual_information, sap, udr,
};
use latent_numeric::parallel::with_threads;
use latent_numeric::random::Stream;
use ndarray::{Array2, Axis, concatenate};
use proptest::prelude::*;

const HISTOGRAM: Information = Information::Histogram { bins: 20 };
const NEIGHBOURS: Information = Information::Neighbours { k: 3 };
const BOTH: [Information; 2] = [HISTOGRAM, NEIGHBOURS];
const CLASSES: Predictability = Predictability::Classification { penalty: 1e-4 };
const PREDICTORS: [Predictability; 2] = [Predictability::Correlation, CLASSES];

/// Ten independent factors of ten values each.
fn factors(n: usize) -> Array2<usize> {
    let mut stream = Stream::new(1, "factors", &[]);
    Array2::from_shape_simple_fn((n, 10), || stream.below(10))
}

fn identity(factors: &Array2<usize>) -> Array2<f64> {
    factors.mapv(|value| value as f64)
}

fn noise(n: usize) -> Array2<f64> {
    Stream::new(2, "noise", &[]).normal_array((n, 10))
}

fn twice(codes: &Array2<f64>) -> Array2<f64> {
    concatenate![Axis(1), *codes, *codes]
}

#[test]
fn mutual_information_gap() {
    let factors = factors(3000);
    let codes = identity(&factors);
    for by in BOTH {
        let of = |codes: &Array2<f64>| mig(codes.view(), factors.view(), by).unwrap().score;
        // The estimate by neighbours can be above the entropy by its own error.
        assert!((0.9..1.01).contains(&of(&codes)), "{by:?}: {}", of(&codes));
        assert!((0.0..=0.2).contains(&of(&noise(3000))), "{by:?}: {}", of(&noise(3000)));
        assert_eq!(of(&Array2::from_elem((3000, 10), 0.1)), 0.0);
        assert!((0.0..=0.1).contains(&of(&twice(&codes))), "{by:?}: {}", of(&twice(&codes)));
    }
}

#[test]
fn information_of_noise_is_its_floor() {
    let factors = factors(3000);
    let found = mutual_information(noise(3000).view(), factors.view(), HISTOGRAM).unwrap();
    let mean = found.information.mean().unwrap();
    // Bins at the ends are empty or nearly so.
    assert!(mean > 0.5 * found.floor[0] && mean < 1.2 * found.floor[0], "{mean}, {:?}", found.floor);
    let found = mutual_information(noise(3000).view(), factors.view(), NEIGHBOURS).unwrap();
    assert!(found.information.mean().unwrap() < 0.02);
}

#[test]
fn attribute_predictability() {
    let factors = factors(300);
    let codes = identity(&factors);
    for by in PREDICTORS {
        let of = |codes: &Array2<f64>| sap(codes.view(), factors.view(), by).unwrap().score;
        let least = if by == CLASSES { 0.6 } else { 0.9 };
        let [of_codes, of_noise, of_twice] = [&codes, &noise(300), &twice(&codes)].map(of);
        assert!((least..=1.0).contains(&of_codes), "{by:?}: {of_codes}");
        assert!((0.0..=0.2).contains(&of_noise), "{by:?}: {of_noise}");
        assert!((0.0..=0.2).contains(&of_twice), "{by:?}: {of_twice}");
        assert_eq!(of(&Array2::from_elem((300, 10), 0.1)), 0.0);
    }
}

#[test]
fn factor_vae_and_beta_vae() {
    let factors = factors(3000);
    let codes = identity(&factors);
    let of = |codes: &Array2<f64>| {
        factor_vae_score_of(codes.view(), factors.view(), &FactorVaeOptions::default()).unwrap().accuracy
    };
    assert!((0.9..=1.0).contains(&of(&codes)));
    assert!((0.0..=0.2).contains(&of(&noise(3000))), "{}", of(&noise(3000)));
    assert_eq!(of(&Array2::from_elem((3000, 10), 0.1)), 0.0);
    let of = |codes: &Array2<f64>| {
        let found = beta_vae_score_of(codes.view(), factors.view(), &BetaVaeOptions::default()).unwrap();
        assert_eq!(found.floor, 0.1);
        found.accuracy
    };
    assert!((0.9..=1.0).contains(&of(&codes)));
    assert!((0.0..=0.2).contains(&of(&noise(3000))));
    assert!((0.0..=0.2).contains(&of(&Array2::from_elem((3000, 10), 0.1))));
}

/// Samples that are made and encoded for the purpose, in single precision.
#[test]
fn encoders() {
    let sample = |fixed: Option<(usize, usize)>, stream: &mut Stream| {
        let draw = |k| match fixed {
            Some((factor, value)) if factor == k => value,
            _ => stream.below(10),
        };
        (0..4).map(draw).collect::<Vec<_>>()
    };
    let encode = |rows: Vec<Vec<usize>>| Array2::from_shape_fn((rows.len(), 4), |(n, k)| rows[n][k] as f32);
    let mut stream = Stream::new(1, "all", &[]);
    let all = encode((0..500).map(|_| sample(None, &mut stream)).collect());
    let found = factor_vae_score(4, all.view(), &FactorVaeOptions::default(), |factor, count, stream| {
        let value = stream.below(10);
        Ok::<_, MetricError>(encode((0..count).map(|_| sample(Some((factor, value)), stream)).collect()))
    });
    assert_eq!(found.unwrap().accuracy, 1.0);
    let found = beta_vae_score(4, &BetaVaeOptions::default(), |factor, count, stream| {
        let first: Vec<Vec<usize>> = (0..count).map(|_| sample(None, stream)).collect();
        let second = first.iter().map(|row| sample(Some((factor, row[factor])), stream)).collect();
        Ok::<_, MetricError>([encode(first), encode(second)])
    });
    assert_eq!(found.unwrap().accuracy, 1.0);
    let short = factor_vae_score(4, all.view(), &FactorVaeOptions::default(), |_, _, _| {
        Ok::<_, MetricError>(Array2::<f32>::zeros((3, 4)))
    });
    let text = short.unwrap_err().to_string();
    assert_eq!(text, "FactorVAE score: rows of an encoded batch number 3, where 100 are expected");
}

#[test]
fn completeness_of_redundant_codes() {
    let factors = factors(2000);
    let codes = identity(&factors);
    let lasso = lasso_importances(codes.view(), factors.view(), 0.05).unwrap();
    assert!(lasso.gap < 1e-12 && lasso.r_squared.iter().all(|r| *r > 0.99), "{lasso:?}");
    let found = dci(lasso.importances.view()).unwrap();
    assert!(found.disentanglement > 0.95 && found.completeness > 0.95, "{found:?}");
    assert!(lasso.informativeness(codes.view(), factors.view()).unwrap().iter().all(|r| *r > 0.99));
    // Two of twenty codes for each factor, alike.
    let lasso = lasso_importances(twice(&codes).view(), factors.view(), 0.1).unwrap();
    assert!(lasso.gap < 1e-12);
    let want = 1.0 - 2.0_f64.ln() / 20.0_f64.ln();
    let found = dci(lasso.importances.view()).unwrap();
    assert!(found.disentanglement > 0.99 && (found.completeness - want).abs() < 0.01, "{found:?}, {want}");
    let exact = Array2::from_shape_fn((20, 10), |(code, factor)| f64::from(u8::from(code % 10 == factor)));
    let found = dci(exact.view()).unwrap();
    assert_eq!(found.disentanglement, 1.0);
    assert!((found.completeness - want).abs() < 1e-12);
    // Ten codes for five factors.
    let found = dci(Array2::from_shape_fn((10, 5), |(code, factor)| f64::from(u8::from(code % 5 == factor))).view());
    assert!((found.unwrap().completeness - (1.0 - 2.0_f64.ln() / 10.0_f64.ln())).abs() < 1e-12);
    let nothing = dci(Array2::<f64>::zeros((3, 2)).view()).unwrap();
    assert_eq!((nothing.disentanglement, nothing.completeness), (0.0, 0.0));
    let alike = dci(Array2::from_elem((3, 2), 7.0).view()).unwrap();
    assert!(alike.disentanglement < 1e-12 && alike.completeness < 1e-12);
}

#[test]
fn modularity_of_known_tables() {
    let diagonal = Array2::<f64>::eye(5) * 5.0;
    let of = |table: Array2<f64>| modularity(table.view()).unwrap().score;
    assert_eq!(of(diagonal.clone()), 1.0);
    assert_eq!(of(concatenate![Axis(0), Array2::<f64>::eye(2), Array2::zeros((1, 2))]), 2.0 / 3.0);
    assert_eq!(of(twice(&diagonal).reversed_axes()), 1.0);
    // One code for two factors of ten.
    assert!((of(twice(&diagonal)) - (1.0 - 1.0 / 9.0)).abs() < 1e-12);
    assert_eq!(of(Array2::zeros((3, 3))), 0.0);
}

#[test]
fn explicitness_of_codes_and_noise() {
    let factors = factors(1000);
    let codes = Array2::from_shape_fn((1000, 100), |(n, j)| f64::from(u8::from(factors[[n, j / 10]] == j % 10)));
    let of = |codes: &Array2<f64>| {
        let all = Labelled { codes: codes.view(), factors: factors.view() };
        explicitness(all, all, 1e-3).unwrap().score
    };
    assert!(of(&codes) > 0.999);
    assert!(of(&noise(1000)) < 0.25 && of(&Array2::from_elem((1000, 2), 0.1)).abs() < 1e-9);
}

#[test]
fn interventional_robustness() {
    let factors = factors(5000);
    let of = |codes: &Array2<f64>| irs(codes.view(), factors.view(), 0.99).unwrap();
    assert!((0.9..=1.0).contains(&of(&identity(&factors)).score));
    // Bounded noise reaches its largest deviation whatever factor is fixed.
    let bounded = noise(5000).mapv(f64::signum);
    assert!((0.0..=0.1).contains(&of(&bounded).score), "{}", of(&bounded).score);
    let constant = of(&Array2::from_elem((5000, 3), 0.1));
    assert_eq!((constant.score, &constant.by_code[..]), (0.0, &[0.0; 3][..]));
}

#[test]
fn rankings_of_models() {
    let codes = noise(500).select(Axis(1), &[0, 1, 2]);
    let permuted = codes.select(Axis(1), &[2, 0, 1]).mapv(|z| -z.exp());
    let other = noise(500).select(Axis(1), &[5, 6, 7]);
    let models = [&codes, &permuted, &other].map(|codes| ModelCodes { codes: codes.view(), informative: &[true; 3] });
    let found = udr(&models, Similarity::Spearman).unwrap();
    assert!(found.pairs[[0, 1]] > 0.85 && found.pairs[[0, 2]] < 0.2, "{:?}", found.pairs);
    assert!((found.pairs[[0, 1]] - found.pairs[[1, 0]]).abs() < 1e-12);
    let found = udr(&models[..2], Similarity::Lasso { penalty: 0.2 }).unwrap();
    assert!(found.by_model.iter().all(|score| *score > 0.5), "{found:?}");
    let silent = [&codes, &permuted].map(|codes| ModelCodes { codes: codes.view(), informative: &[false; 3] });
    assert_eq!(udr(&silent, Similarity::Spearman).unwrap().by_model, [0.0, 0.0]);
}

/// A constant factor counts as zero, and nothing is NaN.
#[test]
fn constant_factors_and_codes() {
    let mut factors = factors(300).select(Axis(1), &[0, 1, 2]);
    let mut codes = identity(&factors);
    factors.column_mut(2).fill(4);
    codes.column_mut(1).fill(0.3);
    let (z, v) = (codes.view(), factors.view());
    for by in BOTH {
        let found = mig(z, v, by).unwrap();
        assert!(found.by_factor[1].abs() < 0.25 && found.by_factor[2] == 0.0 && found.score.is_finite());
        assert!(modularity(found.information.information.view()).unwrap().score.is_finite());
    }
    for by in PREDICTORS {
        assert_eq!(sap(z, v, by).unwrap().by_factor[2], 0.0);
    }
    let lasso = lasso_importances(z, v, 0.01).unwrap();
    assert!(lasso.importances.column(2).iter().all(|x| *x == 0.0) && lasso.r_squared[2] == 0.0);
    let found = dci(lasso.importances.view()).unwrap();
    assert!(found.by_factor[2] == 0.0 && found.by_code[1] == 0.0 && found.completeness.is_finite());
    let found = irs(z, v, 0.99).unwrap();
    assert!(found.by_code[1] == 0.0 && found.score.is_finite());
    let all = Labelled { codes: z, factors: v };
    assert_eq!(explicitness(all, all, 1e-3).unwrap().by_factor[2], 0.0);
    assert!(factor_vae_score_of(z, v, &FactorVaeOptions::default()).unwrap().accuracy > 0.4);
    assert_eq!(beta_vae_score_of(z, v, &BetaVaeOptions::default()).unwrap().floor, 0.5);
    let error = mig(z, Array2::from_elem((300, 2), 1).view(), HISTOGRAM).unwrap_err();
    assert_eq!(error, MetricError::NothingVaries { metric: "MIG", what: "factors" });
}

#[test]
fn input_that_is_none() {
    let (codes, factors) = (noise(20), factors(20));
    let text = |error: MetricError| error.to_string();
    let short = factors.slice(ndarray::s![..19, ..]);
    assert_eq!(
        text(sap(codes.view(), short, Predictability::Correlation).unwrap_err()),
        "SAP: rows of factors number 19, where 20 are expected"
    );
    assert_eq!(
        text(mig(codes.view(), factors.view(), Information::Neighbours { k: 20 }).unwrap_err()),
        "MIG: 20 neighbours of each of 20 samples, which have 1 to 19 of them"
    );
    let mut bad = codes.clone();
    bad[[1, 2]] = f64::NAN;
    assert_eq!(
        text(irs(bad.view(), factors.view(), 0.99).unwrap_err()),
        "IRS: codes must be finite, but element 12, in row-major order, is NaN"
    );
    assert_eq!(text(irs(codes.view(), factors.view(), 0.0).unwrap_err()), "IRS: quantile is 0, which is not in (0, 1]");
    assert_eq!(text(dci(Array2::<f64>::zeros((1, 3)).view()).unwrap_err()), "DCI: 1 codes, but 2 or more are needed");
    let negative = ndarray::array![[1.0, 0.0], [-0.5, 0.0]];
    assert_eq!(
        text(dci(negative.view()).unwrap_err()),
        "DCI: importances must be at least 0, but element 2, in row-major order, is -0.5"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Codes in another order have the same scores, and factors whose values have other names.
    #[test]
    fn orders_and_names_do_not_matter(seed: u64, n in 20_usize..80) {
        let mut stream = Stream::new(seed, "case", &[]);
        let factors = Array2::from_shape_simple_fn((n, 3), || stream.below(4));
        let mut codes: Array2<f64> = stream.normal_array((n, 4));
        codes.slice_mut(ndarray::s![.., ..3]).zip_mut_with(&factors, |z, &v| *z = 0.5 * *z + v as f64);
        let order = stream.permutation(4);
        let permuted = codes.select(Axis(1), &order);
        let renamed = factors.mapv(|value| [30, 4, 17, 0][value]);
        for by in BOTH {
            let of = |codes: &Array2<f64>, factors: &Array2<usize>| mig(codes.view(), factors.view(), by).unwrap();
            let score = of(&codes, &factors).score;
            prop_assert_eq!(of(&permuted, &factors).score, score);
            prop_assert!((of(&codes, &renamed).score - score).abs() < 1e-12);
            prop_assert!((-1e-12..=1.0 + 1e-12).contains(&score) || by == NEIGHBOURS);
            // Other units.
            prop_assert!((of(&(&codes * 4.0), &factors).score - score).abs() < 1e-12);
        }
        let lasso = |codes: &Array2<f64>| lasso_importances(codes.view(), factors.view(), 0.1).unwrap();
        let (plain, other) = (lasso(&codes), lasso(&permuted));
        for (to, from) in order.iter().enumerate() {
            let apart = &other.importances.row(to) - &plain.importances.row(*from);
            prop_assert!(apart.iter().all(|d| d.abs() < 1e-5));
        }
        let of = |codes: &Array2<f64>| irs(codes.view(), factors.view(), 0.9).unwrap().score;
        prop_assert!((of(&codes) - of(&permuted)).abs() < 1e-12 && (0.0..=1.0).contains(&of(&codes)));
        let importances = plain.importances;
        let found = dci(importances.view()).unwrap();
        prop_assert!((0.0..=1.0).contains(&found.disentanglement) && (0.0..=1.0).contains(&found.completeness));
        let turned = dci(importances.t()).unwrap();
        prop_assert!((turned.disentanglement - found.completeness).abs() < 1e-12);
    }

    #[test]
    fn ranks_see_no_monotone_map(seed: u64, n in 10_usize..60) {
        let mut stream = Stream::new(seed, "case", &[]);
        let [a, b]: [Array2<f64>; 2] = [(); 2].map(|()| stream.normal_array((n, 3)));
        let of = |a: &Array2<f64>, b: &Array2<f64>| {
            let models = [a, b].map(|codes| ModelCodes { codes: codes.view(), informative: &[true; 3] });
            udr(&models, Similarity::Spearman).unwrap().by_model[0]
        };
        let score = of(&a, &b);
        prop_assert!((of(&a.mapv(|z| z * z * z), &b.mapv(|z| -z.exp())) - score).abs() < 1e-9);
        prop_assert!((0.0..=1.0 + 1e-12).contains(&score));
    }

    #[test]
    fn threads_change_nothing(seed: u64) {
        let mut stream = Stream::new(seed, "case", &[]);
        let factors = Array2::from_shape_simple_fn((120, 3), || stream.below(4));
        let codes: Array2<f64> = stream.normal_array((120, 5));
        let of = |threads| {
            with_threads(threads, || {
                (
                    BOTH.map(|by| mig(codes.view(), factors.view(), by).unwrap()),
                    PREDICTORS.map(|by| sap(codes.view(), factors.view(), by).unwrap()),
                    lasso_importances(codes.view(), factors.view(), 0.05).unwrap(),
                    irs(codes.view(), factors.view(), 0.99).unwrap(),
                )
            })
            .unwrap()
        };
        prop_assert_eq!(of(1), of(3));
    }
}
