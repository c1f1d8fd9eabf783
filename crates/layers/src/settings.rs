//! Checks of the settings that several layers have.

use crate::LayerError;

/// All of these must be at least one.
pub(crate) fn positive(layer: &'static str, settings: &[(&str, &[usize])]) -> Result<(), LayerError> {
    match settings.iter().find(|(_, values)| values.contains(&0)) {
        None => Ok(()),
        Some((name, values)) => {
            Err(LayerError::settings(layer, format!("{name} must be at least 1 everywhere, got {values:?}")))
        }
    }
}

/// The channels must fall into groups of equal size.
pub(crate) fn grouped(layer: &'static str, groups: usize, channels: &[(&str, usize)]) -> Result<(), LayerError> {
    positive(layer, &[("groups", &[groups])])?;
    match channels.iter().find(|(_, channels)| !channels.is_multiple_of(groups)) {
        None => Ok(()),
        Some((name, channels)) => {
            let reason = format!("{name} ({channels}) must be a multiple of the groups ({groups})");
            Err(LayerError::settings(layer, reason))
        }
    }
}

/// A probability with which something is dropped.
pub(crate) fn drop_probability(layer: &'static str, p: f64) -> Result<f64, LayerError> {
    if (0.0..1.0).contains(&p) {
        Ok(p)
    } else {
        Err(LayerError::settings(layer, format!("the probability must be in [0, 1), got {p}")))
    }
}

/// What is added to variances.
pub(crate) fn small_constant(layer: &'static str, eps: f64) -> Result<f64, LayerError> {
    if eps >= 0.0 && eps.is_finite() {
        Ok(eps)
    } else {
        Err(LayerError::settings(layer, format!("eps must be finite and not negative, got {eps}")))
    }
}
