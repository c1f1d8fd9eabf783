//! What generator and discriminator minimise.

use crate::error::{ModelError, require, require_weight};
use latent_losses::Mean;
use latent_losses::adversarial::{
    AdversarialLoss, Hinge, LeastSquares, Minimax, NonSaturating, Relativistic, RelativisticAverage, Wasserstein,
};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_regularizers::{CriticOutput, Penalized, dragan, r1, r2, wgan_gp, wgan_lp, zero_centered};
use latent_tensor::Tensor;
use serde::{Deserialize, Serialize};

/// The game; see [`latent_losses::adversarial`] for the formulas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GanLoss {
    /// Goodfellow et al. 2014, equation 1.
    Minimax,
    /// Goodfellow et al. 2014, section 3.
    #[default]
    NonSaturating,
    /// Mao et al. 2017.
    LeastSquares,
    /// Lim and Ye 2017; Miyato et al. 2018.
    Hinge,
    /// Arjovsky, Chintala and Bottou 2017.
    Wasserstein,
    /// Jolicoeur-Martineau 2019, over pairs.
    Relativistic,
    /// Jolicoeur-Martineau 2019, against means.
    RelativisticAverage,
}

macro_rules! with_loss {
    ($of:expr, $loss:ident => $work:expr) => {
        match $of {
            GanLoss::Minimax => {
                let $loss = Minimax;
                $work
            }
            GanLoss::NonSaturating => {
                let $loss = NonSaturating;
                $work
            }
            GanLoss::LeastSquares => {
                let $loss = LeastSquares::default();
                $work
            }
            GanLoss::Hinge => {
                let $loss = Hinge;
                $work
            }
            GanLoss::Wasserstein => {
                let $loss = Wasserstein;
                $work
            }
            GanLoss::Relativistic => {
                let $loss = Relativistic;
                $work
            }
            GanLoss::RelativisticAverage => {
                let $loss = RelativisticAverage;
                $work
            }
        }
    };
}

impl GanLoss {
    /// What the discriminator minimises, from its outputs for real and for generated samples, a mean over samples.
    ///
    /// ```
    /// use latent_models::GanLoss;
    /// use latent_tensor::Tensor;
    ///
    /// let (real, fake) = (Tensor::scalar(3.0), Tensor::scalar(1.0));
    /// assert_eq!(GanLoss::Wasserstein.discriminator(&real, &fake).item(), -2.0);
    /// ```
    pub fn discriminator<E: Scalar>(self, real: &Tensor<E>, fake: &Tensor<E>) -> Tensor<E> {
        with_loss!(self, loss => loss.discriminator(real, fake, Mean))
    }

    /// What the generator minimises, a mean over samples.
    ///
    /// ```
    /// use latent_models::GanLoss;
    /// use latent_tensor::Tensor;
    ///
    /// assert_eq!(GanLoss::Hinge.generator(&Tensor::scalar(3.0), &Tensor::scalar(1.0)).item(), -1.0);
    /// ```
    pub fn generator<E: Scalar>(self, real: &Tensor<E>, fake: &Tensor<E>) -> Tensor<E> {
        with_loss!(self, loss => loss.generator(real, fake, Mean))
    }

    /// Whether the generator's loss looks at real samples.
    ///
    /// ```
    /// use latent_models::GanLoss;
    ///
    /// assert!(GanLoss::Relativistic.is_relativistic() && !GanLoss::Hinge.is_relativistic());
    /// ```
    pub fn is_relativistic(self) -> bool {
        matches!(self, Self::Relativistic | Self::RelativisticAverage)
    }
}

/// A penalty on the discriminator's gradient with respect to its input, and where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GradientPenaltyKind {
    /// None.
    #[default]
    None,
    /// Norms of one, between real and generated samples: Gulrajani et al. 2017.
    WganGp,
    /// Norms of at most one, there: Petzka, Fischer and Lukovnikov 2018.
    WganLp,
    /// Norms of zero, there: Thanh-Tung, Tran and Venkatesh 2019.
    ZeroCentered,
    /// Norms of one, around real samples: Kodali et al. 2017.
    Dragan,
    /// Norms of zero, at real samples: Mescheder, Geiger and Nowozin 2018.
    R1,
    /// Norms of zero, at generated samples.
    R2,
}

/// What a GAN's players minimise. All penalties are on the discriminator.
///
/// ```
/// use latent_models::{GanLoss, GanObjective, GradientPenaltyKind};
///
/// let named: GanObjective =
///     serde_json::from_str(r#"{"loss": "wasserstein", "gradient_penalty": "wgan_gp"}"#).unwrap();
/// assert_eq!(named, GanObjective::wgan_gp());
/// assert_eq!(named.gradient_penalty_weight, 10.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct GanObjective {
    /// The game.
    pub loss: GanLoss,
    /// The penalty on the discriminator's gradient.
    pub gradient_penalty: GradientPenaltyKind,
    /// Which output of the discriminator has this gradient: its logits, or their sigmoid.
    pub gradient_penalty_on: CriticOutput,
    /// Its weight: `lambda`, or `gamma` of R1 and R2, which have half of it.
    pub gradient_penalty_weight: f64,
    /// The standard deviation of DRAGAN's noise, in units of the data.
    pub dragan_std: f64,
    /// The weight of the sum of absolute weights of the discriminator.
    pub l1: f64,
    /// The weight of half the sum of squared weights of the discriminator, as a term of the loss.
    pub l2: f64,
}

impl Default for GanObjective {
    /// The non-saturating game without penalties.
    fn default() -> Self {
        Self {
            loss: GanLoss::NonSaturating,
            gradient_penalty: GradientPenaltyKind::None,
            gradient_penalty_on: CriticOutput::Logits,
            gradient_penalty_weight: 10.0,
            dragan_std: 0.5,
            l1: 0.0,
            l2: 0.0,
        }
    }
}

impl GanObjective {
    /// The Wasserstein game with its gradient penalty of weight 10.
    ///
    /// ```
    /// assert_eq!(latent_models::GanObjective::wgan_gp().loss, latent_models::GanLoss::Wasserstein);
    /// ```
    pub fn wgan_gp() -> Self {
        Self { loss: GanLoss::Wasserstein, gradient_penalty: GradientPenaltyKind::WganGp, ..Self::default() }
    }

    /// Whether these settings make sense.
    ///
    /// # Errors
    /// The first that does not, by its name.
    ///
    /// ```
    /// use latent_models::GanObjective;
    ///
    /// let error = GanObjective { dragan_std: 0.0, ..Default::default() }.check().unwrap_err();
    /// assert_eq!(error.to_string(), "dragan_std is 0, expected positive and finite");
    /// ```
    pub fn check(&self) -> Result<(), ModelError> {
        let weights = [("gradient_penalty_weight", self.gradient_penalty_weight), ("l1", self.l1), ("l2", self.l2)];
        weights.into_iter().try_for_each(|(key, weight)| require_weight(key, weight))?;
        let std = self.dragan_std;
        require(std > 0.0 && std.is_finite(), "dragan_std", std, "positive and finite")
    }

    /// The gradient penalty on a critic's logits, or their sigmoid, if there is one.
    pub(super) fn penalty<E: Scalar>(
        &self,
        critic: impl FnOnce(&Tensor<E>) -> Result<Tensor<E>, ModelError>,
        real: &Tensor<E>,
        fake: &Tensor<E>,
        stream: &mut Stream,
    ) -> Result<Option<Penalized<E>>, ModelError> {
        let (on, weight) = (self.gradient_penalty_on, self.gradient_penalty_weight);
        let critic = |x: &Tensor<E>| critic(x).map(|logits| on.of(&logits));
        match self.gradient_penalty {
            GradientPenaltyKind::None => return Ok(None),
            GradientPenaltyKind::WganGp => wgan_gp(critic, real, fake, weight, stream),
            GradientPenaltyKind::WganLp => wgan_lp(critic, real, fake, weight, stream),
            GradientPenaltyKind::ZeroCentered => zero_centered(critic, real, fake, weight, stream),
            GradientPenaltyKind::Dragan => dragan(critic, real, self.dragan_std, weight, stream),
            GradientPenaltyKind::R1 => r1(critic, real, weight),
            GradientPenaltyKind::R2 => r2(critic, fake, weight),
        }
        .map(Some)
    }
}
