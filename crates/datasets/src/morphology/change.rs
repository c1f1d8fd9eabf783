//! Digits changed to a wanted thickness and slant.

use super::distance::squared_distances;
use super::fine::{FINE, Fine, coarse, range, sheared};
use super::measure::{Morphometrics, measure};
use super::moments::Moments;
use super::skeleton::skeleton;
use crate::DatasetError;
use ndarray::{Array2, ArrayView2, Zip};
use std::f64::consts::FRAC_PI_2;

/// How often the settings are corrected by what is measured.
const ROUNDS: usize = 12;

/// The part of a wanted thickness that thinning leaves everywhere, so that no line is parted or lost.
const KEPT: f64 = 0.5;

/// The thickness and slant that a digit is changed to; a measure that is `None` is not set.
///
/// ```
/// use latent_datasets::morphology::{Wanted, measure};
/// use latent_datasets::synthetic::strokes;
/// use ndarray::s;
///
/// let digits = strokes::generate(7, 0..1);
/// let digit = digits.images().slice_move(s![0, 0, .., ..]);
/// let changed = Wanted { thickness: Some(4.0), slant: Some(0.3) }.apply(digit)?;
/// assert_eq!(changed.measured, measure(changed.image.view())?);
/// assert!((changed.measured.thickness - 4.0).abs() < 0.1 && (changed.measured.slant - 0.3).abs() < 0.01);
/// # Ok::<(), latent_datasets::DatasetError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Wanted {
    /// The thickness in pixels, positive.
    pub thickness: Option<f64>,
    /// The slant in radians, between `-pi/2` and `pi/2`.
    pub slant: Option<f64>,
}

/// A changed digit.
#[derive(Clone, Debug, PartialEq)]
pub struct Changed {
    /// The digit, of the size of the one that was changed.
    pub image: Array2<u8>,
    /// What it measures: thickness and slant are near the wanted ones, as far as the digit and its image allow.
    pub measured: Morphometrics,
}

/// How a digit is changed: sheared about its middle, then the edge of its ink moved outwards.
#[derive(Clone, Copy)]
struct Setting {
    /// Pixels to the right for each row that a row is lower.
    shear: f64,
    /// Pixels outwards.
    growth: f64,
}

/// No change.
const STILL: Setting = Setting { shear: 0.0, growth: 0.0 };

impl Wanted {
    /// Changes a digit that is bright on a dark ground, by shear and by the distance to the edge of its ink.
    ///
    /// A shear of `k` adds `k` to `mu_11 / mu_02`, and an edge moved by `d` adds `2 d` to the thickness, up to what the
    /// pixels, corners and ends of lines change; what is measured corrects both, twelve times, and the best is kept.
    /// Each time it is the digit itself that is sheared and grown, so that changes do not add up. Thinning
    /// keeps every line at half of the wanted thickness, if it had that, so that none is lost; thickening may fill holes.
    ///
    /// # Errors
    /// [`DatasetError::Parameter`] if a value is out of its domain, or all pixels of the image have one brightness.
    pub fn apply(&self, image: ArrayView2<u8>) -> Result<Changed, DatasetError> {
        self.check()?;
        let digit = image.mapv(f64::from);
        let middle = Moments::of(digit.view()).middle;
        let mut best = Changed { image: image.to_owned(), measured: measure(image)? };
        let (mut tried, mut setting) = (STILL, self.corrected(STILL, &best.measured));
        // The last growths that left the digit too thin and too thick: what is right lies between.
        let (mut thin, mut thick) = (f64::NEG_INFINITY, f64::INFINITY);
        for _ in 0..ROUNDS {
            let image = self.changed(digit.view(), middle, setting);
            let Ok(measured) = measure(image.view()) else {
                // Nothing was left, or all was filled: half of the way from what was tried before.
                setting.shear = 0.5 * (setting.shear + tried.shear);
                setting.growth = 0.5 * (setting.growth + tried.growth);
                continue;
            };
            *(if self.thickness.is_some_and(|wanted| measured.thickness < wanted) { &mut thin } else { &mut thick }) =
                setting.growth;
            (tried, setting) = (setting, self.corrected(setting, &measured));
            if thin < thick && !(thin..thick).contains(&setting.growth) {
                setting.growth = 0.5 * (thin + thick);
            }
            if self.distance(&measured) < self.distance(&best.measured) {
                best = Changed { image, measured };
            }
        }
        Ok(best)
    }

    pub(super) fn check(&self) -> Result<(), DatasetError> {
        if let Some(thickness) = self.thickness.filter(|t| !(t.is_finite() && *t > 0.0)) {
            return Err(DatasetError::parameter("thickness", thickness, "positive and finite, in pixels"));
        }
        if let Some(slant) = self.slant.filter(|s| s.is_nan() || s.abs() >= FRAC_PI_2) {
            return Err(DatasetError::parameter("slant", slant, "between -pi/2 and pi/2"));
        }
        Ok(())
    }

    fn corrected(&self, setting: Setting, measured: &Morphometrics) -> Setting {
        Setting {
            shear: setting.shear + self.slant.map_or(0.0, |slant| measured.slant.tan() - slant.tan()),
            growth: setting.growth + self.thickness.map_or(0.0, |thickness| 0.5 * (thickness - measured.thickness)),
        }
    }

    /// How far from what is wanted: thickness in parts of the wanted one, slant in radians.
    fn distance(&self, measured: &Morphometrics) -> f64 {
        self.thickness.map_or(0.0, |wanted| (measured.thickness / wanted - 1.0).abs())
            + self.slant.map_or(0.0, |wanted| (measured.slant - wanted).abs())
    }

    fn changed(&self, digit: ArrayView2<f64>, middle: f64, setting: Setting) -> Array2<u8> {
        let leaning = sheared(digit, setting.shear, middle);
        let image = match (self.thickness, Fine::of(leaning.view())) {
            (Some(wanted), Ok(Fine { ink, .. })) => grown(leaning.view(), ink.view(), setting.growth, KEPT * wanted),
            _ => leaning,
        };
        image.mapv(|v| v.round() as u8)
    }
}

/// Ink whose edge is moved outwards by some pixels, in the brightness of the image that it was found in; of the lines that
/// were there, a thickness of `kept` pixels stays.
fn grown(image: ArrayView2<f64>, ink: ArrayView2<bool>, growth: f64, kept: f64) -> Array2<f64> {
    let outside_of = |ink: &Array2<bool>| squared_distances(ink.mapv(|ink| !ink).view());
    let (inside, outside) = (squared_distances(ink), outside_of(&ink.to_owned()));
    let from_lines = outside_of(&skeleton(ink, inside.view()));
    let (low, high) = range(image);
    let cover = Zip::from(&inside).and(&outside).and(&from_lines).map_collect(|inside, outside, from_line| {
        // The edge runs halfway between pixels of ink and others; a pixel is covered by how far its middle is inside.
        let depth = inside.sqrt() - outside.sqrt() - 0.5 * (inside - outside).signum();
        let line = depth.min(0.5 * kept * FINE as f64 - from_line.sqrt());
        low + (high - low) * (line.max(depth + growth * FINE as f64) + 0.5).clamp(0.0, 1.0)
    });
    coarse(cover.view())
}
