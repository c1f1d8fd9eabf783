//! Learned encoders as solvers of the lasso.

use super::safeguard::{Descent, Safeguard};
use super::{LayerWise, Lista};
use crate::SparseError;
use crate::kernels::proximal_step;
use crate::lasso::{Block, Lasso, Outcome, Prepared, Solver, StopReason};
use latent_numeric::Scalar;
use latent_numeric::matmul::{Threads, matmul_into};
use latent_tensor::{Tensor, no_grad};
use ndarray::{Array2, ArrayView1, ArrayView2, Axis, Ix2};

/// A learned encoder that never raises the objective: wherever a layer would raise that of a sample, a step of FISTA takes
/// its place. Steps of FISTA one after the other have its momentum, which begins anew where it would not lead down: with
/// the step of ISTA, which always does. If rounding makes even that fail, the sample stays where it is.
///
/// The idea is that of Heaton, Chen, Wang and Yin, *Safeguarded learned convex optimization*, AAAI 2023. The objective is
/// that of the problem solved, which need not be the one the network was trained for. An iteration is a layer or the step
/// in its place.
///
/// ```
/// use latent_layers::Module;
/// use latent_sparse::Dictionary;
/// use latent_sparse::lasso::{Lasso, LassoParams, Stop};
/// use latent_sparse::lista::{Lista, ListaParams};
/// use ndarray::array;
///
/// let dictionary = Dictionary::new(array![[1.0, 0.0, 0.6], [0.0, 1.0, 0.8]])?;
/// let lasso = Lasso::new(&dictionary, LassoParams::new(0.1))?;
/// let network = Lista::new(&lasso, ListaParams::coupled(4))?;
/// // A negative weight leads away from the minimum.
/// network.parameters().iter().for_each(|(_, p)| p.elements().iter_mut().for_each(|w| *w = -*w));
/// let x = array![[1.2, 1.6]];
/// let objective = |codes: latent_sparse::lasso::Codes<f64>| codes.certificates[0].objective();
/// let zero = lasso.certify(x.view(), array![[0.0, 0.0, 0.0]].view(), 0.0)?[0].objective();
/// assert!(objective(lasso.solve(x.view(), &network, &Stop::after(4))?) > zero);
/// assert!(objective(lasso.solve(x.view(), &network.safeguarded(), &Stop::after(4))?) < zero);
/// # Ok::<(), latent_sparse::SparseError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Safeguarded<'n, E: Scalar = f32>(&'n Lista<E>);

impl<E: Scalar> Lista<E> {
    /// The same network as a solver that takes a step of FISTA wherever a layer would raise a sample's objective.
    pub fn safeguarded(&self) -> Safeguarded<'_, E> {
        Safeguarded(self)
    }
}

/// Applies the first layers of the network, as many as iterations are allowed, and starts from the codes given.
///
/// The dictionary is that of the problem. The thresholds are the network's own, whatever the problem's lambda; the
/// certificate is of the problem.
impl<E: Scalar> Solver<E> for Lista<E> {
    fn name(&self) -> &'static str {
        Self::name(self)
    }

    fn prepare<'p>(&'p self, lasso: &'p Lasso<'p, E>) -> Result<Box<dyn Prepared<E> + 'p>, SparseError> {
        Ok(Box::new(Encoder::new(self, lasso, false)?))
    }
}

impl<E: Scalar> Solver<E> for Safeguarded<'_, E> {
    fn name(&self) -> &'static str {
        "safeguarded LISTA"
    }

    fn prepare<'p>(&'p self, lasso: &'p Lasso<'p, E>) -> Result<Box<dyn Prepared<E> + 'p>, SparseError> {
        Ok(Box::new(Encoder::new(self.0, lasso, true)?))
    }
}

struct Encoder<'p, E: Scalar> {
    network: &'p Lista<E>,
    lasso: &'p Lasso<'p, E>,
    dictionary: Tensor<E>,
    safeguarded: bool,
}

impl<'p, E: Scalar> Encoder<'p, E> {
    fn new(network: &'p Lista<E>, lasso: &'p Lasso<'p, E>, safeguarded: bool) -> Result<Self, SparseError> {
        let (found, expected) = (lasso.dictionary().atoms().shape().to_vec(), network.dictionary_shape().to_vec());
        if found != expected {
            return Err(SparseError::Shape { what: "the dictionary of a learned encoder", found, expected });
        }
        if lasso.params().positive && !network.is_positive() {
            let option = "codes held positive, as it was not built for such a problem";
            return Err(SparseError::Unsupported { solver: network.name(), option });
        }
        let dictionary = Tensor::constant(lasso.dictionary().atoms().to_owned());
        Ok(Self { network, lasso, dictionary, safeguarded })
    }
}

/// The lasso problems of a block, with the step size of ISTA; the image of codes is `H z`.
struct OfBlock<'b, E: Scalar> {
    lasso: &'b Lasso<'b, E>,
    /// `W' x`, (rows, atoms).
    correlations: ArrayView2<'b, E>,
    lambda: &'b [E],
    step_size: E,
}

impl<'b, E: Scalar> OfBlock<'b, E> {
    fn new(lasso: &'b Lasso<'b, E>, block: &'b Block<'_, E>) -> Self {
        Self { lasso, correlations: block.correlations, lambda: block.lambda, step_size: lasso.step_size() }
    }

    fn correlations(&self, row: usize) -> &[E] {
        self.correlations.row(row).to_slice().expect("standard layout")
    }
}

impl<E: Scalar> Descent<E> for OfBlock<'_, E> {
    fn images(&self, codes: ArrayView2<E>) -> Array2<E> {
        let mut products = Array2::zeros(codes.dim());
        matmul_into(E::one(), codes, self.lasso.hessian(), E::zero(), products.view_mut(), Threads::One);
        products
    }

    fn objective(&self, row: usize, codes: &[E], image: &[E]) -> f64 {
        self.lasso.penalty(self.lambda[row]).varying_objective(codes, image, self.correlations(row))
    }

    fn step(&self, row: usize, codes: &[E], image: &[E], out: &mut [E]) {
        let penalty = self.lasso.penalty(self.lambda[row]);
        proximal_step(penalty, self.step_size, codes, image, self.correlations(row), out);
    }
}

impl<E: Scalar> Prepared<E> for Encoder<'_, E> {
    fn solve(&self, mut block: Block<'_, E>) {
        let layers = self.network.layers().min(block.stop.max_iterations);
        let start = block.codes.to_owned();
        // The thresholds of the network are numbers of its own: it sees the samples as they are, and the safeguard its
        // codes in units.
        let units = ArrayView1::from(block.units).insert_axis(Axis(1));
        let codes = no_grad(|| {
            let pass = self.network.network.begin(&Tensor::constant(&block.data * &units), &self.dictionary);
            let mut z = start.iter().any(|&z| z != E::zero()).then(|| Tensor::constant(&start * &units));
            let mut safeguard = self.safeguarded.then(|| Safeguard::new(OfBlock::new(self.lasso, &block), start));
            for k in 0..layers {
                let proposed = pass.layer(k, z.as_ref());
                z = Some(match &mut safeguard {
                    Some(safeguard) => {
                        safeguard.advance((&proposed.view_as::<Ix2>() / &units).view());
                        Tensor::constant(&safeguard.codes() * &units)
                    }
                    None => proposed,
                });
            }
            z
        });
        if let Some(codes) = codes {
            block.codes.assign(&(&codes.view_as::<Ix2>() / &units));
        }
        block.outcomes.fill(Outcome { iterations: layers, stop: StopReason::MaxIterations });
    }
}
