//! `mean_k mean_v (2 AUC_kv - 1)` of telling the value v of factor k from the others by logistic regression

use super::factors::Factor;
use crate::MetricError;
use crate::input::Input;
use crate::logistic::Logistic;
use latent_numeric::{Scalar, parallel};
use ndarray::{Array2, ArrayView2, Axis};

/// Codes and factors of the same samples, (n, codes) and (n, factors).
#[derive(Clone, Copy, Debug)]
pub struct Labelled<'a, E> {
    /// The codes.
    pub codes: ArrayView2<'a, E>,
    /// The factors.
    pub factors: ArrayView2<'a, usize>,
}

/// The explicitness of codes; see [`explicitness`].
#[derive(Clone, Debug, PartialEq)]
pub struct Explicitness {
    /// The mean over all factors: 0 of chance, 1 at most.
    pub score: f64,
    /// Of each factor; zero of one that does not vary in both sets.
    pub by_factor: Vec<f64>,
    /// How many samples were fitted, and how many told apart.
    pub samples: [usize; 2],
}

/// Explicitness: how well a multinomial logistic regression on all codes tells the values of each factor apart, in area
/// under the curve of one value against the others, scaled so that chance is zero. It is fitted to the training samples
/// and judged by the test samples.
///
/// # Errors
/// Other numbers of rows, codes or factors, fewer than two rows, codes that are not finite, no factor that varies in
/// both sets, a penalty (half of which times the squared weights is added to the mean loss) that is not positive.
///
/// # Source
/// Ridgeway and Mozer, *Learning deep disentangled embeddings with the F-statistic loss*, 2018, section 2.2.
///
/// ```
/// use latent_metrics::disentanglement::{Labelled, explicitness};
/// use ndarray::Array2;
///
/// let factors = Array2::from_shape_fn((40, 1), |(n, _)| n % 2);
/// let codes = factors.mapv(|value| value as f32);
/// let all = Labelled { codes: codes.view(), factors: factors.view() };
/// assert_eq!(explicitness(all, all, 1e-3)?.score, 1.0);
/// # Ok::<(), latent_metrics::MetricError>(())
/// ```
pub fn explicitness<E: Scalar>(
    train: Labelled<'_, E>,
    test: Labelled<'_, E>,
    penalty: f64,
) -> Result<Explicitness, MetricError> {
    let input = Input("explicitness");
    input.same("codes of test samples", test.codes.ncols(), train.codes.ncols())?;
    input.same("factors of test samples", test.factors.ncols(), train.factors.ncols())?;
    input.same("rows of factors", train.factors.nrows(), train.codes.nrows())?;
    input.same("rows of factors", test.factors.nrows(), test.codes.nrows())?;
    input.setting(penalty > 0.0 && penalty.is_finite(), "penalty", penalty, "positive and finite")?;
    let codes = [input.rows("training samples", train.codes, 2)?, input.rows("test samples", test.codes, 2)?];
    let n = codes[0].nrows();
    let factors: Vec<Factor> = train
        .factors
        .axis_iter(Axis(1))
        .zip(test.factors.axis_iter(Axis(1)))
        .map(|(train, test)| Factor::of([train.to_vec(), test.to_vec()].concat().into_iter()))
        .collect();
    let varies = |values: &[usize]| values.iter().any(|value| *value != values[0]);
    let judged: Vec<bool> = factors.iter().map(|f| varies(&f.values[..n]) && varies(&f.values[n..])).collect();
    if !judged.contains(&true) {
        return Err(MetricError::NothingVaries { metric: input.0, what: "factors" });
    }
    let by_factor = parallel::map(&factors, |k, factor| if judged[k] { of(&codes, factor, penalty) } else { 0.0 });
    let score = by_factor.iter().sum::<f64>() / by_factor.len() as f64;
    Ok(Explicitness { score, by_factor, samples: [n, codes[1].nrows()] })
}

fn of([train, test]: &[Array2<f64>; 2], factor: &Factor, penalty: f64) -> f64 {
    let (seen, asked) = factor.values.split_at(train.nrows());
    let shares = Logistic::fit(train, seen, factor.levels(), penalty).probabilities(test);
    let areas = (0..factor.levels()).filter_map(|value| {
        let scores = shares.column(value);
        area_under_curve(asked.iter().zip(scores).map(|(&asked, &score)| (score, asked == value)).collect())
    });
    let areas: Vec<f64> = areas.collect();
    2.0 * areas.iter().sum::<f64>() / areas.len() as f64 - 1.0
}

/// The chance that one of the asked for has a higher score than one of the others, equal ones by half; `None` if there
/// are not both.
fn area_under_curve(mut scored: Vec<(f64, bool)>) -> Option<f64> {
    scored.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut below, mut pairs) = (0.0, 0.0);
    for equal in scored.chunk_by(|a, b| a.0 == b.0) {
        let asked = equal.iter().filter(|(_, asked)| *asked).count() as f64;
        let others = equal.len() as f64 - asked;
        pairs += asked * (below + 0.5 * others);
        below += others;
    }
    let asked = scored.len() as f64 - below;
    (asked > 0.0 && below > 0.0).then(|| pairs / (asked * below))
}
