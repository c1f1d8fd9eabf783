//! Latent dimensions that say nothing about the data.

use super::{Monitor, Warning};
use crate::{Event, Position, TaskError};
use ndarray::{ArrayView2, Axis};

/// How much each latent dimension says about the data.
///
/// ```
/// use latent_train::health::LatentUse;
/// use ndarray::array;
///
/// // The second dimension is the prior, whatever the sample.
/// let usage = LatentUse::gaussian(array![[1.0_f32, 0.0], [-1.0, 0.0]].view(), array![[-2.0, 0.0], [-2.0, 0.0]].view());
/// assert_eq!(usage.variance_of_means, [1.0, 0.0]);
/// assert_eq!(usage.kl[1], 0.0);
/// assert_eq!(usage.active(), 1);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct LatentUse {
    /// `Var_x(E[z_d | x])` of each dimension `d`.
    pub variance_of_means: Vec<f64>,
    /// `E_x KL(q(z_d | x) || p(z_d))` of each dimension, in nats.
    pub kl: Vec<f64>,
}

impl LatentUse {
    /// Of diagonal Gaussian posteriors against a standard normal prior, `KL = (mu^2 + sigma^2 - 1 - ln sigma^2) / 2`.
    ///
    /// # Shapes
    /// `mean` and `log_var` are (samples, dimensions), with at least one sample.
    ///
    /// # Panics
    /// If their shapes differ or there is no sample.
    pub fn gaussian(mean: ArrayView2<'_, f32>, log_var: ArrayView2<'_, f32>) -> Self {
        assert_eq!(mean.dim(), log_var.dim(), "LatentUse: means and log variances differ in shape");
        assert!(mean.nrows() > 0, "LatentUse: no samples");
        let (mean, log_var) = (mean.mapv(f64::from), log_var.mapv(f64::from));
        let kl = (&mean * &mean + log_var.mapv(f64::exp) - 1.0 - &log_var) / 2.0;
        Self {
            variance_of_means: mean.var_axis(Axis(0), 0.0).to_vec(),
            kl: kl.mean_axis(Axis(0)).expect("samples").to_vec(),
        }
    }

    /// The number of active dimensions: those whose posterior mean varies by more than 0.01 (Burda, Grosse and
    /// Salakhutdinov, *Importance weighted autoencoders*, ICLR 2016, section 5.3).
    pub fn active(&self) -> usize {
        self.variance_of_means.iter().filter(|&&variance| variance > 0.01).count()
    }
}

/// Warns when fewer than half of the latent dimensions are active, at a validation after the first epoch.
pub struct PosteriorCollapse<F> {
    probe: F,
    least: f64,
}

impl<F> PosteriorCollapse<F> {
    /// Watches the use of latent dimensions that `probe` measures on samples that are not trained on.
    pub fn new(probe: F) -> Self {
        Self { probe, least: 0.5 }
    }

    /// Warns below this share of active dimensions instead of one half.
    #[must_use]
    pub fn least(self, least: f64) -> Self {
        Self { least, ..self }
    }
}

impl<T: ?Sized, F> Monitor<T> for PosteriorCollapse<F>
where
    F: FnMut(&T) -> Result<LatentUse, TaskError>,
{
    fn name(&self) -> &'static str {
        "posterior_collapse"
    }

    fn look(&mut self, event: &Event<'_>, at: Position, task: &T) -> Result<Option<Warning>, TaskError> {
        if !matches!(event, Event::Validation(_)) || at.epoch == 0 {
            return Ok(None);
        }
        let usage = (self.probe)(task)?;
        let (active, dimensions) = (usage.active(), usage.kl.len());
        if active as f64 >= self.least * dimensions as f64 {
            return Ok(None);
        }
        let nats: f64 = usage.kl.iter().sum();
        let silent = usage.kl.iter().filter(|&&kl| kl < 0.01).count();
        let verb = if active == 1 { "is" } else { "are" };
        Ok(Some(Warning {
            message: format!(
                "{active} of {dimensions} latent dimensions {verb} active; KL {nats:.2} nats in all, below 0.01 in \
                 {silent} dimensions"
            ),
            remedy: "lower beta or warm it up, grant each dimension some free nats, or take a weaker decoder or a \
                     smaller latent space"
                .to_owned(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Validation;
    use ndarray::Array2;

    fn look(active: usize, epoch: u64) -> Option<Warning> {
        // Means of +-1 in the active dimensions, of +-0.05 in the others.
        let mean = Array2::from_shape_fn((8, 20), |(i, d)| {
            let size = if d < active { 1.0 } else { 0.05 };
            if i % 2 == 0 { size } else { -size }
        });
        let log_var = Array2::from_shape_fn((8, 20), |(_, d)| if d < active { -3.0 } else { 0.0 });
        let mut monitor = PosteriorCollapse::new(|(): &()| Ok(LatentUse::gaussian(mean.view(), log_var.view())));
        let validation = Validation { on: crate::Evaluated::HeldOut, values: vec![], improved: true, averaged: false };
        monitor.look(&Event::Validation(&validation), Position { step: 9, steps: 99, epoch }, &()).unwrap()
    }

    #[test]
    fn too_few_active_dimensions_are_told() {
        let warning = look(3, 1).unwrap();
        // (1 + e^-3 - 1 + 3) / 2 for three, 0.05^2 / 2 for seventeen.
        let nats = 3.0 * f64::midpoint((-3.0_f64).exp(), 3.0) + 17.0 * 0.00125;
        let start = format!("3 of 20 latent dimensions are active; KL {nats:.2} nats in all, below 0.01 in 17");
        assert!(warning.message.starts_with(&start), "{}", warning.message);
        assert!(warning.remedy.contains("lower beta"));
        assert_eq!((look(10, 1), look(3, 0)), (None, None));
    }
}
