//! `w = prod_t f_t(z_(t-1)) / f_(t-1)(z_(t-1))` along `f_t = N(z; 0, I)^(1 - b_t) p(x, z)^(b_t)`, with `z_t` moved by
//! Hamiltonian dynamics under `f_t`

use super::log_weights::{LogLikelihood, log_likelihood};
use crate::MetricError;
use crate::input::Input;
use latent_numeric::random::Stream;
use ndarray::{Array1, Array2, ArrayView2, Axis, Zip};

/// `ln p(x, z)` of some codes, and its gradients with respect to them.
#[derive(Clone, Debug, PartialEq)]
pub struct Density {
    /// In nats, (chains).
    pub values: Array1<f64>,
    /// Of each value with respect to its code, (chains, d).
    pub gradients: Array2<f64>,
}

/// The inverse temperatures `0 = b_0 < ... < b_T = 1` of the path.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Schedule {
    /// `b_t = t / T`.
    Linear,
    /// Slow at both ends: `b_t = (s(4 (2 t / T - 1)) - s(-4)) / (s(4) - s(-4))` with `s(x) = 1 / (1 + e^-x)`, as Wu et
    /// al.
    Sigmoid,
}

impl Schedule {
    fn temperatures(self, steps: usize) -> Vec<f64> {
        let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
        let at = |t: usize| {
            let share = t as f64 / steps as f64;
            match self {
                Self::Linear => share,
                Self::Sigmoid => (sigmoid(8.0 * share - 4.0) - sigmoid(-4.0)) / (sigmoid(4.0) - sigmoid(-4.0)),
            }
        };
        (0..=steps).map(|t| if t == steps { 1.0 } else { at(t) }).collect()
    }
}

/// How annealed importance sampling goes.
#[derive(Clone, Debug, PartialEq)]
pub struct AisOptions {
    /// The number `T` of intermediate steps, each with one transition.
    pub steps: usize,
    /// The inverse temperatures.
    pub schedule: Schedule,
    /// Leapfrog steps of a transition.
    pub leapfrogs: usize,
    /// The size of a leapfrog step that adaptation begins with.
    pub step_size: f64,
    /// The acceptance that step sizes are adapted to.
    pub acceptance: f64,
    /// The seed: chain c draws from the streams `(seed, "annealed pilot", [c])` and `(seed, "annealed", [c])`.
    pub seed: u64,
}

impl Default for AisOptions {
    /// 500 steps of ten leapfrogs along the sigmoid, acceptance 0.65 as in Wu et al.
    fn default() -> Self {
        Self { steps: 500, schedule: Schedule::Sigmoid, leapfrogs: 10, step_size: 0.05, acceptance: 0.65, seed: 0 }
    }
}

/// Weights of annealed chains; see [`annealed_importance_sampling`].
#[derive(Clone, Debug, PartialEq)]
pub struct Annealed {
    /// The log-weight of each chain, in nats.
    pub log_weights: Array1<f64>,
    /// Where each chain came to, (chains, d): forward, approximate draws of the posterior.
    pub codes: Array2<f64>,
    /// The mean acceptance of all transitions.
    pub acceptance: f64,
}

/// Annealed importance sampling of `p(x) = int p(x, z) dz` from a standard normal distribution, with Hamiltonian
/// transitions: `E[w] = p(x)`, so that the logarithm of a mean weight is in expectation a lower bound
/// ([`log_likelihood`]).
///
/// `log_joint(z)` gives `ln p(x, z)` of (chains, d) codes: row c belongs to whatever data the caller means by chain c.
/// The prior in it can be any; the path begins at a standard normal distribution.
///
/// Step sizes are adapted in a pilot run of the same chains: in each transition a chain's step is multiplied by 1.02 if
/// its smoothed acceptance is above that asked for, and by 0.98 otherwise. The run proper takes the sizes that the
/// pilot came to at each temperature, which depend on none of its draws, so that its weights have no bias.
///
/// # Errors
/// No chains, no dimensions, no steps or leapfrogs, settings outside their domain, answers of `log_joint` of other
/// shapes or not finite where a chain begins; those of `log_joint`. Elsewhere a density that is not finite is zero.
///
/// # Source
/// Neal, *Annealed importance sampling*, 2001; Wu, Burda, Salakhutdinov and Grosse, *On the quantitative analysis of
/// decoder-based generative models*, 2017, section 3; leapfrog: Neal 2011, section 2.3.
///
/// ```
/// use latent_metrics::MetricError;
/// use latent_metrics::likelihood::{AisOptions, Density, annealed_importance_sampling};
/// use ndarray::{ArrayView2, Axis};
///
/// // p(z) = N(0, 1) and p(x | z) = N(z, 1), at x = 1: p(x) = N(1; 0, 2).
/// let log_joint = |z: ArrayView2<f64>| {
///     let values = z.mapv(|z| -0.5 * z * z - 0.5 * (1.0 - z).powi(2) - (2.0 * std::f64::consts::PI).ln());
///     Ok::<_, MetricError>(Density { values: values.sum_axis(Axis(1)), gradients: z.mapv(|z| 1.0 - 2.0 * z) })
/// };
/// let options = AisOptions { steps: 100, ..Default::default() };
/// let found = annealed_importance_sampling(20, 1, &options, log_joint)?;
/// let want = -0.25 - 0.5 * (4.0 * std::f64::consts::PI).ln();
/// assert!((found.log_weights.mean().unwrap() - want).abs() < 0.1);
/// # Ok::<(), MetricError>(())
/// ```
pub fn annealed_importance_sampling<F: From<MetricError>>(
    chains: usize,
    dimensions: usize,
    options: &AisOptions,
    mut log_joint: impl FnMut(ArrayView2<'_, f64>) -> Result<Density, F>,
) -> Result<Annealed, F> {
    let sizes = pilot(chains, dimensions, options, &mut log_joint)?;
    let mut chains = Chains::new(options.seed, "annealed", Start::Prior([chains, dimensions]), &mut log_joint)?;
    let temperatures = options.schedule.temperatures(options.steps);
    let mut log_weights = Array1::zeros(chains.codes.nrows());
    let mut accepted = 0.0;
    for (t, pair) in temperatures.windows(2).enumerate() {
        log_weights.scaled_add(pair[1] - pair[0], &chains.log_ratios());
        accepted += chains.transition(pair[1], &sizes[t], options.leapfrogs, &mut log_joint)?.sum();
    }
    let acceptance = accepted / (log_weights.len() * options.steps) as f64;
    Ok(Annealed { log_weights, codes: chains.codes, acceptance })
}

/// Annealed importance sampling backwards, from exact draws of the posterior: the logarithm of the mean of `w` is then
/// in expectation a lower bound of `-ln p(x)`. The log-weights in the answer have their signs changed, so that they
/// estimate `ln p(x)`, and an upper bound comes from [`bidirectional`].
///
/// Exact draws are there for data that the model made itself: `z ~ p(z)`, `x ~ p(x | z)`.
///
/// # Shapes
/// `posterior` is (chains, d); `log_joint` as in [`annealed_importance_sampling`].
///
/// # Errors
/// As [`annealed_importance_sampling`], and draws that are not finite.
///
/// # Source
/// Grosse, Ghahramani and Adams, *Sandwiching the marginal likelihood using bidirectional Monte Carlo*, 2015; Wu et al.
/// 2017, section 3.2.
pub fn reverse_annealed_importance_sampling<F: From<MetricError>>(
    posterior: ArrayView2<'_, f64>,
    options: &AisOptions,
    mut log_joint: impl FnMut(ArrayView2<'_, f64>) -> Result<Density, F>,
) -> Result<Annealed, F> {
    let posterior = Input("annealed importance sampling").finite("draws of the posterior", posterior)?;
    let sizes = pilot(posterior.nrows(), posterior.ncols(), options, &mut log_joint)?;
    let mut chains = Chains::new(options.seed, "annealed", Start::Codes(posterior), &mut log_joint)?;
    let temperatures = options.schedule.temperatures(options.steps);
    let mut log_weights = Array1::zeros(chains.codes.nrows());
    let mut accepted = 0.0;
    for (t, pair) in temperatures.windows(2).enumerate().rev() {
        accepted += chains.transition(pair[1], &sizes[t], options.leapfrogs, &mut log_joint)?.sum();
        log_weights.scaled_add(pair[1] - pair[0], &chains.log_ratios());
    }
    let acceptance = accepted / (log_weights.len() * options.steps) as f64;
    Ok(Annealed { log_weights, codes: chains.codes, acceptance })
}

/// Bounds of log-likelihoods from both sides; see [`bidirectional`].
#[derive(Clone, Debug, PartialEq)]
pub struct Bidirectional {
    /// A lower bound in expectation, from chains that began at the prior.
    pub lower: LogLikelihood,
    /// An upper bound in expectation, from chains that began at draws of the posterior.
    pub upper: LogLikelihood,
}

impl Bidirectional {
    /// How far the bounds are apart on average, in nats: the error of either is below it in expectation.
    pub fn gap(&self) -> f64 {
        self.upper.mean - self.lower.mean
    }
}

/// Bounds of the log-likelihoods of data that the model made itself, from both directions of annealed importance
/// sampling: `ln 1/k sum w` and `-ln 1/k sum 1/w'`.
///
/// # Shapes
/// The log-weights of either direction are (samples, chains).
///
/// # Errors
/// Other numbers of samples; those of [`log_likelihood`].
pub fn bidirectional(forward: ArrayView2<'_, f64>, reverse: ArrayView2<'_, f64>) -> Result<Bidirectional, MetricError> {
    Input("bidirectional Monte Carlo").same("samples of the reverse direction", reverse.nrows(), forward.nrows())?;
    let lower = log_likelihood(forward)?;
    let mut upper = log_likelihood(reverse.mapv(|log| -log).view())?;
    upper.mean = -upper.mean;
    upper.by_sample.iter_mut().for_each(|value| *value = -*value);
    Ok(Bidirectional { lower, upper })
}

enum Start {
    Prior([usize; 2]),
    Codes(Array2<f64>),
}

struct Chains {
    streams: Vec<Stream>,
    codes: Array2<f64>,
    density: Density,
}

const NAME: Input = Input("annealed importance sampling");

/// What is evaluated must be as many as the codes.
fn checked(density: Density, codes: &Array2<f64>) -> Result<Density, MetricError> {
    NAME.same("values of the joint density", density.values.len(), codes.nrows())?;
    NAME.same("rows of its gradients", density.gradients.nrows(), codes.nrows())?;
    NAME.same("columns of its gradients", density.gradients.ncols(), codes.ncols())?;
    Ok(density)
}

impl Chains {
    fn new<F: From<MetricError>>(
        seed: u64,
        purpose: &str,
        start: Start,
        log_joint: &mut impl FnMut(ArrayView2<'_, f64>) -> Result<Density, F>,
    ) -> Result<Self, F> {
        let rows = match &start {
            Start::Prior([chains, _]) => *chains,
            Start::Codes(codes) => codes.nrows(),
        };
        let mut streams: Vec<Stream> = (0..rows).map(|c| Stream::new(seed, purpose, &[c as u64])).collect();
        let codes = match start {
            Start::Prior(shape) => normal(&mut streams, shape[1]),
            Start::Codes(codes) => codes,
        };
        let density = checked(log_joint(codes.view())?, &codes)?;
        NAME.finite("the joint density where chains begin", density.values.view())?;
        NAME.finite("its gradients where chains begin", density.gradients.view())?;
        Ok(Self { streams, codes, density })
    }

    /// `ln p(x, z) - ln N(z; 0, I)`
    fn log_ratios(&self) -> Array1<f64> {
        &self.density.values - &log_normal(&self.codes)
    }

    /// One Hamiltonian transition under the density at an inverse temperature; how probably each chain moved.
    fn transition<F: From<MetricError>>(
        &mut self,
        temperature: f64,
        sizes: &Array1<f64>,
        leapfrogs: usize,
        log_joint: &mut impl FnMut(ArrayView2<'_, f64>) -> Result<Density, F>,
    ) -> Result<Array1<f64>, F> {
        let sizes_by_row = sizes.view().insert_axis(Axis(1));
        let uphill =
            |codes: &Array2<f64>, density: &Density| &density.gradients * temperature - &(codes * (1.0 - temperature));
        let energy = |codes: &Array2<f64>, density: &Density, momenta: &Array2<f64>| {
            let kinetic = momenta.mapv(|p| 0.5 * p * p).sum_axis(Axis(1));
            log_normal(codes) * (1.0 - temperature) + &density.values * temperature - kinetic
        };
        let mut momenta = normal(&mut self.streams, self.codes.ncols());
        let before = energy(&self.codes, &self.density, &momenta);
        let (mut codes, mut density) = (self.codes.clone(), self.density.clone());
        for _ in 0..leapfrogs {
            momenta += &(uphill(&codes, &density) * sizes_by_row * 0.5);
            codes += &(&momenta * &sizes_by_row);
            density = checked(log_joint(codes.view())?, &codes)?;
            momenta += &(uphill(&codes, &density) * sizes_by_row * 0.5);
        }
        let after = energy(&codes, &density, &momenta);
        let mut acceptance =
            Zip::from(&after).and(&before).map_collect(|after, before| (after - before).exp().min(1.0));
        for (c, probability) in acceptance.iter_mut().enumerate() {
            // NaN, where the density is no number.
            if !(after[c].is_finite() && density.gradients.row(c).iter().all(|g| g.is_finite())) {
                *probability = 0.0;
            }
            if self.streams[c].uniform::<f64>() < *probability {
                self.codes.row_mut(c).assign(&codes.row(c));
                self.density.values[c] = density.values[c];
                self.density.gradients.row_mut(c).assign(&density.gradients.row(c));
            }
        }
        Ok(acceptance)
    }
}

/// The step sizes of each transition, (chains) each, from a run of their own.
fn pilot<F: From<MetricError>>(
    chains: usize,
    dimensions: usize,
    options: &AisOptions,
    log_joint: &mut impl FnMut(ArrayView2<'_, f64>) -> Result<Density, F>,
) -> Result<Vec<Array1<f64>>, F> {
    NAME.at_least("chains", chains, 1)?;
    NAME.at_least("dimensions", dimensions, 1)?;
    NAME.at_least("steps", options.steps, 1)?;
    NAME.at_least("leapfrogs", options.leapfrogs, 1)?;
    let (size, acceptance) = (options.step_size, options.acceptance);
    NAME.setting(size > 0.0 && size.is_finite(), "step size", size, "positive and finite")?;
    NAME.setting(acceptance > 0.0 && acceptance < 1.0, "acceptance", acceptance, "in (0, 1)")?;
    let mut run = Chains::new(options.seed, "annealed pilot", Start::Prior([chains, dimensions]), log_joint)?;
    let mut sizes = Array1::from_elem(chains, size);
    let mut smoothed = Array1::from_elem(chains, acceptance);
    let mut all = Vec::with_capacity(options.steps);
    for &temperature in &options.schedule.temperatures(options.steps)[1..] {
        all.push(sizes.clone());
        let accepted = run.transition(temperature, &sizes, options.leapfrogs, log_joint)?;
        Zip::from(&mut sizes).and(&mut smoothed).and(&accepted).for_each(|size, smoothed, accepted| {
            *smoothed = 0.9 * *smoothed + 0.1 * accepted;
            *size *= if *smoothed > acceptance { 1.02 } else { 0.98 };
        });
    }
    Ok(all)
}

fn normal(streams: &mut [Stream], dimensions: usize) -> Array2<f64> {
    let mut draws = Array2::zeros((streams.len(), dimensions));
    for (mut row, stream) in draws.rows_mut().into_iter().zip(streams) {
        row.map_inplace(|draw| *draw = stream.normal());
    }
    draws
}

/// `ln N(z; 0, I)` of each row.
fn log_normal(codes: &Array2<f64>) -> Array1<f64> {
    let constant = 0.5 * codes.ncols() as f64 * (2.0 * std::f64::consts::PI).ln();
    codes.mapv(|z| -0.5 * z * z).sum_axis(Axis(1)) - constant
}
