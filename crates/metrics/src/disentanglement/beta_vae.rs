//! The accuracy of a linear classifier that is told `mean |z - z'|` of pairs of codes which share one factor

use super::factors::Coded;
use crate::MetricError;
use crate::input::Input;
use crate::logistic::Logistic;
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use ndarray::{Array2, ArrayView2, Axis};

/// How many examples a [`beta_vae_score`] is computed from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BetaVaeOptions {
    /// Pairs of which one example is the mean.
    pub pairs: usize,
    /// Examples that the classifier is fitted to.
    pub train: usize,
    /// Examples that it is judged by.
    pub test: usize,
    /// Half of this times the squared weights is added to the classifier's mean loss.
    pub penalty: f64,
    /// The seed: example e draws from the stream `(seed, "beta-VAE score", [e])`.
    pub seed: u64,
}

impl Default for BetaVaeOptions {
    /// 64 pairs, 1000 examples to fit and 500 to judge by.
    fn default() -> Self {
        Self { pairs: 64, train: 1000, test: 500, penalty: 1e-3, seed: 0 }
    }
}

/// How well it is told which factor is shared.
#[derive(Clone, Debug, PartialEq)]
pub struct SharedFactorScore {
    /// The share of examples that were recognised.
    pub accuracy: f64,
    /// That of chance: one over the number of factors in question.
    pub floor: f64,
    /// How many examples were recognised or not.
    pub examples: usize,
}

/// The beta-VAE score: pairs of samples share the value of one factor, and a linear classifier is to tell which one
/// from the mean distance of their codes in each dimension.
///
/// `encode_pairs(factor, count, stream)` gives the codes of two batches, (count, codes) each: samples in the same row
/// share the value of that factor, which is drawn anew for every row, and others are drawn for themselves. Factors are
/// those in `0..factors` that vary.
///
/// # Errors
/// Fewer than two factors, no pairs or examples, a penalty that is not positive, codes of other shapes or not finite;
/// those of the encoder.
///
/// # Source
/// Higgins et al., *beta-VAE: learning basic visual concepts with a constrained variational framework*, 2017, section
/// 3.
pub fn beta_vae_score<E: Scalar, F: From<MetricError>>(
    factors: usize,
    options: &BetaVaeOptions,
    mut encode_pairs: impl FnMut(usize, usize, &mut Stream) -> Result<[Array2<E>; 2], F>,
) -> Result<SharedFactorScore, F> {
    let input = Input("beta-VAE score");
    let BetaVaeOptions { pairs, train, test, penalty, seed } = *options;
    input.at_least("factors", factors, 2)?;
    input.at_least("pairs", pairs, 1)?;
    input.at_least("training examples", train, 1)?;
    input.at_least("test examples", test, 1)?;
    input.setting(penalty > 0.0 && penalty.is_finite(), "penalty", penalty, "positive and finite")?;
    let (mut examples, mut labels) = (Vec::new(), Vec::with_capacity(train + test));
    let mut width = None;
    for example in 0..train + test {
        let mut stream = Stream::new(seed, "beta-VAE score", &[example as u64]);
        let factor = stream.below(factors);
        let [a, b] = encode_pairs(factor, pairs, &mut stream)?;
        for batch in [&a, &b] {
            input.same("rows of encoded pairs", batch.nrows(), pairs)?;
            input.same("codes", batch.ncols(), *width.get_or_insert(batch.ncols()))?;
        }
        let [a, b] = [input.rows("codes", a.view(), 1)?, input.rows("codes", b.view(), 1)?];
        examples.extend((a - b).mapv(f64::abs).mean_axis(Axis(0)).expect("pairs"));
        labels.push(factor);
    }
    let width = width.expect("examples");
    let rows = |from: usize, to: usize| {
        Array2::from_shape_vec((to - from, width), examples[from * width..to * width].to_vec()).expect("whole rows")
    };
    let fitted = Logistic::fit(&rows(0, train), &labels[..train], factors, penalty);
    let found = fitted.classes(&rows(train, train + test));
    let hits = found.iter().zip(&labels[train..]).filter(|(found, label)| found == label).count();
    Ok(SharedFactorScore { accuracy: hits as f64 / test as f64, floor: 1.0 / factors as f64, examples: test })
}

/// [`beta_vae_score`] from codes and factors that are there: pairs are drawn from them with replacement.
///
/// # Shapes
/// `codes` (n, codes), `factors` (n, factors), of which two or more vary; others are left out.
///
/// # Errors
/// Those of [`beta_vae_score`], other numbers of rows.
///
/// ```
/// use latent_metrics::disentanglement::{BetaVaeOptions, beta_vae_score_of};
/// use ndarray::Array2;
///
/// let factors = Array2::from_shape_fn((100, 2), |(n, k)| if k == 0 { n % 10 } else { n / 10 });
/// let codes = factors.mapv(|value| value as f32);
/// assert_eq!(beta_vae_score_of(codes.view(), factors.view(), &BetaVaeOptions::default())?.accuracy, 1.0);
/// # Ok::<(), latent_metrics::MetricError>(())
/// ```
pub fn beta_vae_score_of<E: Scalar>(
    codes: ArrayView2<'_, E>,
    factors: ArrayView2<'_, usize>,
    options: &BetaVaeOptions,
) -> Result<SharedFactorScore, MetricError> {
    let coded = Coded::of(Input("beta-VAE score"), codes, factors)?;
    let (varying, groups) = (coded.varying(), coded.groups());
    beta_vae_score(varying.len(), options, |factor, count, stream| {
        let factor = varying[factor];
        let n = coded.codes.nrows();
        let pairs: Vec<[usize; 2]> = (0..count)
            .map(|_| {
                let first = stream.below(n);
                let group = &groups[factor][coded.factors[factor].values[first]];
                [first, group[stream.below(group.len())]]
            })
            .collect();
        Ok([0, 1].map(|k| coded.codes.select(Axis(0), &pairs.iter().map(|pair| pair[k]).collect::<Vec<_>>())))
    })
}
