//! `mean_j (1 - sum_(k not k*) I_jk^2 / (I_jk*^2 (K - 1)))`, with the factor `k*` that code j tells most of

use crate::MetricError;
use crate::input::Input;
use latent_numeric::Scalar;
use ndarray::ArrayView2;

/// The modularity of codes; see [`modularity`].
#[derive(Clone, Debug, PartialEq)]
pub struct Modularity {
    /// The mean over codes, 0 to 1.
    pub score: f64,
    /// Of each code: one if it tells of one factor alone. Zero of one that tells of none.
    pub by_code: Vec<f64>,
}

/// Modularity: how far each code tells of one factor alone, from the mutual information of codes and factors
/// ([`mutual_information`](super::mutual_information)).
///
/// # Shapes
/// (codes, factors), two factors or more.
///
/// # Errors
/// No codes, fewer factors, information that is negative or not finite.
///
/// # Source
/// Ridgeway and Mozer, *Learning deep disentangled embeddings with the F-statistic loss*, 2018, equations 2 and 3.
///
/// ```
/// use latent_metrics::disentanglement::modularity;
/// use ndarray::array;
///
/// assert_eq!(modularity(array![[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]].view())?.score, 2.0 / 3.0);
/// # Ok::<(), latent_metrics::MetricError>(())
/// ```
pub fn modularity<E: Scalar>(information: ArrayView2<'_, E>) -> Result<Modularity, MetricError> {
    let input = Input("modularity");
    let information = input.rows("codes", information, 1)?;
    input.at_least("factors", information.ncols(), 2)?;
    if let Some((index, &value)) = information.iter().enumerate().find(|(_, value)| **value < 0.0) {
        let (what, expected) = ("information", "at least 0");
        return Err(MetricError::Domain { metric: input.0, what, index, value, expected });
    }
    let others = (information.ncols() - 1) as f64;
    let of = |row: ndarray::ArrayView1<f64>| {
        let largest = row.fold(0.0_f64, |largest, &x| largest.max(x));
        let squares: f64 = row.iter().map(|x| (x / largest).powi(2)).sum();
        if largest > 0.0 { 1.0 - (squares - 1.0) / others } else { 0.0 }
    };
    let by_code: Vec<f64> = information.rows().into_iter().map(of).collect();
    Ok(Modularity { score: by_code.iter().sum::<f64>() / by_code.len() as f64, by_code })
}
