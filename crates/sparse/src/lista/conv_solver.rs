//! Learned convolutional encoders as solvers.

use super::safeguard::{Descent, Safeguard};
use super::{ConvLista, LayerWise};
use crate::SparseError;
use crate::convolutional::{Boundary, ConvolutionalLasso, Sample, Solver};
use crate::lasso::{Outcome, StopReason};
use crate::prox::soft_threshold;
use latent_numeric::Scalar;
use latent_tensor::{Tensor, no_grad};
use ndarray::{Array2, Array3, Array4, ArrayView2, ArrayView3, Axis, Ix4, s};

/// A learned convolutional encoder that never raises the objective: wherever a layer would raise that of an image, a step
/// of FISTA takes its place, as for [dense networks](super::Safeguarded).
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
    /// The same network as a solver that takes a step of FISTA wherever a layer would raise the objective of an image.
    pub fn safeguarded(&self) -> ConvSafeguarded<'_, E> {
        ConvSafeguarded(self)
    }

    fn check_problem(&self, problem: &ConvolutionalLasso<'_, E>) -> Result<(), SparseError> {
        if problem.params().boundary != Boundary::Free {
            let option = "a circular boundary, as it was built for a free one";
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
        // The thresholds of the network are numbers of its own: it sees the image as it is, and the safeguard its maps in
        // units.
        let unit = sample.unit;
        let image = sample.signal.slice(s![.., height - 1.., width - 1..]).insert_axis(Axis(0)).mapv(|s| s * unit);
        // A row of all maps lies together in the problem, a map in the network.
        let of_rows = |rows_first: &[E]| -> Array4<E> {
            let view = ArrayView3::from_shape((rows, operator.filters, columns), rows_first).expect("all maps");
            view.permuted_axes([1, 0, 2]).as_standard_layout().mapv(|z| z * unit).insert_axis(Axis(0))
        };
        let to_rows = |codes: &Tensor<E>| -> Vec<E> {
            codes
                .view_as::<Ix4>()
                .index_axis_move(Axis(0), 0)
                .permuted_axes([1, 0, 2])
                .iter()
                .map(|&z| z / unit)
                .collect()
        };
        let layers = self.layers().min(sample.stop.max_iterations);
        no_grad(|| {
            let pass = self.begin(&Tensor::constant(image));
            let mut z = maps.iter().any(|&z| z != E::zero()).then(|| Tensor::constant(of_rows(maps)));
            let start = || Array2::from_shape_vec((1, maps.len()), maps.to_vec()).expect("one row");
            let mut safeguard = safeguarded.then(|| Safeguard::new(OfSample::new(sample), start()));
            for k in 0..layers {
                let mut proposed = pass.layer(k, z.as_ref());
                if let Some(safeguard) = &mut safeguard {
                    safeguard.advance(ArrayView2::from_shape((1, maps.len()), &to_rows(&proposed)).expect("all maps"));
                    proposed = Tensor::constant(of_rows(safeguard.codes().as_slice().expect("one row")));
                }
                z = Some(proposed);
            }
            if let Some(z) = z {
                maps.copy_from_slice(&to_rows(&z));
            }
        });
        Outcome { iterations: layers, stop: StopReason::MaxIterations }
    }
}

/// One image, with the step size of ISTA; its maps are one row, and so are the pixels of `D z`.
struct OfSample<'s, E: Scalar> {
    sample: &'s Sample<'s, E>,
    step_size: E,
}

impl<'s, E: Scalar> OfSample<'s, E> {
    fn new(sample: &'s Sample<'s, E>) -> Self {
        Self { sample, step_size: sample.step_size() }
    }

    fn image(&self, pixels: &[E]) -> Array3<E> {
        Array3::from_shape_vec(self.sample.signal.dim(), pixels.to_vec()).expect("all pixels")
    }
}

impl<E: Scalar> Descent<E> for OfSample<'_, E> {
    fn images(&self, codes: ArrayView2<E>) -> Array2<E> {
        let image = self.sample.operator.synthesize(codes.as_slice().expect("standard layout"));
        let pixels = image.len();
        image.into_shape_with_order((1, pixels)).expect("as many elements")
    }

    fn objective(&self, _: usize, codes: &[E], image: &[E]) -> f64 {
        let l1: E = codes.iter().map(|z| z.abs()).sum();
        self.sample.data_term(&self.image(image)) + (self.sample.lambda * l1).as_f64()
    }

    fn step(&self, _: usize, codes: &[E], image: &[E], out: &mut [E]) {
        let (step, lambda) = (self.step_size, self.sample.lambda);
        let gradient = self.sample.operator.adjoint(&self.sample.residual(&self.image(image)));
        for ((out, &z), g) in out.iter_mut().zip(codes).zip(gradient) {
            *out = soft_threshold(z + step * g, step * lambda);
        }
    }
}

const NAME: &str = "convolutional LISTA";

/// The filters are those of the problem in its loss and its certificate; the network's own make the codes, and its own
/// thresholds, whatever the problem's lambda.
impl<E: Scalar> Solver<E> for ConvLista<E> {
    fn name(&self) -> &'static str {
        NAME
    }

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

    fn check(&self, problem: &ConvolutionalLasso<'_, E>) -> Result<(), SparseError> {
        self.0.check_problem(problem)
    }

    fn solve(&self, sample: &Sample<'_, E>, maps: &mut [E]) -> Outcome {
        self.0.encode(sample, maps, true)
    }
}
