//! Operators one after the other.

use super::drawn::Drawn;
use super::frame::Frame;
use super::scratch::Scratch;
use super::transform::{self, Transform};
use super::{Operator, Pixel, Shape};
use crate::error::{AugmentError, Fault, Place};
use crate::steps::{Name, Work, draw_all};
use latent_numeric::parallel::{self, Spare};
use ndarray::{Array3, Array4, ArrayView3, ArrayView4, ArrayViewMut4, Axis};

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
pub type Chain = crate::Chain<Operator>;

/// A step of a chain of image operators.
pub type Step = crate::Step<Operator>;

/// The shape of the result of a step, which must not depend on what is drawn.
fn output(step: &Step, input: Shape, path: &mut Vec<usize>) -> Result<Shape, AugmentError> {
    if step.p == 0.0 {
        return Ok(input);
    }
    let shape = match &step.work {
        Work::Operator(operator) => operator
            .output(input)
            .and_then(|output| output.check().map(|()| output))
            .map_err(|fault| AugmentError::new(Place::operator(path, step.name()), fault))?,
        Work::Compose(steps) => output_of_all(steps, input, path)?,
        Work::OneOf { steps, .. } => {
            let mut common = None;
            for (index, step) in steps.iter().enumerate() {
                path.push(index);
                let shape = output(step, input, path)?;
                let first = *common.get_or_insert(shape);
                if first != shape {
                    let what = "the shape differs from that of the first alternative";
                    return Err(mismatch(path, step.name(), what, shape, first));
                }
                path.pop();
            }
            common.unwrap_or(input)
        }
    };
    if step.p < 1.0 && shape != input {
        let what = "with p below 1 the shape must stay";
        return Err(mismatch(path, step.name(), what, shape, input));
    }
    Ok(shape)
}

fn mismatch(path: &[usize], name: &str, what: &'static str, found: Shape, expected: Shape) -> AugmentError {
    let fault = Fault::Mismatch { what, found: found.to_string(), expected: expected.to_string() };
    AugmentError::new(Place::operator(path, name), fault)
}

fn output_of_all(steps: &[Step], input: Shape, path: &mut Vec<usize>) -> Result<Shape, AugmentError> {
    let mut shape = input;
    for (index, step) in steps.iter().enumerate() {
        path.push(index);
        shape = output(step, shape, path)?;
        path.pop();
    }
    Ok(shape)
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
        let Worker { name, drawn, .. } = worker;
        name.reset(seed, epoch, sample);
        drawn.clear();
        let mut shape = input;
        draw_all(&self.steps, name, &mut |operator: &Operator, _, stream| {
            drawn.push(operator.draw(shape, stream));
            if let Ok(output) = operator.output(shape) {
                shape = output;
            }
        });
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
        let spare = Spare::default();
        let ends = parallel::map(result.axis_chunks_iter_mut(Axis(0), BLOCK), |block, mut results| {
            spare.with(Worker::default, |worker| {
                for (offset, mut result) in results.outer_iter_mut().enumerate() {
                    let at = block * BLOCK + offset;
                    transform::load(images.index_axis(Axis(0), at), &mut worker.frame)
                        .map_err(|found| self.at_first(transform::outside(found, input, samples[at])))?;
                    self.draw_for(input, seed, epoch, samples[at], worker);
                    transform::run(&worker.drawn, &mut worker.frame, &mut worker.scratch);
                    transform::store(&worker.frame, result.view_mut());
                }
                Ok(())
            })
        });
        // The first in order, not the first in time.
        ends.into_iter().collect()
    }
}
