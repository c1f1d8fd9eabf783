//! Learned convolutional encoders as solvers.

use super::{ConvLista, LayerWise};
use crate::SparseError;
use crate::convolutional::{Boundary, ConvolutionalLasso, Method, Sample, Solver};
use crate::lasso::{Outcome, StopReason};
use latent_numeric::Scalar;
use latent_tensor::{Tensor, no_grad};
use ndarray::{Array3, Array4, ArrayView3, Axis, Ix4, s};

/// A learned convolutional encoder that cannot do worse than ISTA does: wherever a layer would raise an image's objective,
/// a step of ISTA takes its place, which never does. If rounding makes even that fail, the maps stay what they are.
///
/// The objective is that of the problem solved, which need not be the one the network was trained for. An iteration is a
/// layer or the step in its place.
///
/// ```
/// use latent_layers::Module;
/// use latent_sparse::convolutional::{Boundary, ConvolutionalLasso, ConvolutionalParams, Filters};
/// use latent_sparse::lasso::Stop;
/// use latent_sparse::lista::{ConvLista, ConvListaParams};
/// use ndarray::Array4;
///
/// let filters = Filters::new(Array4::from_shape_fn((2, 1, 2, 2), |(k, _, i, j)| if k == i { 0.6 } else { 0.1 * j as f64 }))?;
/// let lasso = ConvolutionalLasso::new(&filters, ConvolutionalParams::new(0.1).boundary(Boundary::Free))?;
/// let step_size = 1.0 / lasso.lipschitz((6, 6));
/// let params = ConvListaParams { layers: 5, lambda: 0.1, step_size, selection: None };
/// let network = ConvLista::new(filters.array().to_owned(), params)?;
/// let images = Array4::from_shape_fn((1, 1, 6, 6), |(_, _, i, j)| (i * j % 3) as f64);
/// // Weights of the wrong sign lead away from the minimum.
/// network.parameters().iter().for_each(|(_, p)| p.elements().iter_mut().for_each(|w| *w = -*w));
/// let objective = |solver: &dyn latent_sparse::convolutional::Solver<f64>| {
///     Ok::<_, latent_sparse::SparseError>(lasso.solve(images.view(), solver, &Stop::after(5))?.certificates[0].objective())
/// };
/// let zero = 0.5 * images.iter().map(|x| x * x).sum::<f64>();
/// assert!(objective(&network.safeguarded())? < zero);
/// # Ok::<(), latent_sparse::SparseError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ConvSafeguarded<'n, E: Scalar = f32>(&'n ConvLista<E>);

impl<E: Scalar> ConvLista<E> {
    /// As a solver that never raises the objective.
    pub fn safeguarded(&self) -> ConvSafeguarded<'_, E> {
        ConvSafeguarded(self)
    }

    fn check_problem(&self, problem: &ConvolutionalLasso<'_, E>) -> Result<(), SparseError> {
        if problem.params().boundary != Boundary::Free {
            let option = "a circular boundary: its own is free";
            return Err(SparseError::Unsupported { solver: NAME, option });
        }
        let (found, expected) = (problem.filters().array().shape().to_vec(), self.filters_shape().to_vec());
        if found != expected {
            return Err(SparseError::Shape { what: "the filters of a learned encoder", found, expected });
        }
        Ok(())
    }

    /// Applies the first layers, as many as iterations are allowed, from the maps given.
    fn encode(&self, sample: &Sample<'_, E>, maps: &mut [E], safeguarded: bool) -> Outcome {
        let (operator, [_, _, height, width]) = (sample.operator, self.filters_shape());
        let (rows, columns) = (operator.rows, operator.columns);
        let image = sample.signal.slice(s![.., height - 1.., width - 1..]).insert_axis(Axis(0)).to_owned();
        // A row of all maps lies together in the problem, a map in the network.
        let of_rows = |rows_first: &[E]| -> Array4<E> {
            let view = ArrayView3::from_shape((rows, operator.filters, columns), rows_first).expect("all maps");
            view.permuted_axes([1, 0, 2]).as_standard_layout().into_owned().insert_axis(Axis(0))
        };
        let to_rows = |codes: &Tensor<E>| -> Vec<E> {
            codes.view_as::<Ix4>().index_axis_move(Axis(0), 0).permuted_axes([1, 0, 2]).iter().copied().collect()
        };
        let layers = self.layers().min(sample.stop.max_iterations);
        no_grad(|| {
            let pass = self.begin(&Tensor::constant(image));
            let mut z = maps.iter().any(|&z| z != E::zero()).then(|| Tensor::constant(of_rows(maps)));
            for k in 0..layers {
                let candidate = pass.layer(k, z.as_ref());
                let found = to_rows(&candidate);
                z = Some(if safeguarded {
                    accept(sample, maps, found);
                    Tensor::constant(of_rows(maps))
                } else {
                    maps.copy_from_slice(&found);
                    candidate
                });
            }
        });
        Outcome { iterations: layers, stop: StopReason::MaxIterations }
    }
}

/// Takes the candidate if the objective is no larger with it, else a step of ISTA, else nothing.
fn accept<E: Scalar>(sample: &Sample<'_, E>, maps: &mut [E], candidate: Vec<E>) {
    let operator = sample.operator;
    let objective = |maps: &[E], image: &Array3<E>| {
        let l1: E = maps.iter().map(|z| z.abs()).sum();
        sample.data_term(image) + (sample.lambda * l1).as_f64()
    };
    let of = |maps: &[E]| objective(maps, &operator.synthesize(maps));
    let image = operator.synthesize(maps);
    let now = objective(maps, &image);
    // What is not a number is not better.
    if of(&candidate) <= now {
        maps.copy_from_slice(&candidate);
        return;
    }
    let lipschitz = operator.lipschitz() * sample.largest_weight();
    let step = if lipschitz > E::zero() { lipschitz.recip() } else { E::one() };
    let gradient = operator.adjoint(&sample.residual(&image));
    let shrunk = |(&z, &g): (&E, &E)| {
        let moved = z + step * g;
        let rest = moved.abs() - step * sample.lambda;
        if rest > E::zero() { rest * moved.signum() } else { E::zero() }
    };
    let stepped: Vec<E> = maps.iter().zip(&gradient).map(shrunk).collect();
    if of(&stepped) <= now {
        maps.copy_from_slice(&stepped);
    }
}

const NAME: &str = "convolutional LISTA";

/// The filters are those of the problem in its loss and its certificate; the network's own make the codes, and its own
/// thresholds, whatever the problem's lambda.
impl<E: Scalar> Solver<E> for ConvLista<E> {
    fn name(&self) -> &'static str {
        NAME
    }
}

impl<E: Scalar> Method<E> for ConvLista<E> {
    fn check(&self, problem: &ConvolutionalLasso<'_, E>) -> Result<(), SparseError> {
        self.check_problem(problem)
    }

    fn solve(&self, sample: &Sample<'_, E>, maps: &mut [E]) -> Outcome {
        self.encode(sample, maps, false)
    }
}

impl<E: Scalar> Solver<E> for ConvSafeguarded<'_, E> {
    fn name(&self) -> &'static str {
        "safeguarded convolutional LISTA"
    }
}

impl<E: Scalar> Method<E> for ConvSafeguarded<'_, E> {
    fn check(&self, problem: &ConvolutionalLasso<'_, E>) -> Result<(), SparseError> {
        self.0.check_problem(problem)
    }

    fn solve(&self, sample: &Sample<'_, E>, maps: &mut [E]) -> Outcome {
        self.0.encode(sample, maps, true)
    }
}
