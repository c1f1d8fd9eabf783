//! Signs of a game that goes wrong.

use super::Config;
use latent_models::GanLoss;
use latent_train::health::{SaturatedDiscriminator, Warning};

/// What the configuration itself warns of, by name.
pub fn warnings(config: &Config) -> Vec<(&'static str, Warning)> {
    let told = config.model.warnings(&config.objective).into_iter();
    told.map(|warning| (warning.name, Warning { message: warning.message.into(), remedy: warning.remedy.into() }))
        .collect()
}

/// Watches the loss of the game without penalties, if it has a lower bound: zero for all that have one. What counts as
/// close to it is a fortieth of the loss of a discriminator that cannot tell, or less.
pub fn saturation(loss: GanLoss) -> Option<SaturatedDiscriminator> {
    let level = match loss {
        GanLoss::Wasserstein => return None,
        // 2 ln 2, or ln 2 for a pair; twice that for both means.
        GanLoss::Minimax | GanLoss::NonSaturating | GanLoss::Relativistic | GanLoss::RelativisticAverage => 0.03,
        GanLoss::Hinge => 0.05,
        GanLoss::LeastSquares => 0.01,
    };
    Some(SaturatedDiscriminator::new("discriminator", level).term("adversarial"))
}
