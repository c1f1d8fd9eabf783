//! The function itself.

use ndarray::Array2;
use serde::Serialize;
use std::f64::consts::{PI, TAU};

/// A Gabor function; see the [module](super). Lengths are in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Gabor {
    /// The centre's column; the middle of the first pixel is 0.
    pub x: f64,
    /// The centre's row.
    pub y: f64,
    /// The standard deviation of the window along the wave.
    pub across: f64,
    /// The standard deviation of the window along the crests.
    pub along: f64,
    /// The direction in which the wave runs, in radians from the direction of rows towards that of columns.
    pub orientation: f64,
    /// Cycles a pixel.
    pub frequency: f64,
    /// The phase at the centre in radians; 0 for a crest there.
    pub phase: f64,
    /// The height of the window.
    pub amplitude: f64,
}

impl Gabor {
    /// The value at a place.
    pub fn at(&self, x: f64, y: f64) -> f64 {
        let (dx, dy) = (x - self.x, y - self.y);
        let (sin, cos) = self.orientation.sin_cos();
        let (s, t) = (dx * cos + dy * sin, dy * cos - dx * sin);
        let window = (-0.5 * ((s / self.across).powi(2) + (t / self.along).powi(2))).exp();
        self.amplitude * window * (TAU * self.frequency * s + self.phase).cos()
    }

    /// The values at the middles of pixels, (height, width).
    pub fn image(&self, shape: (usize, usize)) -> Array2<f64> {
        Array2::from_shape_fn(shape, |(row, column)| self.at(column as f64, row as f64))
    }

    /// The frequency in cycles a pixel, along the wave, at which the amplitude spectrum
    /// `|e^(i phi) G(k - f) + e^(-i phi) G(k + f)|` with `G(k) = exp(-2 pi^2 a^2 k^2)` is largest. It tells fits apart where
    /// the window holds less than half a cycle and `f` alone says little: an edge is nearly the same function for all small `f`.
    pub fn peak_frequency(&self) -> f64 {
        const STEPS: usize = 400;
        let window = |k: f64| (-2.0 * (PI * self.across * k).powi(2)).exp();
        let power = |k: f64| {
            let (near, far) = (window(k - self.frequency), window(k + self.frequency));
            // Not as the square of a sum, which would be lost in rounding where the two cancel.
            (near - far).powi(2) + 4.0 * near * far * self.phase.cos().powi(2)
        };
        let reach = self.frequency + 0.5 / self.across;
        let at = |step: usize| reach * step as f64 / STEPS as f64;
        (0..=STEPS).map(at).max_by(|a, b| power(*a).total_cmp(&power(*b))).unwrap_or(self.frequency)
    }

    /// The same function with an orientation in [0, pi), a phase in (-pi, pi], and an amplitude that is not negative.
    #[must_use]
    pub fn canonical(mut self) -> Self {
        if self.amplitude < 0.0 {
            self.amplitude = -self.amplitude;
            self.phase += PI;
        }
        let turns = (self.orientation / PI).floor();
        self.orientation -= turns * PI;
        if self.orientation >= PI {
            // A little below zero: the sum rounds to pi.
            self.orientation = 0.0;
        }
        if turns.rem_euclid(2.0) == 1.0 {
            self.phase = -self.phase;
        }
        self.phase = PI - (PI - self.phase).rem_euclid(TAU);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_spectrum_has_its_peak_at_the_frequency_of_many_cycles_and_at_the_slope_of_an_edge() {
        let gabor = Gabor {
            x: 0.0,
            y: 0.0,
            across: 3.0,
            along: 3.0,
            orientation: 0.0,
            frequency: 0.3,
            phase: 0.7,
            amplitude: 1.0,
        };
        assert!((gabor.peak_frequency() - 0.3).abs() < 2e-3);
        // The derivative of a Gaussian: its spectrum is `k exp(-2 pi^2 a^2 k^2)`.
        let edge = Gabor { frequency: 1e-4, phase: PI / 2.0, ..gabor };
        assert!((edge.peak_frequency() - 1.0 / (TAU * 3.0)).abs() < 1e-3, "{}", edge.peak_frequency());
        assert_eq!(Gabor { phase: 0.0, ..edge }.peak_frequency(), 0.0);
    }

    proptest! {
        #[test]
        fn the_canonical_form_is_the_same_function(
            (x, y) in (0.0..11.0, 0.0..11.0), widths in (0.8..4.0, 0.8..4.0), orientation in -9.0..9.0_f64,
            frequency in 0.0..0.5, phase in -9.0..9.0_f64, amplitude in -2.0..2.0_f64,
        ) {
            let gabor = Gabor { x, y, across: widths.0, along: widths.1, orientation, frequency, phase, amplitude };
            let canonical = gabor.canonical();
            prop_assert!((0.0..PI).contains(&canonical.orientation) && canonical.amplitude >= 0.0);
            prop_assert!(canonical.phase > -PI - 1e-12 && canonical.phase <= PI);
            let difference = gabor.image((12, 12)) - canonical.image((12, 12));
            prop_assert!(difference.iter().all(|d| d.abs() < 1e-12 * (1.0 + amplitude.abs())));
        }
    }
}
