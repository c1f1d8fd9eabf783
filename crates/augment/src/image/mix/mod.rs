//! Samples mixed with each other.
//!
//! The partner of a sample is drawn from the whole population (the data set, or a batch taken as one), from a stream of
//! the sample alone, so that mixing can be replayed sample by sample. Labels are mixed by the caller, with the weights
//! that [`Mixing::own`] tells.

mod cutmix;
mod mixup;

pub use cutmix::Cutmix;
pub use mixup::Mixup;

use super::frame::Frame;
use super::operators::Rectangle;
use super::{Pixel, Range, Shape, transform};
use crate::error::{AugmentError, Fault, Place};
use latent_numeric::parallel;
use latent_numeric::random::Stream;
use ndarray::{Array3, Array4, ArrayView3, ArrayView4, Axis};
use ndarray_rand::rand_distr::{Beta, Distribution};
use serde::{Deserialize, Serialize};
use std::ops;

/// A way to mix samples; in a configuration a table with `op`, `alpha` and `p`, which must be in their domains.
///
/// ```
/// use latent_augment::image::{Mix, Mixup};
/// use ndarray::Array4;
///
/// let mix = Mix::from(Mixup::new(0.2));
/// let images = Array4::from_shape_fn((10, 1, 4, 4), |(n, ..)| n as f32 / 10.0);
/// // Samples 3 and 7 in epoch 5, each with a partner among all ten.
/// let (mixed, mixings) = mix.apply_batch(images.view(), 1, 5, &[3, 7])?;
/// let of_3 = mixings[0].unwrap();
/// let expected = of_3.own() * 0.3 + (1.0 - of_3.own()) * of_3.partner() as f32 / 10.0;
/// assert!((mixed[[0, 0, 0, 0]] - expected).abs() < 1e-6);
/// # Ok::<(), latent_augment::AugmentError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case", try_from = "Unchecked")]
pub enum Mix {
    /// Weighted means.
    Mixup(Mixup),
    /// Rectangles exchanged.
    Cutmix(Cutmix),
}

/// As a configuration has it.
#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
enum Unchecked {
    Mixup(Mixup),
    Cutmix(Cutmix),
}

impl TryFrom<Unchecked> for Mix {
    type Error = AugmentError;

    fn try_from(unchecked: Unchecked) -> Result<Self, AugmentError> {
        let mix = match unchecked {
            Unchecked::Mixup(mixup) => Self::Mixup(mixup),
            Unchecked::Cutmix(cutmix) => Self::Cutmix(cutmix),
        };
        mix.check()?;
        Ok(mix)
    }
}

/// What was drawn for a sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mixing {
    partner: usize,
    own: f32,
    part: Option<Rectangle>,
}

impl Mixing {
    /// The number of the other sample.
    pub fn partner(&self) -> usize {
        self.partner
    }

    /// The weight of the sample's own label; the partner's is the rest to one.
    pub fn own(&self) -> f32 {
        self.own
    }

    /// Mixes an image, (C, H, W), with its partner.
    ///
    /// # Errors
    /// If the shapes differ, or a pixel is not in [0, 1].
    pub fn apply<P: Pixel>(&self, image: ArrayView3<P>, partner: ArrayView3<P>) -> Result<Array3<P>, AugmentError> {
        let failed = |fault| AugmentError::new(Place::default(), fault);
        if image.dim() != partner.dim() {
            let (found, expected) = (format!("{:?}", partner.dim()), format!("{:?}", image.dim()));
            return Err(failed(Fault::Mismatch { what: "the shape of the partner", found, expected }));
        }
        let shape = Shape::from(image.dim());
        shape.check().map_err(failed)?;
        let (mut own, mut other) = (Frame::default(), Frame::default());
        for (from, to) in [(image, &mut own), (partner, &mut other)] {
            transform::load(from, to).map_err(|found| failed(transform::outside(found, shape, 0)))?;
        }
        match self.part {
            None => {
                let weight = self.own;
                for (x, y) in own.values_mut().iter_mut().zip(other.values()) {
                    *x = (weight * *x + (1.0 - weight) * y).clamp(0.0, 1.0);
                }
            }
            Some(part) => part.copy(&other, &mut own),
        }
        let mut result = Array3::default(image.dim());
        transform::store(&own, result.view_mut());
        Ok(result)
    }
}

impl Mix {
    /// The name in a configuration.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Mixup(_) => "mixup",
            Self::Cutmix(_) => "cutmix",
        }
    }

    fn parameters(&self) -> (f64, f64) {
        match self {
            Self::Mixup(Mixup { alpha, p }) | Self::Cutmix(Cutmix { alpha, p }) => (*alpha, *p),
        }
    }

    pub(super) fn check(&self) -> Result<(), AugmentError> {
        let (alpha, p) = self.parameters();
        let check = Range::only(alpha)
            .check("alpha", |alpha| alpha > 0.0, "a finite number above 0")
            .and_then(|()| Range::only(p).check("p", |p| (0.0..=1.0).contains(&p), "a probability in [0, 1]"));
        check.map_err(|fault| self.failed(fault))
    }

    pub(super) fn failed(&self, fault: Fault) -> AugmentError {
        AugmentError::new(Place::operator(&[], self.name()), fault)
    }

    /// Draws a partner and a weight for a sample of a population of images of one shape, which are those of these
    /// numbers; `None` where it stays alone. The partner may be the sample itself.
    ///
    /// # Errors
    /// If a parameter is out of its domain, the image is empty, or the sample is not of the population.
    pub fn draw(
        &self,
        shape: impl Into<Shape>,
        population: ops::Range<usize>,
        seed: u64,
        epoch: u64,
        sample: usize,
    ) -> Result<Option<Mixing>, AugmentError> {
        self.check()?;
        let shape = shape.into();
        shape.check().map_err(|fault| self.failed(fault))?;
        if !population.contains(&sample) {
            let (found, expected) = (sample.to_string(), format!("one of {population:?}"));
            return Err(self.failed(Fault::Mismatch { what: "the number of a sample", found, expected }));
        }
        let (alpha, p) = self.parameters();
        if p == 0.0 {
            return Ok(None);
        }
        let mut stream = Stream::new(seed, self.name(), &[epoch, sample as u64]);
        if p < 1.0 && !stream.bernoulli(p) {
            return Ok(None);
        }
        let partner = population.start + stream.below(population.len());
        let own = beta(alpha, &mut stream);
        Ok(Some(match self {
            Self::Mixup(_) => Mixing { partner, own: own as f32, part: None },
            Self::Cutmix(_) => {
                let part = cutmix::part(1.0 - own, shape, &mut stream);
                let own = 1.0 - part.area() as f64 / shape.plane() as f64;
                Mixing { partner, own: own as f32, part: Some(part) }
            }
        }))
    }

    /// Mixes samples of a population of images, (N, C, H, W), each with a partner of the same population: the mixed
    /// images and what was drawn for each.
    ///
    /// # Errors
    /// Those of [`draw`](Self::draw), and if a pixel is not in [0, 1].
    pub fn apply_batch<P: Pixel>(
        &self,
        images: ArrayView4<P>,
        seed: u64,
        epoch: u64,
        samples: &[usize],
    ) -> Result<(Array4<P>, Vec<Option<Mixing>>), AugmentError> {
        let (n, c, h, w) = images.dim();
        let draw = |&sample: &usize| self.draw((c, h, w), 0..n, seed, epoch, sample);
        let mixings = samples.iter().map(draw).collect::<Result<Vec<_>, _>>()?;
        let mut result = Array4::default((samples.len(), c, h, w));
        let image = |sample: usize| images.index_axis(Axis(0), sample);
        let works = result.outer_iter_mut().zip(samples).zip(&mixings);
        let ends = parallel::map(works, |_, ((mut to, &sample), mixing)| {
            match mixing {
                None => to.assign(&image(sample)),
                Some(mixing) => to.assign(&mixing.apply(image(sample), image(mixing.partner))?),
            }
            Ok(())
        });
        ends.into_iter().collect::<Result<(), AugmentError>>()?;
        Ok((result, mixings))
    }
}

/// A draw from Beta(alpha, alpha).
fn beta(alpha: f64, stream: &mut Stream) -> f64 {
    let draw = Beta::new(alpha, alpha).map_or(0.5, |beta| beta.sample(stream));
    if draw.is_finite() { draw.clamp(0.0, 1.0) } else { 0.5 }
}

impl From<Mixup> for Mix {
    fn from(mixup: Mixup) -> Self {
        Self::Mixup(mixup)
    }
}

impl From<Cutmix> for Mix {
    fn from(cutmix: Cutmix) -> Self {
        Self::Cutmix(cutmix)
    }
}
