//! `x = G(z, y)` against `D(x, y)`

mod chain;
mod classes;
mod discriminator;
mod generator;
mod objective;
mod settings;

pub use discriminator::Discriminator;
pub use generator::Generator;
pub use objective::{GanLoss, GanObjective, GradientPenaltyKind};
pub use settings::{Condition, DiscriminatorNorm, GanArchitecture, GanSettings, GanWarning, SpectralNormalization};

use crate::error::ModelError;
use latent_layers::{Context, Module};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_regularizers::{GradientPenalty, Side, l1, l2, total, weights};
use latent_tensor::{Tensor, no_grad};

/// A generative adversarial network (Goodfellow et al. 2014): a [`Generator`] and a [`Discriminator`], whose paths begin
/// with `generator.` and `discriminator.`. [`GanSettings`] builds it.
///
/// Images are rows of pixels in `[-1, 1]`.
///
/// ```
/// use latent_layers::{Context, Module};
/// use latent_models::{GanObjective, GanSettings};
/// use latent_numeric::random::Stream;
/// use latent_tensor::{GradOptions, Tensor, grad};
///
/// let gan = GanSettings::article().build::<f32>([1, 28, 28], 7)?;
/// let real = Tensor::full(&[8, 784], -1.0);
/// let mut context = Context::train(Stream::new(7, "layers", &[0]));
/// let mut noise = Stream::new(7, "noise", &[0]);
/// let terms = gan.discriminator_terms(&real, None, &GanObjective::wgan_gp(), &mut context, &mut noise)?;
/// for (name, value) in terms.values() {
///     println!("{name:>20} {value:8.4}");
/// }
/// let slopes = grad(&[terms.objective], &gan.discriminator.variables(), GradOptions::default());
/// assert_eq!(slopes.len(), 6);
/// # Ok::<(), latent_models::ModelError>(())
/// ```
#[derive(Module)]
pub struct Gan<E: Scalar = f32> {
    /// Makes images.
    pub generator: Generator<E>,
    /// Tells them from real ones.
    pub discriminator: Discriminator<E>,
}

/// The terms of a player's objective, means over the batch, of no axes.
#[derive(Clone, Debug)]
pub struct GanTerms<E: Scalar = f32> {
    /// What is minimised: the sum of [`contributions`](Self::contributions).
    pub objective: Tensor<E>,
    /// Names and values of what the objective is the sum of, weights included.
    pub contributions: Vec<(&'static str, Tensor<E>)>,
    /// Further quantities to report, by name.
    pub measured: Vec<(&'static str, f64)>,
}

impl<E: Scalar> GanTerms<E> {
    fn new(contributions: Vec<(&'static str, Tensor<E>)>, measured: Vec<(&'static str, f64)>) -> Self {
        let objective = contributions.iter().map(|(_, term)| term.clone()).reduce(|a, b| a + b);
        Self { objective: objective.expect("at least the loss of the game"), contributions, measured }
    }

    /// Names and values to report.
    ///
    /// ```
    /// use latent_layers::Context;
    /// use latent_models::{GanObjective, GanSettings};
    /// use latent_numeric::random::Stream;
    /// use latent_tensor::Tensor;
    ///
    /// let gan = GanSettings::article().build::<f32>([1, 28, 28], 7)?;
    /// let (mut context, mut noise) = (Context::evaluate(), Stream::new(7, "noise", &[]));
    /// let real = Tensor::zeros(&[4, 784]);
    /// let terms = gan.discriminator_terms(&real, None, &GanObjective::wgan_gp(), &mut context, &mut noise)?;
    /// let names: Vec<_> = terms.values().into_iter().map(|(name, _)| name).collect();
    /// assert_eq!(names, ["adversarial", "gradient_penalty", "real_output", "fake_output", "gradient_norm"]);
    /// # Ok::<(), latent_models::ModelError>(())
    /// ```
    pub fn values(&self) -> Vec<(&'static str, f64)> {
        let contributions = self.contributions.iter().map(|(name, term)| (*name, term.item().as_f64()));
        contributions.chain(self.measured.iter().copied()).collect()
    }
}

fn mean<E: Scalar>(x: &Tensor<E>) -> f64 {
    no_grad(|| x.mean()).item().as_f64()
}

impl<E: Scalar> Gan<E> {
    /// What the discriminator minimises on real images, (samples, features) in `[-1, 1]`, and as many generated ones of
    /// the same classes. Nothing of it depends on the generator's parameters.
    ///
    /// With a gradient penalty, `gradient_norm` is the mean norm of the gradient that it is on: of the logits, or of
    /// the probability, at the points of the penalty.
    ///
    /// # Errors
    /// If the images have another size or range, or the classes do not fit.
    ///
    /// ```
    /// use latent_layers::Context;
    /// use latent_models::{GanObjective, GanSettings};
    /// use latent_numeric::random::Stream;
    /// use latent_tensor::Tensor;
    ///
    /// let gan = GanSettings::article().build::<f32>([1, 28, 28], 7)?;
    /// let (mut context, mut noise) = (Context::evaluate(), Stream::new(7, "noise", &[]));
    /// let bytes = Tensor::full(&[4, 784], 255.0);
    /// let error = gan.discriminator_terms(&bytes, None, &GanObjective::default(), &mut context, &mut noise).unwrap_err();
    /// assert_eq!(error.to_string(), "the pixels of real images must lie in [-1, 1], but range from 255 to 255");
    /// # Ok::<(), latent_models::ModelError>(())
    /// ```
    pub fn discriminator_terms(
        &self,
        real: &Tensor<E>,
        classes: Option<&[usize]>,
        objective: &GanObjective,
        context: &mut Context,
        noise: &mut Stream,
    ) -> Result<GanTerms<E>, ModelError> {
        objective.check()?;
        check_pixels(real)?;
        let fake = no_grad(|| self.generator.draw(samples(real), classes, context, noise))?;
        let of_real = self.discriminator.forward(real, classes, context)?;
        let of_fake = self.discriminator.forward(&fake, classes, context)?;
        let mut contributions = vec![("adversarial", objective.loss.discriminator(&of_real, &of_fake))];
        let mut measured = vec![("real_output", mean(&of_real)), ("fake_output", mean(&of_fake))];
        let critic = |x: &Tensor<E>| self.discriminator.forward(x, classes, context);
        if let Some(penalized) = objective.penalty(critic, real, &fake, noise)? {
            contributions.push(("gradient_penalty", penalized.penalty));
            measured.push(("gradient_norm", penalized.mean_norm));
        }
        let of_weights = |penalty: &dyn Fn(&Tensor<E>) -> Tensor<E>| total(weights(&self.discriminator), penalty);
        if objective.l1 > 0.0 {
            contributions.push(("l1", of_weights(&|w| l1(w, objective.l1))));
        }
        if objective.l2 > 0.0 {
            contributions.push(("l2", of_weights(&|w| l2(w, objective.l2))));
        }
        Ok(GanTerms::new(contributions, measured))
    }

    /// What the generator minimises: the loss of the game alone, on as many images as there are real ones, of the same
    /// classes. Only relativistic games look at the real images themselves.
    ///
    /// # Errors
    /// If the images have another size or range, or the classes do not fit.
    ///
    /// ```
    /// use latent_layers::{Context, Module};
    /// use latent_models::{GanObjective, GanSettings};
    /// use latent_numeric::random::Stream;
    /// use latent_tensor::{GradOptions, Tensor, grad};
    ///
    /// let gan = GanSettings::conditional(10).build::<f32>([1, 28, 28], 7)?;
    /// let mut context = Context::train(Stream::new(7, "layers", &[0]));
    /// let mut noise = Stream::new(7, "noise", &[0]);
    /// let (real, classes) = (Tensor::zeros(&[3, 784]), [7, 1, 7]);
    /// let terms = gan.generator_terms(&real, Some(&classes), &GanObjective::default(), &mut context, &mut noise)?;
    /// let slopes = grad(&[terms.objective], &gan.generator.variables(), GradOptions::default());
    /// assert_eq!(slopes.len(), gan.generator.variables().len());
    /// # Ok::<(), latent_models::ModelError>(())
    /// ```
    pub fn generator_terms(
        &self,
        real: &Tensor<E>,
        classes: Option<&[usize]>,
        objective: &GanObjective,
        context: &mut Context,
        noise: &mut Stream,
    ) -> Result<GanTerms<E>, ModelError> {
        objective.check()?;
        check_pixels(real)?;
        let fake = self.generator.draw(samples(real), classes, context, noise)?;
        let of_fake = self.discriminator.forward(&fake, classes, context)?;
        let of_real = if objective.loss.is_relativistic() {
            self.discriminator.forward(real, classes, context)?
        } else {
            of_fake.clone()
        };
        let adversarial = objective.loss.generator(&of_real, &of_fake);
        Ok(GanTerms::new(vec![("adversarial", adversarial)], vec![("fake_output", mean(&of_fake))]))
    }

    /// How the game stands, on images that are not trained on: both losses without penalties, the discriminator's mean
    /// outputs, and the mean norms of its gradients at real and at generated images.
    ///
    /// # Errors
    /// If the images have another size or range, or the classes do not fit.
    ///
    /// ```
    /// use latent_models::{GanLoss, GanSettings};
    /// use latent_numeric::random::Stream;
    /// use latent_tensor::Tensor;
    ///
    /// let gan = GanSettings::article().build::<f32>([1, 28, 28], 7)?;
    /// let state = gan.evaluate(&Tensor::zeros(&[4, 784]), None, GanLoss::Hinge, &mut Stream::new(7, "noise", &[]))?;
    /// assert_eq!(state.map(|(name, _)| name), [
    ///     "discriminator_loss", "generator_loss", "real_output", "fake_output",
    ///     "gradient_norm_at_real", "gradient_norm_at_fake",
    /// ]);
    /// # Ok::<(), latent_models::ModelError>(())
    /// ```
    pub fn evaluate(
        &self,
        real: &Tensor<E>,
        classes: Option<&[usize]>,
        loss: GanLoss,
        noise: &mut Stream,
    ) -> Result<[(&'static str, f64); 6], ModelError> {
        check_pixels(real)?;
        let context = &mut Context::evaluate();
        let fake = no_grad(|| self.generator.draw(samples(real), classes, context, noise))?;
        let [of_real, of_fake] = [
            no_grad(|| self.discriminator.forward(real, classes, context))?,
            no_grad(|| self.discriminator.forward(&fake, classes, context))?,
        ];
        let mut norm = |x: &Tensor<E>| {
            let critic = |x: &Tensor<E>| self.discriminator.forward(x, classes, context);
            let of_norms = GradientPenalty { lambda: 1.0, center: 0.0, side: Side::Both };
            no_grad(|| of_norms.at(critic, x)).map(|at| at.mean_norm)
        };
        let (at_real, at_fake) = (norm(real)?, norm(&fake)?);
        Ok([
            ("discriminator_loss", loss.discriminator(&of_real, &of_fake).item().as_f64()),
            ("generator_loss", loss.generator(&of_real, &of_fake).item().as_f64()),
            ("real_output", mean(&of_real)),
            ("fake_output", mean(&of_fake)),
            ("gradient_norm_at_real", at_real),
            ("gradient_norm_at_fake", at_fake),
        ])
    }
}

fn samples<E: Scalar>(real: &Tensor<E>) -> usize {
    real.shape().first().copied().unwrap_or(0)
}

/// Holds pixels against the range of the generator's.
fn check_pixels<E: Scalar>(real: &Tensor<E>) -> Result<(), ModelError> {
    let one = E::one();
    if real.array().iter().all(|&x| -one <= x && x <= one) {
        return Ok(());
    }
    let numbers = || real.array().iter().map(|x| x.as_f64());
    let is_nan = numbers().any(f64::is_nan);
    let extreme = |pick: fn(f64, f64) -> f64, start| if is_nan { f64::NAN } else { numbers().fold(start, pick) };
    let (found_low, found_high) = (extreme(f64::min, f64::INFINITY), extreme(f64::max, f64::NEG_INFINITY));
    Err(ModelError::Range { what: "the pixels of real images", low: -1.0, high: 1.0, found_low, found_high })
}
