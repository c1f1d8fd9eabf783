//! `UDR(a, b) = 1 / (J_a + J_b) (sum_j r_j^2 / sum_i R_ij + sum_i r_i^2 / sum_j R_ij)`, with similarities `R_ij` of two
//! models' codes, the largest one `r` of each row and column, and sums over informative codes

use super::lasso;
use crate::MetricError;
use crate::input::Input;
use crate::logistic::standardizer;
use latent_numeric::matmul::matmul;
use latent_numeric::{Scalar, parallel};
use ndarray::{Array2, ArrayView1, ArrayView2, Axis};

/// How similar two codes are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Similarity {
    /// The size of Spearman's correlation of ranks, which no monotone map of a code changes.
    Spearman,
    /// The sizes of the weights of a lasso from one model's codes to the other's, both standardised.
    Lasso {
        /// Its penalty, in (0, 1).
        penalty: f64,
    },
}

/// The codes that one of several models gives to the same data; see [`udr`].
#[derive(Clone, Copy, Debug)]
pub struct ModelCodes<'a, E> {
    /// The codes, (n, codes).
    pub codes: ArrayView2<'a, E>,
    /// Which of them are informative: published, those whose divergence from the prior is above 0.01 nats
    /// ([`kl_by_dimension`](crate::codes::kl_by_dimension)).
    pub informative: &'a [bool],
}

/// Agreement of models that were trained from different seeds; see [`udr`].
#[derive(Clone, Debug, PartialEq)]
pub struct Udr {
    /// The score of each model: the median of its agreement with every other one, 0 to 1.
    pub by_model: Vec<f64>,
    /// The agreement of each pair, (models, models), zero on the diagonal.
    pub pairs: Array2<f64>,
    /// The number of samples.
    pub samples: usize,
}

/// The unsupervised disentanglement ranking: codes that are disentangled agree between models up to order and sign. It
/// needs no factors.
///
/// Constant codes are similar to none. A pair of models without informative codes has the agreement zero.
///
/// # Errors
/// Fewer than two models, other numbers of rows, or fewer than two, marks of another length than the codes, codes that
/// are not finite, a penalty outside (0, 1).
///
/// # Source
/// Duan et al., *Unsupervised model selection for variational disentangled representation learning*, 2020, equations 2
/// and 3.
///
/// ```
/// use latent_metrics::disentanglement::{ModelCodes, Similarity, udr};
/// use ndarray::array;
///
/// let a = array![[0.0_f32, 1.0], [1.0, -2.0], [2.0, -2.0], [3.0, 1.0]];
/// // The same in another order, and one with its sign changed.
/// let b = array![[1.0, 0.0], [-2.0, -1.0], [-2.0, -2.0], [1.0, -3.0]];
/// let models = [&a, &b].map(|codes| ModelCodes { codes: codes.view(), informative: &[true, true] });
/// assert!((udr(&models, Similarity::Spearman)?.by_model[0] - 1.0).abs() < 1e-12);
/// # Ok::<(), latent_metrics::MetricError>(())
/// ```
pub fn udr<E: Scalar>(models: &[ModelCodes<'_, E>], by: Similarity) -> Result<Udr, MetricError> {
    let input = Input("UDR");
    input.at_least("models", models.len(), 2)?;
    if let Similarity::Lasso { penalty } = by {
        input.setting(penalty > 0.0 && penalty < 1.0, "penalty", penalty, "in (0, 1)")?;
    }
    let samples = models[0].codes.nrows();
    let mut standard = Vec::with_capacity(models.len());
    for model in models {
        input.same("rows of codes", model.codes.nrows(), samples)?;
        input.same("marks of informative codes", model.informative.len(), model.codes.ncols())?;
        let codes = input.rows("codes", model.codes, 2)?;
        let codes = if by == Similarity::Spearman { ranks(&codes) } else { codes };
        let [mean, scale] = standardizer(&codes);
        standard.push((codes - mean) * scale);
    }
    let count = models.len();
    let places: Vec<(usize, usize)> =
        (0..count).flat_map(|a| (0..count).map(move |b| (a, b))).filter(|(a, b)| a != b).collect();
    let found = parallel::map(&places, |_, &(a, b)| {
        let similarity = match by {
            // Symmetric but for its order.
            Similarity::Spearman => (matmul(standard[a].t(), standard[b].view()) / samples as f64).mapv(f64::abs),
            Similarity::Lasso { penalty } => {
                lasso::weights(&standard[a], &standard[b], penalty)?.weights.mapv(f64::abs)
            }
        };
        Ok::<_, MetricError>(agreement(&similarity, models[a].informative, models[b].informative))
    });
    let mut pairs = Array2::zeros((count, count));
    for ((a, b), agreement) in places.into_iter().zip(found) {
        pairs[[a, b]] = agreement?;
    }
    let by_model =
        (0..count).map(|a| median((0..count).filter(|&b| b != a).map(|b| pairs[[a, b]]).collect())).collect();
    Ok(Udr { by_model, pairs, samples })
}

fn agreement(similarity: &Array2<f64>, of_rows: &[bool], of_columns: &[bool]) -> f64 {
    let strength = |values: ArrayView1<f64>| {
        let (sum, largest) = (values.sum(), values.fold(0.0_f64, |largest, &x| largest.max(x)));
        if sum > 0.0 { largest * largest / sum } else { 0.0 }
    };
    let along = |axis: Axis, informative: &[bool]| {
        let kept = similarity.axis_iter(axis).zip(informative).filter(|(_, informative)| **informative);
        kept.fold((0.0, 0), |(sum, count), (values, _)| (sum + strength(values), count + 1))
    };
    let ((rows, i), (columns, j)) = (along(Axis(0), of_rows), along(Axis(1), of_columns));
    if i + j > 0 { (rows + columns) / f64::from(i + j) } else { 0.0 }
}

/// The rank of each value in its column, equal ones by their mean.
fn ranks(x: &Array2<f64>) -> Array2<f64> {
    let mut ranks = Array2::zeros(x.dim());
    for (column, mut ranks) in x.columns().into_iter().zip(ranks.columns_mut()) {
        let mut order: Vec<usize> = (0..column.len()).collect();
        order.sort_by(|&a, &b| column[a].total_cmp(&column[b]));
        let mut first = 0;
        for equal in order.chunk_by(|&a, &b| column[a] == column[b]) {
            let mean = first as f64 + (equal.len() - 1) as f64 / 2.0;
            equal.iter().for_each(|&i| ranks[i] = mean);
            first += equal.len();
        }
    }
    ranks
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) }
}
