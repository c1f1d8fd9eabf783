//! Drawn parameters that can be kept and applied again.

use super::drawn::{Drawn, Kind};
use super::frame::Frame;
use super::scratch::Scratch;
use super::warp::{self, Warp};
use super::{Pixel, Sampling, Shape};
use crate::error::{AugmentError, Fault, Place};
use ndarray::{Array3, ArrayView3, ArrayViewMut3};

/// What a [`Chain`](super::Chain) drew for one sample. It holds all that is random, so it does the same whenever and to
/// whatever it is applied.
///
/// ```
/// use latent_augment::image::{Border, Chain, Interpolation, Rotate, Sampling, Step};
/// use ndarray::Array3;
///
/// let chain = Chain::new(vec![Step::always(Rotate::default())])?;
/// let image = Array3::<f32>::from_elem((3, 20, 30), 0.5);
/// let mask = Array3::<u8>::from_elem((1, 20, 30), 2);
/// let transform = chain.draw(image.dim(), 7, 0, 12)?;
/// let rotated = transform.apply(image.view())?;
/// // The labels of the mask are moved with the image, and none is mixed with another.
/// let labels = Sampling { interpolation: Interpolation::Nearest, border: Border::Constant(0.0) };
/// let moved = transform.geometry(labels).apply(mask.view())?;
/// assert_eq!(moved[[0, 10, 15]], 2);
/// assert_eq!(rotated, chain.apply(image.view(), 7, 0, 12)?);
/// # Ok::<(), latent_augment::AugmentError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Transform {
    input: Shape,
    steps: Vec<Drawn>,
}

impl Transform {
    pub(super) fn new(input: Shape, steps: Vec<Drawn>) -> Self {
        Self { input, steps }
    }

    /// Whether nothing was drawn: the transform is the identity.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// How many operators were drawn.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Only what moves pixels, with another sampling: for masks, key points drawn as images, depth.
    #[must_use]
    pub fn geometry(&self, sampling: Sampling) -> Self {
        let warp = |step: &Drawn| match &step.0 {
            Kind::Warp(warp) => {
                let sampling = warp.sampling.map(|_| sampling);
                Some(Drawn(Kind::Warp(Warp { sampling, ..warp.clone() })))
            }
            Kind::Change(_) => None,
        };
        Self { input: self.input, steps: self.steps.iter().filter_map(warp).collect() }
    }

    /// Applies what was drawn to an image, (C, H, W), of the height and width that it was drawn for. The channels may
    /// differ if all of it only moves pixels.
    ///
    /// # Errors
    /// If the shape is another, or a pixel is not in [0, 1].
    pub fn apply<P: Pixel>(&self, image: ArrayView3<P>) -> Result<Array3<P>, AugmentError> {
        let shape = Shape::from(image.dim());
        let moves = self.steps.iter().all(|step| matches!(step.0, Kind::Warp(_)));
        let expected = if moves { Shape { channels: shape.channels, ..self.input } } else { self.input };
        let failed = |fault| AugmentError::new(Place::default(), fault);
        shape.check().map_err(failed)?;
        if shape != expected {
            let (found, expected) = (shape.to_string(), expected.to_string());
            return Err(failed(Fault::Mismatch { what: "the shape of the image", found, expected }));
        }
        let (mut frame, mut scratch) = (Frame::default(), Scratch::default());
        load(image, &mut frame).map_err(|found| failed(outside(found, shape, 0)))?;
        run(&self.steps, &mut frame, &mut scratch);
        let output = frame.shape();
        let mut result = Array3::default((output.channels, output.height, output.width));
        store(&frame, result.view_mut());
        Ok(result)
    }
}

/// Applies drawn steps, neighbouring geometric ones by one sampling.
pub(super) fn run(steps: &[Drawn], frame: &mut Frame, scratch: &mut Scratch) {
    let mut rest = steps;
    while let [first, ..] = rest {
        let count = match &first.0 {
            Kind::Change(change) => {
                change.apply(frame, scratch);
                1
            }
            Kind::Warp(_) => {
                let warps: Vec<&Warp> = rest.iter().map_while(as_warp).collect();
                let (count, sampling) = warp::joined(&warps);
                warp::apply(&warps[..count], sampling, frame, &mut scratch.other, &mut scratch.warp);
                count
            }
        };
        rest = &rest[count..];
    }
}

fn as_warp(step: &Drawn) -> Option<&Warp> {
    if let Kind::Warp(warp) = &step.0 { Some(warp) } else { None }
}

/// Copies an image to where it is worked on; tells the first value that is not in [0, 1].
pub(super) fn load<P: Pixel>(image: ArrayView3<P>, frame: &mut Frame) -> Result<(), (usize, f32)> {
    frame.resize(image.dim().into());
    let mut load = |values: &[P]| {
        P::load(values, frame.values_mut());
        P::outside(values).map_or(Ok(()), Err)
    };
    match image.as_slice() {
        Some(values) => load(values),
        None => load(&image.iter().copied().collect::<Vec<P>>()),
    }
}

pub(super) fn outside((at, value): (usize, f32), shape: Shape, sample: u64) -> Fault {
    let plane = shape.plane();
    let (channel, row, column) = (at / plane, at % plane / shape.width, at % shape.width);
    Fault::Pixel { sample, channel, row, column, value }
}

pub(super) fn store<P: Pixel>(frame: &Frame, mut to: ArrayViewMut3<P>) {
    if let Some(to) = to.as_slice_mut() {
        return P::store(frame.values(), to);
    }
    let mut values = vec![P::default(); frame.values().len()];
    P::store(frame.values(), &mut values);
    to.iter_mut().zip(values).for_each(|(to, value)| *to = value);
}
