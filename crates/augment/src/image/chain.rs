//! Operators one after the other.

use super::frame::{Frame, Scratch};
use super::operator::Drawn;
use super::transform::{self, Transform};
use super::{Operator, Pixel, Shape};
use crate::error::{AugmentError, Fault, Place};
use latent_numeric::random::Stream;
use ndarray::{Array3, Array4, ArrayView3, ArrayView4, ArrayViewMut4, Axis};
use rayon::prelude::*;

/// Samples that share memory to work with.
const BLOCK: usize = 16;

/// Operators that are applied one after the other, each with its probability: see the [module](super).
///
/// In a configuration it is a list of tables. Each has `op`, the name of the operator; `p`, the probability, 1 if it is
/// not given; and the parameters of the operator. There are two composites: `compose` runs its `steps` (with `p`, all of
/// them or none), and `one_of` runs one of its `steps`, drawn with `weights` or, without, all equally likely.
///
/// ```
/// use latent_augment::image::Chain;
///
/// let chain = Chain::from_toml(
///     r#"
///     [[augment]]
///     op = "one_of"
///     p = 0.5
///     steps = [
///         { op = "gaussian_blur", sigma = [0.5, 1.5] },
///         { op = "gaussian_noise", sigma = 0.1 },
///     ]
///     weights = [2, 1]
///     "#,
/// )?;
/// assert_eq!(Chain::from_toml(&chain.to_toml())?, chain);
/// # Ok::<(), latent_augment::AugmentError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chain {
    pub(super) steps: Vec<Step>,
}

/// An operator or a composite with its probability. It is checked when a [`Chain`] is made of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub(super) p: f64,
    pub(super) work: Work,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Work {
    Operator(Operator),
    Compose(Vec<Step>),
    OneOf { steps: Vec<Step>, weights: Option<Vec<f64>> },
}

pub(super) const COMPOSE: &str = "compose";
pub(super) const ONE_OF: &str = "one_of";

impl Step {
    /// An operator applied with probability `p`.
    pub fn new(p: f64, operator: impl Into<Operator>) -> Self {
        Self { p, work: Work::Operator(operator.into()) }
    }

    /// An operator that is always applied.
    pub fn always(operator: impl Into<Operator>) -> Self {
        Self::new(1.0, operator)
    }

    /// All of the steps, with probability `p`; else none.
    pub fn random_apply(p: f64, steps: Vec<Self>) -> Self {
        Self { p, work: Work::Compose(steps) }
    }

    /// With probability `p` one of the steps, all equally likely.
    pub fn one_of(p: f64, steps: Vec<Self>) -> Self {
        Self { p, work: Work::OneOf { steps, weights: None } }
    }

    /// With probability `p` one of the steps, drawn in proportion to their weights.
    pub fn weighted(p: f64, weighted: Vec<(f64, Self)>) -> Self {
        let (weights, steps) = weighted.into_iter().unzip();
        Self { p, work: Work::OneOf { steps, weights: Some(weights) } }
    }

    pub(super) fn name(&self) -> &'static str {
        match &self.work {
            Work::Operator(operator) => operator.name(),
            Work::Compose(_) => COMPOSE,
            Work::OneOf { .. } => ONE_OF,
        }
    }

    fn check(&self, path: &mut Vec<usize>) -> Result<(), AugmentError> {
        let here = |fault| Err(AugmentError::new(Place::operator(path, self.name()), fault));
        if !(0.0..=1.0).contains(&self.p) {
            return here(Fault::parameter("p", self.p, "a probability in [0, 1]"));
        }
        match &self.work {
            Work::Operator(operator) => operator.check().or_else(here),
            Work::Compose(steps) => check_all(steps, path),
            Work::OneOf { steps, .. } if steps.is_empty() => {
                here(Fault::parameter("steps", "[]", "at least one alternative"))
            }
            Work::OneOf { steps, weights } => {
                if let Some(weights) = weights {
                    let listed = || format!("{weights:?}");
                    if weights.len() != steps.len() {
                        return here(Fault::parameter("weights", listed(), "one for each step"));
                    }
                    let sum: f64 = weights.iter().sum();
                    if !(weights.iter().all(|&weight| weight >= 0.0) && sum > 0.0 && sum.is_finite()) {
                        return here(Fault::parameter(
                            "weights",
                            listed(),
                            "finite numbers of at least 0, some above 0",
                        ));
                    }
                }
                check_all(steps, path)
            }
        }
    }

    fn output(&self, input: Shape, path: &mut Vec<usize>) -> Result<Shape, AugmentError> {
        if self.p == 0.0 {
            return Ok(input);
        }
        let output = match &self.work {
            Work::Operator(operator) => operator
                .output(input)
                .and_then(|output| output.check().map(|()| output))
                .map_err(|fault| AugmentError::new(Place::operator(path, self.name()), fault))?,
            Work::Compose(steps) => output_of_all(steps, input, path)?,
            Work::OneOf { steps, .. } => {
                let mut common = None;
                for (index, step) in steps.iter().enumerate() {
                    path.push(index);
                    let output = step.output(input, path)?;
                    let first = *common.get_or_insert(output);
                    if first != output {
                        let what = "the shape differs from that of the first alternative";
                        return Err(mismatch(path, step.name(), what, output, first));
                    }
                    path.pop();
                }
                common.unwrap_or(input)
            }
        };
        if self.p < 1.0 && output != input {
            let what = "with p below 1 the shape must stay";
            return Err(mismatch(path, self.name(), what, output, input));
        }
        Ok(output)
    }

    fn draw(&self, name: &mut Name, shape: &mut Shape, drawn: &mut Vec<Drawn>) {
        if self.p == 0.0 {
            return;
        }
        if let (Work::Compose(steps), 1.0) = (&self.work, self.p) {
            return draw_all(steps, name, shape, drawn);
        }
        let mut stream = Stream::new(name.seed, self.name(), &name.indices);
        if self.p < 1.0 && !stream.bernoulli(self.p) {
            return;
        }
        match &self.work {
            Work::Operator(operator) => {
                drawn.push(operator.draw(*shape, &mut stream));
                if let Ok(output) = operator.output(*shape) {
                    *shape = output;
                }
            }
            Work::Compose(steps) => draw_all(steps, name, shape, drawn),
            Work::OneOf { steps, weights } => {
                let index = match weights {
                    None => stream.below(steps.len()),
                    Some(weights) => weighted_choice(weights, stream.uniform()),
                };
                name.indices.push(index as u64);
                steps[index].draw(name, shape, drawn);
                name.indices.pop();
            }
        }
    }
}

/// The first index whose cumulated weight is above the share `uniform` of the sum.
fn weighted_choice(weights: &[f64], uniform: f64) -> usize {
    let mut left = uniform * weights.iter().sum::<f64>();
    for (index, weight) in weights.iter().enumerate() {
        left -= weight;
        if left < 0.0 {
            return index;
        }
    }
    // Only rounding leads here.
    weights.iter().rposition(|&weight| weight > 0.0).unwrap_or(0)
}

fn mismatch(path: &[usize], name: &str, what: &'static str, found: Shape, expected: Shape) -> AugmentError {
    let fault = Fault::Mismatch { what, found: found.to_string(), expected: expected.to_string() };
    AugmentError::new(Place::operator(path, name), fault)
}

fn check_all(steps: &[Step], path: &mut Vec<usize>) -> Result<(), AugmentError> {
    for (index, step) in steps.iter().enumerate() {
        path.push(index);
        step.check(path)?;
        path.pop();
    }
    Ok(())
}

fn output_of_all(steps: &[Step], input: Shape, path: &mut Vec<usize>) -> Result<Shape, AugmentError> {
    let mut shape = input;
    for (index, step) in steps.iter().enumerate() {
        path.push(index);
        shape = step.output(shape, path)?;
        path.pop();
    }
    Ok(shape)
}

fn draw_all(steps: &[Step], name: &mut Name, shape: &mut Shape, drawn: &mut Vec<Drawn>) {
    for (index, step) in steps.iter().enumerate() {
        name.indices.push(index as u64);
        step.draw(name, shape, drawn);
        name.indices.pop();
    }
}

/// The names of random streams: the seed, then epoch, sample and the place in the chain.
#[derive(Debug, Default)]
struct Name {
    seed: u64,
    indices: Vec<u64>,
}

/// What a thread works with, for one sample after the other.
#[derive(Debug, Default)]
struct Worker {
    name: Name,
    drawn: Vec<Drawn>,
    frame: Frame,
    scratch: Scratch,
}

impl Chain {
    /// A chain of these steps.
    ///
    /// # Errors
    /// If a parameter is out of its domain; the error names the operator and its place.
    pub fn new(steps: Vec<Step>) -> Result<Self, AugmentError> {
        check_all(&steps, &mut Vec::new())?;
        Ok(Self { steps })
    }

    /// The steps.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The shape of the result for images of the given shape.
    ///
    /// # Errors
    /// If the image is empty or does not suit an operator: a crop larger than it, a number of channels.
    pub fn output_shape(&self, input: impl Into<Shape>) -> Result<Shape, AugmentError> {
        let input = input.into();
        input.check().map_err(|fault| self.at_first(fault))?;
        output_of_all(&self.steps, input, &mut Vec::new())
    }

    /// What is wrong with an image as it comes is told at the place of the operator that would have got it.
    fn at_first(&self, fault: Fault) -> AugmentError {
        let place = self.steps.first().map(|step| Place::operator(&[0], step.name())).unwrap_or_default();
        AugmentError::new(place, fault)
    }

    /// Draws the parameters for one sample, to be applied any number of times.
    ///
    /// # Errors
    /// Those of [`output_shape`](Self::output_shape).
    pub fn draw(&self, input: impl Into<Shape>, seed: u64, epoch: u64, sample: u64) -> Result<Transform, AugmentError> {
        let input = input.into();
        self.output_shape(input)?;
        let mut worker = Worker::default();
        self.draw_for(input, seed, epoch, sample, &mut worker);
        Ok(Transform::new(input, worker.drawn))
    }

    fn draw_for(&self, input: Shape, seed: u64, epoch: u64, sample: u64, worker: &mut Worker) {
        worker.name.seed = seed;
        worker.name.indices.clear();
        worker.name.indices.extend([epoch, sample]);
        worker.drawn.clear();
        let mut shape = input;
        draw_all(&self.steps, &mut worker.name, &mut shape, &mut worker.drawn);
    }

    /// Augments one image, (C, H, W).
    ///
    /// # Errors
    /// Those of [`output_shape`](Self::output_shape), and if a pixel is not in [0, 1].
    pub fn apply<P: Pixel>(
        &self,
        image: ArrayView3<P>,
        seed: u64,
        epoch: u64,
        sample: u64,
    ) -> Result<Array3<P>, AugmentError> {
        let batch = self.apply_batch(image.insert_axis(Axis(0)), seed, epoch, &[sample])?;
        Ok(batch.index_axis_move(Axis(0), 0))
    }

    /// Augments images, (N, C, H, W), that have the given numbers: each as it would be alone, in parallel.
    ///
    /// # Errors
    /// Those of [`output_shape`](Self::output_shape), if a pixel is not in [0, 1], and if there are more or fewer
    /// numbers than images.
    pub fn apply_batch<P: Pixel>(
        &self,
        images: ArrayView4<P>,
        seed: u64,
        epoch: u64,
        samples: &[u64],
    ) -> Result<Array4<P>, AugmentError> {
        let (n, c, h, w) = images.dim();
        let output = self.output_shape((c, h, w))?;
        let mut result = Array4::default((n, output.channels, output.height, output.width));
        self.apply_batch_into(images, seed, epoch, samples, result.view_mut())?;
        Ok(result)
    }

    /// [`apply_batch`](Self::apply_batch) into memory that is there already.
    ///
    /// # Errors
    /// Those of [`apply_batch`](Self::apply_batch), and if the memory has another shape than the result. After an error
    /// it holds anything.
    pub fn apply_batch_into<P: Pixel>(
        &self,
        images: ArrayView4<P>,
        seed: u64,
        epoch: u64,
        samples: &[u64],
        mut result: ArrayViewMut4<P>,
    ) -> Result<(), AugmentError> {
        let (n, c, h, w) = images.dim();
        let input = Shape::new(c, h, w);
        let output = self.output_shape(input)?;
        let here = |what, found: String, expected: String| {
            Err(AugmentError::new(Place::default(), Fault::Mismatch { what, found, expected }))
        };
        if samples.len() != n {
            return here("numbers of samples", samples.len().to_string(), format!("{n}, one for each image"));
        }
        let expected = (n, output.channels, output.height, output.width);
        if result.dim() != expected {
            return here("the shape of the result", format!("{:?}", result.dim()), format!("{expected:?}"));
        }
        let block = |worker: &mut Worker, (block, mut results): (usize, ArrayViewMut4<P>)| {
            for (offset, mut result) in results.outer_iter_mut().enumerate() {
                let at = block * BLOCK + offset;
                transform::load(images.index_axis(Axis(0), at), &mut worker.frame)
                    .map_err(|found| self.at_first(transform::outside(found, input, samples[at])))?;
                self.draw_for(input, seed, epoch, samples[at], worker);
                transform::run(&worker.drawn, &mut worker.frame, &mut worker.scratch);
                transform::store(&worker.frame, result.view_mut());
            }
            Ok(())
        };
        let blocks = result.axis_chunks_iter_mut(Axis(0), BLOCK).into_par_iter().enumerate();
        let ends: Vec<Result<(), AugmentError>> = blocks.map_init(Worker::default, block).collect();
        // The first in order, not the first in time.
        ends.into_iter().collect()
    }
}
