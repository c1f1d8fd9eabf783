//! Learned encoders as solvers of the lasso.

use super::{LayerWise, Lista};
use crate::SparseError;
use crate::kernels::proximal_step;
use crate::lasso::{Block, Lasso, Outcome, Prepared, Solver, StopReason};
use latent_numeric::Scalar;
use latent_numeric::matmul::{Threads, matmul_into};
use latent_tensor::{Tensor, no_grad};
use ndarray::{Array2, ArrayView1, ArrayView2, Ix2};

/// A learned encoder that cannot do worse than ISTA does: wherever a layer would raise a sample's objective, a step of
/// ISTA takes its place, which never does. If rounding makes even that fail, the sample stays where it is.
///
/// The objective is that of the problem solved, which need not be the one the network was trained for. An iteration is
/// a layer or the step in its place.
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
pub struct Safeguarded<'n, E: Scalar = f32>(pub(super) &'n Lista<E>);

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

    /// Replaces each row of `candidate` that has a larger objective than `now` by a step of ISTA, and leaves the
    /// better of both in `now`.
    fn accept(&self, block: &Block<'_, E>, now: &mut Iterate<E>, candidate: ArrayView2<E>) {
        let mut new = self.iterate(block, candidate.as_standard_layout().into_owned());
        let worse = |new: &Iterate<E>, now: &Iterate<E>| -> Vec<usize> {
            // What is not a number is not better.
            (0..now.objective.len())
                .filter(|&k| new.objective[k].partial_cmp(&now.objective[k]).is_none_or(std::cmp::Ordering::is_gt))
                .collect()
        };
        let back = worse(&new, now);
        if !back.is_empty() {
            let lipschitz = self.lasso.lipschitz();
            let step = if lipschitz > E::zero() { lipschitz.recip() } else { E::one() };
            for k in back {
                let penalty = self.lasso.penalty(block.lambda[k]);
                let correlations = block.correlations.row(k);
                let [z, hz, b] = [now.codes.row(k), now.products.row(k), correlations].map(slice);
                proximal_step(penalty, step, z, hz, b, new.codes.row_mut(k).into_slice().expect("standard layout"));
            }
            new = self.iterate(block, new.codes);
            for k in worse(&new, now) {
                new.codes.row_mut(k).assign(&now.codes.row(k));
                new.products.row_mut(k).assign(&now.products.row(k));
                new.objective[k] = now.objective[k];
            }
        }
        *now = new;
    }

    fn iterate(&self, block: &Block<'_, E>, codes: Array2<E>) -> Iterate<E> {
        let mut products = Array2::zeros(codes.dim());
        matmul_into(E::one(), codes.view(), self.lasso.hessian(), E::zero(), products.view_mut(), Threads::One);
        let objective = |k: usize| {
            let [z, hz, b] = [codes.row(k), products.row(k), block.correlations.row(k)].map(slice);
            self.lasso.penalty(block.lambda[k]).varying_objective(z, hz, b)
        };
        let objective = (0..codes.nrows()).map(objective).collect();
        Iterate { codes, products, objective }
    }
}

/// Codes, `H z`, and the objective of each row without its constant.
struct Iterate<E> {
    codes: Array2<E>,
    products: Array2<E>,
    objective: Vec<f64>,
}

fn slice<E>(row: ArrayView1<'_, E>) -> &[E] {
    row.to_slice().expect("standard layout")
}

impl<E: Scalar> Prepared<E> for Encoder<'_, E> {
    fn solve(&self, mut block: Block<'_, E>) {
        let layers = self.network.layers().min(block.stop.max_iterations);
        let start = block.codes.to_owned();
        let codes = no_grad(|| {
            let pass = self.network.network.begin(&Tensor::constant(block.data.to_owned()), &self.dictionary);
            let mut z = start.iter().any(|&z| z != E::zero()).then(|| Tensor::constant(start.clone()));
            let mut now = self.safeguarded.then(|| self.iterate(&block, start));
            for k in 0..layers {
                let candidate = pass.layer(k, z.as_ref());
                z = Some(match &mut now {
                    Some(now) => {
                        self.accept(&block, now, candidate.view_as::<Ix2>());
                        Tensor::constant(now.codes.clone())
                    }
                    None => candidate,
                });
            }
            z
        });
        if let Some(codes) = codes {
            block.codes.assign(&codes.view_as::<Ix2>());
        }
        block.outcomes.fill(Outcome { iterations: layers, stop: StopReason::MaxIterations });
    }
}
