//! Colours by their hue.

/// The colour of the HSV model with this hue, in turns from red by green and blue, of full saturation: red, green,
/// blue, each in [0, value].
pub(super) fn colour(hue: f64, value: f64) -> [f64; 3] {
    // Each primary is full within a sixth of a turn of its own hue, gone from a third on, and linear in between.
    [0.0, 1.0, 2.0].map(|primary| {
        let turns = (hue - primary / 3.0).rem_euclid(1.0);
        let away = 6.0 * turns.min(1.0 - turns);
        value * (2.0 - away).clamp(0.0, 1.0)
    })
}
