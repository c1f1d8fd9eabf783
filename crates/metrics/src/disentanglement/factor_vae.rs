//! The accuracy of a majority vote that is told which code varies least, `argmin_j Var(z_j) / s_j^2`, in a batch which
//! shares one factor

use super::beta_vae::SharedFactorScore;
use super::factors::Coded;
use crate::MetricError;
use crate::input::Input;
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use ndarray::{Array1, Array2, ArrayView2, Axis};

/// How many votes a [`factor_vae_score`] is computed from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FactorVaeOptions {
    /// Samples in the batch of one vote.
    pub batch: usize,
    /// Votes that the classifier is made of.
    pub train: usize,
    /// Votes that it is judged by.
    pub test: usize,
    /// The variance below which a code is collapsed and does not vote, in units of the codes.
    pub collapsed: f64,
    /// The seed: vote v draws from the stream `(seed, "FactorVAE score", [v])`.
    pub seed: u64,
}

impl Default for FactorVaeOptions {
    /// 100 samples a vote, 800 votes and as many to judge by, codes collapsed below a variance of 0.05, where the prior
    /// has variance one.
    fn default() -> Self {
        Self { batch: 100, train: 800, test: 800, collapsed: 0.05, seed: 0 }
    }
}

/// The FactorVAE score: samples of a batch share the value of one factor, and the code with the least variance, in
/// units of its variance among all samples, votes for it. A code is taken for the factor that it votes for most.
///
/// `encode_batch(factor, count, stream)` gives codes, (count, codes), of samples that all have the same value of that
/// factor, drawn anew for every batch. Factors are those in `0..factors` that vary. `all` are codes of samples that
/// share nothing, (n, codes), for the variances. If all codes are collapsed, the score is zero.
///
/// # Errors
/// Fewer than two factors, batches of fewer than two, no votes, codes of other shapes or not finite; those of the
/// encoder.
///
/// # Source
/// Kim and Mnih, *Disentangling by factorising*, 2018, section 4 and appendix B.
pub fn factor_vae_score<E: Scalar, F: From<MetricError>>(
    factors: usize,
    all: ArrayView2<'_, E>,
    options: &FactorVaeOptions,
    mut encode_batch: impl FnMut(usize, usize, &mut Stream) -> Result<Array2<E>, F>,
) -> Result<SharedFactorScore, F> {
    let input = Input("FactorVAE score");
    let FactorVaeOptions { batch, train, test, collapsed, seed } = *options;
    input.at_least("factors", factors, 2)?;
    input.at_least("samples of a batch", batch, 2)?;
    input.at_least("training votes", train, 1)?;
    input.at_least("test votes", test, 1)?;
    input.setting(collapsed >= 0.0, "variance of a collapsed code", collapsed, "at least 0")?;
    let variances = variances(&input.rows("codes", all, 2)?);
    let active: Vec<usize> = (0..variances.len()).filter(|&j| variances[j] > collapsed.max(0.0)).collect();
    let floor = 1.0 / factors as f64;
    if active.is_empty() {
        return Ok(SharedFactorScore { accuracy: 0.0, floor, examples: test });
    }
    let mut vote = |number: usize| -> Result<(usize, usize), F> {
        let mut stream = Stream::new(seed, "FactorVAE score", &[number as u64]);
        let factor = stream.below(factors);
        let codes = encode_batch(factor, batch, &mut stream)?;
        input.same("rows of an encoded batch", codes.nrows(), batch)?;
        input.same("codes", codes.ncols(), variances.len())?;
        let within = self::variances(&input.rows("codes", codes.view(), 2)?);
        let share = |j: usize| within[j] / variances[j];
        let least = active.iter().copied().reduce(|least, j| if share(j) < share(least) { j } else { least });
        Ok((least.expect("active codes"), factor))
    };
    let mut votes = Array2::<usize>::zeros((variances.len(), factors));
    for number in 0..train {
        let (code, factor) = vote(number)?;
        votes[[code, factor]] += 1;
    }
    let taken_for: Vec<usize> = votes
        .rows()
        .into_iter()
        .map(|row| (0..factors).reduce(|best, k| if row[k] > row[best] { k } else { best }).expect("factors"))
        .collect();
    let mut hits = 0;
    for number in train..train + test {
        let (code, factor) = vote(number)?;
        hits += usize::from(taken_for[code] == factor);
    }
    Ok(SharedFactorScore { accuracy: f64::from(hits as u32) / test as f64, floor, examples: test })
}

/// [`factor_vae_score`] from codes and factors that are there: batches are drawn from them with replacement.
///
/// # Shapes
/// `codes` (n, codes), `factors` (n, factors), of which two or more vary; others are left out.
///
/// # Errors
/// Those of [`factor_vae_score`], other numbers of rows.
///
/// ```
/// use latent_metrics::disentanglement::{FactorVaeOptions, factor_vae_score_of};
/// use ndarray::Array2;
///
/// let factors = Array2::from_shape_fn((100, 2), |(n, k)| if k == 0 { n % 10 } else { n / 10 });
/// let codes = factors.mapv(|value| value as f32);
/// assert_eq!(factor_vae_score_of(codes.view(), factors.view(), &FactorVaeOptions::default())?.accuracy, 1.0);
/// # Ok::<(), latent_metrics::MetricError>(())
/// ```
pub fn factor_vae_score_of<E: Scalar>(
    codes: ArrayView2<'_, E>,
    factors: ArrayView2<'_, usize>,
    options: &FactorVaeOptions,
) -> Result<SharedFactorScore, MetricError> {
    let coded = Coded::of(Input("FactorVAE score"), codes, factors)?;
    let (varying, groups) = (coded.varying(), coded.groups());
    factor_vae_score(varying.len(), coded.codes.view(), options, |factor, count, stream| {
        let factor = varying[factor];
        // The value of a sample drawn at random.
        let group = &groups[factor][coded.factors[factor].values[stream.below(coded.codes.nrows())]];
        let rows: Vec<usize> = (0..count).map(|_| group[stream.below(group.len())]).collect();
        Ok(coded.codes.select(Axis(0), &rows))
    })
}

/// Unbiased variances of columns.
fn variances(x: &Array2<f64>) -> Array1<f64> {
    x.var_axis(Axis(0), 1.0)
}
