//! Real digits on a full grid of thickness and slant.

use super::change::{Changed, Wanted};
use super::measure::{digit_of, measure, one_channel};
use crate::factors::{Evenly, Factor, FactorGrid, FactorImages};
use crate::{DatasetError, LabelledImages, Provenance};
use latent_numeric::parallel;

/// Each of some digits in each wanted thickness and slant: the factors `digit`, `thickness` and `slant`.
///
/// A digit takes some hundredths of a second each time it is drawn.
///
/// ```
/// use latent_datasets::factors::{Evenly, FactorImages};
/// use latent_datasets::morphology::MorphedDigits;
/// use latent_datasets::synthetic::strokes;
/// use latent_datasets::Rows;
///
/// let digits = strokes::generate(7, 0..2);
/// let set = MorphedDigits::new(digits, Some(Evenly::new(3, 2.0, 4.0)), Some(Evenly::new(2, 0.0, 0.4)))?;
/// assert_eq!(set.grid().len(), 12);
/// assert_eq!(set.images(Rows::All)?.dim(), (12, 1, 28, 28));
/// # Ok::<(), latent_datasets::DatasetError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct MorphedDigits {
    name: String,
    images: LabelledImages,
    grid: FactorGrid,
    varies: (bool, bool),
}

impl MorphedDigits {
    /// The set of these digits; a factor without values is left out, and each digit keeps its own.
    ///
    /// # Errors
    /// [`DatasetError::Parameter`] if there are no digits, they are not grey or all pixels of one have one brightness,
    /// a thickness is not positive or a slant not between `-pi/2` and `pi/2`, or there are more images than a `usize`
    /// counts.
    pub fn new(images: LabelledImages, thickness: Option<Evenly>, slant: Option<Evenly>) -> Result<Self, DatasetError> {
        one_channel(&images)?;
        let mut factors = vec![Factor::kinds("digit", images.len())?];
        for (name, values) in [("thickness", thickness), ("slant", slant)] {
            factors.extend(values.map(|values| Factor::evenly(name, values)).transpose()?);
        }
        let varies = (thickness.is_some(), slant.is_some());
        for factor in &factors[1..] {
            let wanted = |value: &f64| match factor.name() {
                "thickness" => Wanted { thickness: Some(*value), slant: None },
                _ => Wanted { thickness: None, slant: Some(*value) },
            };
            factor.values().iter().try_for_each(|value| wanted(value).check())?;
        }
        let set = Self { name: format!("{} morphed", images.name()), grid: FactorGrid::new(factors)?, images, varies };
        let sound = parallel::map(0..set.images.len(), |_, i| digit_of(&set.images, i, measure));
        sound.into_iter().try_for_each(|measured| measured.map(drop))?;
        Ok(set)
    }

    /// The digits as they were.
    pub fn digits(&self) -> &LabelledImages {
        &self.images
    }

    /// What the image of an index shall measure.
    ///
    /// # Panics
    /// If there is no such index.
    pub fn wanted(&self, index: usize) -> Wanted {
        let mut values = self.grid.values(index).into_iter().skip(1);
        let mut next = |varies: bool| if varies { values.next() } else { None };
        Wanted { thickness: next(self.varies.0), slant: next(self.varies.1) }
    }

    /// The image of an index with what it does measure.
    ///
    /// # Panics
    /// If there is no such index.
    pub fn changed(&self, index: usize) -> Changed {
        let digit = self.grid.level(index, 0);
        digit_of(&self.images, digit, |image| self.wanted(index).apply(image)).expect("checked when the set was made")
    }
}

impl FactorImages for MorphedDigits {
    fn name(&self) -> &str {
        &self.name
    }

    fn grid(&self) -> &FactorGrid {
        &self.grid
    }

    fn image_dim(&self) -> (usize, usize, usize) {
        self.images.image_dim()
    }

    fn draw(&self, index: usize, image: &mut [u8]) {
        let changed = self.changed(index).image;
        assert_eq!(image.len(), changed.len(), "draw: the bytes of one image");
        image.iter_mut().zip(&changed).for_each(|(to, from)| *to = *from);
    }

    fn provenance(&self) -> Provenance {
        self.images.provenance().clone()
    }
}
