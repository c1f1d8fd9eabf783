//! `KL_j` and `Var_x(E[z_j | x])` of each latent dimension

use crate::MetricError;
use crate::input::Input;
use latent_numeric::{Scalar, compiled_here};
use ndarray::{Array1, Array2, ArrayView2, Axis, Zip};

/// What each latent dimension carries, over all posteriors that were added, batch by batch.
///
/// ```
/// use latent_metrics::codes::LatentStatistics;
/// use ndarray::array;
///
/// let mut statistics = LatentStatistics::new(2);
/// let (means, kl) = (array![[1.0_f32, 0.0], [-1.0, 0.0]], array![[0.7, 0.1], [0.5, 0.1]]);
/// statistics.add(means.view(), kl.view());
/// assert_eq!(statistics.samples(), 2);
/// assert_eq!(statistics.variance_of_means(), array![2.0, 0.0]);
/// assert_eq!(statistics.active_units(LatentStatistics::ACTIVE), 1);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct LatentStatistics {
    samples: usize,
    kl: Array1<f64>,
    mean: Array1<f64>,
    /// Sums of squared distances from the mean (Welford 1962; Chan, Golub and LeVeque 1979).
    spread: Array1<f64>,
}

#[compiled_here]
fn add<E: Scalar>(to: &mut LatentStatistics, means: ArrayView2<'_, E>, divergences: ArrayView2<'_, E>) {
    for (means, divergences) in means.rows().into_iter().zip(divergences.rows()) {
        to.samples += 1;
        for j in 0..to.kl.len() {
            to.kl[j] += divergences[j].as_f64();
            let distance = means[j].as_f64() - to.mean[j];
            to.mean[j] += distance / to.samples as f64;
            to.spread[j] += distance * (means[j].as_f64() - to.mean[j]);
        }
    }
}

impl LatentStatistics {
    /// The variance above which a dimension counts as active: Burda, Grosse and Salakhutdinov 2016, section 5.2.
    pub const ACTIVE: f64 = 0.01;

    /// Statistics of no posteriors yet.
    pub fn new(latent_dim: usize) -> Self {
        let zeros = Array1::zeros(latent_dim);
        Self { samples: 0, kl: zeros.clone(), mean: zeros.clone(), spread: zeros }
    }

    /// Takes the posteriors of a batch into account: their means and, element by element, their divergences from the
    /// prior, both (samples, latent_dim).
    ///
    /// # Panics
    /// If they have not as many dimensions.
    #[track_caller]
    pub fn add<E: Scalar>(&mut self, means: ArrayView2<'_, E>, divergences: ArrayView2<'_, E>) {
        assert!(means.ncols() == self.kl.len(), "{} dimensions, where there were {}", means.ncols(), self.kl.len());
        assert!(means.dim() == divergences.dim(), "means {:?}, divergences {:?}", means.dim(), divergences.dim());
        add(self, means, divergences);
    }

    /// The number of posteriors that were added.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// `mean over x of KL(q(z_j | x) || p(z_j))` of each dimension, in nats; their sum is the divergence of the ELBO.
    pub fn kl(&self) -> Array1<f64> {
        &self.kl / self.samples as f64
    }

    /// `Var_x(E_q[z_j | x])` of each dimension, with the number of samples less one.
    pub fn variance_of_means(&self) -> Array1<f64> {
        &self.spread / (self.samples.max(2) - 1) as f64
    }

    /// The number of dimensions whose posterior means vary more than this.
    pub fn active_units(&self, threshold: f64) -> usize {
        self.variance_of_means().iter().filter(|variance| **variance > threshold).count()
    }
}

/// `KL(N(m, s^2) || N(0, 1)) = (m^2 + s^2 - 1 - ln s^2) / 2` of each dimension, averaged over posteriors, in nats.
///
/// # Shapes
/// `means` and `log_vars` are (n, latent_dim).
///
/// # Errors
/// No posteriors, other shapes, elements that are not finite.
///
/// ```
/// use latent_metrics::codes::kl_by_dimension;
/// use ndarray::array;
///
/// let kl = kl_by_dimension(array![[2.0, 0.0]].view(), array![[0.0, 0.0]].view())?;
/// assert_eq!(kl, array![2.0, 0.0]);
/// # Ok::<(), latent_metrics::MetricError>(())
/// ```
pub fn kl_by_dimension<E: Scalar>(
    means: ArrayView2<'_, E>,
    log_vars: ArrayView2<'_, E>,
) -> Result<Array1<f64>, MetricError> {
    let Posteriors { means, log_vars } = Posteriors::of(Input("KL by dimension"), means, log_vars, 1)?;
    Ok(divergences(&means, &log_vars).mean_axis(Axis(0)).expect("posteriors"))
}

/// Which dimensions carry something; see [`active_units`].
#[derive(Clone, Debug, PartialEq)]
pub struct ActiveUnits {
    /// How many dimensions are active.
    pub count: usize,
    /// The variance of the posterior means of each dimension.
    pub variances: Array1<f64>,
    /// The variance above which a dimension is active.
    pub threshold: f64,
    /// The number of samples.
    pub samples: usize,
}

/// The dimensions whose posterior means vary by more than [`LatentStatistics::ACTIVE`] over the data: an unbiased
/// variance of `E_q[z_j | x]`. Burda, Grosse and Salakhutdinov, *Importance weighted autoencoders*, 2016, section 5.2.
///
/// # Shapes
/// `means` are (n, latent_dim).
///
/// # Errors
/// Fewer than two samples, elements that are not finite.
///
/// ```
/// use latent_metrics::codes::active_units;
/// use ndarray::array;
///
/// let found = active_units(array![[1.0, 0.01], [-1.0, 0.02], [0.0, 0.01]].view())?;
/// assert_eq!((found.count, found.variances[0]), (1, 1.0));
/// # Ok::<(), latent_metrics::MetricError>(())
/// ```
pub fn active_units<E: Scalar>(means: ArrayView2<'_, E>) -> Result<ActiveUnits, MetricError> {
    let means = Input("active units").rows("posterior means", means, 2)?;
    let mut statistics = LatentStatistics::new(means.ncols());
    statistics.add(means.view(), Array2::zeros(means.dim()).view());
    let threshold = LatentStatistics::ACTIVE;
    Ok(ActiveUnits {
        count: statistics.active_units(threshold),
        variances: statistics.variance_of_means(),
        threshold,
        samples: means.nrows(),
    })
}

/// Diagonal Gaussian posteriors, (n, latent_dim) each.
pub struct Posteriors {
    pub means: Array2<f64>,
    pub log_vars: Array2<f64>,
}

impl Posteriors {
    pub fn of<E: Scalar>(
        input: Input,
        means: ArrayView2<'_, E>,
        log_vars: ArrayView2<'_, E>,
        needed: usize,
    ) -> Result<Self, MetricError> {
        input.same("rows of logarithms of variances", log_vars.nrows(), means.nrows())?;
        input.same("columns of logarithms of variances", log_vars.ncols(), means.ncols())?;
        Ok(Self {
            means: input.rows("posterior means", means, needed)?,
            log_vars: input.finite("logarithms of variances", log_vars)?,
        })
    }
}

/// Element by element.
pub fn divergences(means: &Array2<f64>, log_vars: &Array2<f64>) -> Array2<f64> {
    Zip::from(means).and(log_vars).map_collect(|&m, &v| 0.5 * (m * m + (v.exp_m1() - v)))
}
