//! An encoder and its decoder, trained together.

use super::losses::mean_over_samples;
use super::train::{self, TrainError};
use crate::error::require;
use crate::lasso::{Codes, Lasso, LassoParams, Solver, Stop};
use crate::{Dictionary, SparseError};
use latent_layers::{Context, Layer, LayerError, Module, Parameter};
use latent_numeric::Scalar;
use latent_optim::Optimizer;
use latent_tensor::Tensor;
use ndarray::{Array2, ArrayView2, Axis, concatenate};

/// Predictive sparse decomposition: the energy of a sample `y`, its code `z` and what an encoder says of it,
///
/// ```text
/// C(y, Dec(z)) + D(z, Enc(y)) + lambda R(z) = 1/2 ||y - W z||^2 + alpha/2 ||z - Enc(y)||^2 + lambda ||z||_1
/// ```
///
/// Codes are inferred by minimising it over `z`; encoder and decoder by gradient steps at these codes. In the end the
/// encoder's own codes are close to the best ones, at the price of one pass. Kavukcuoglu, Ranzato and LeCun, *Fast
/// inference in sparse coding algorithms with applications to object recognition*, 2008, without the halves:
/// their `lambda` and `alpha` are twice these.
///
/// ```
/// use latent_layers::Context;
/// use latent_numeric::random::Stream;
/// use latent_optim::{Adam, Algorithm};
/// use latent_sparse::Dictionary;
/// use latent_sparse::lasso::{CoordinateDescent, Lasso, LassoParams, Stop};
/// use latent_sparse::lista::{Lista, ListaParams, PredictiveDecomposition};
/// use ndarray::Array2;
///
/// let mut stream = Stream::new(1, "example", &[]);
/// let x: Array2<f64> = stream.normal_array((64, 6));
/// let dictionary = Dictionary::new(stream.normal_array((6, 8)) * 0.4)?;
/// let encoder = Lista::new(&Lasso::new(&dictionary, LassoParams::new(0.1))?, ListaParams::lista(2).tied())?;
/// let model = PredictiveDecomposition::new(encoder, &dictionary, 0.1, 1.0)?;
/// let mut adam = Adam { learning_rate: 0.01, ..Adam::default() }.optimizer()?;
/// let (solver, stop) = (CoordinateDescent, Stop::gap(1e-6));
/// let mut context = Context::evaluate();
/// let first = model.step(x.view(), &mut context, &solver, &stop, &mut adam)?;
/// for _ in 0..50 {
///     model.step(x.view(), &mut context, &solver, &stop, &mut adam)?;
/// }
/// let last = model.step(x.view(), &mut context, &solver, &stop, &mut adam)?;
/// assert!(last.total() < first.total());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Module)]
#[module(kind = KIND)]
pub struct PredictiveDecomposition<M, E: Scalar = f32> {
    encoder: M,
    decoder: Parameter<E>,
    #[module(skip)]
    lambda: E,
    #[module(skip)]
    alpha: E,
}

/// The terms of the energy, in means over samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PredictiveEnergy {
    /// `1/2 ||y - W z||^2`
    pub reconstruction: f64,
    /// `alpha/2 ||z - Enc(y)||^2`
    pub prediction: f64,
    /// `lambda ||z||_1`
    pub sparsity: f64,
}

impl PredictiveEnergy {
    /// The sum of the terms.
    pub fn total(&self) -> f64 {
        self.reconstruction + self.prediction + self.sparsity
    }
}

/// The energy of samples at the codes inferred for them.
#[derive(Clone, Debug)]
pub struct PredictiveLoss<E: Scalar = f32> {
    /// What is differentiated: the codes are constants in it, the weights of encoder and decoder are not. Gradients of the
    /// decoder lie along the spheres that its atoms are held on.
    pub total: Tensor<E>,
    /// The same, term by term.
    pub energy: PredictiveEnergy,
    /// The codes.
    pub codes: Tensor<E>,
}

pub(super) fn check_weights<E: Scalar>(lambda: E, alpha: E) -> Result<(), SparseError> {
    [("lambda", lambda), ("alpha", alpha)].into_iter().try_for_each(|(name, value)| {
        require(value.is_finite() && value >= E::zero(), name, value.as_f64(), "a finite number, at least 0")
    })
}

impl<E: Scalar> PredictiveLoss<E> {
    /// From the decoder's error at these codes, and what the encoder says.
    pub(super) fn new(error: &Tensor<E>, codes: Tensor<E>, predicted: Tensor<E>, lambda: E, alpha: E) -> Self {
        let half = E::of(0.5);
        let reconstruction = mean_over_samples(&error.square()) * half;
        let prediction = mean_over_samples(&(&codes - predicted).square()) * (alpha * half);
        let sparsity = mean_over_samples(&codes.abs()) * lambda;
        let energy = PredictiveEnergy {
            reconstruction: reconstruction.item().as_f64(),
            prediction: prediction.item().as_f64(),
            sparsity: sparsity.item().as_f64(),
        };
        Self { total: reconstruction + prediction + sparsity, energy, codes }
    }

    /// Moves the weights of a model down this loss, which must be of it.
    pub(super) fn descend(
        self,
        model: &dyn Module<E>,
        optimizer: &mut dyn Optimizer<E>,
    ) -> Result<PredictiveEnergy, TrainError> {
        let Self { total, energy, .. } = self;
        let gradients = train::gradients(total, &model.variables())?;
        optimizer.step(&model.parameters(), &gradients)?;
        Ok(energy)
    }
}

/// A decoder of norm 1 along these axes, as it is, but for its gradients: they lie along the sphere.
///
/// Shrinkage leaves a residual along each atom, whose gradient would make atoms longer if they could be. What an optimiser
/// with a step size for each weight, as Adam is, makes of that would take all their weights to the same magnitude.
pub(super) fn on_the_sphere<E: Scalar>(decoder: &Tensor<E>, axes: &[usize]) -> Tensor<E> {
    decoder / decoder.norm(axes, true)
}

const KIND: &str = "predictive sparse decomposition";

impl<M: Layer<E>, E: Scalar> PredictiveDecomposition<M, E> {
    /// An encoder, which maps (samples, features) to (samples, atoms), and a dictionary to begin with; its atoms are scaled to norm 1, and held there.
    ///
    /// # Errors
    /// If lambda or alpha is negative or not finite, or an atom is zero.
    pub fn new(encoder: M, dictionary: &Dictionary<E>, lambda: E, alpha: E) -> Result<Self, SparseError> {
        check_weights(lambda, alpha)?;
        for atom in dictionary.atoms().columns() {
            let norm = atom.dot(&atom);
            require(norm > E::zero(), "the squared norm of an atom", norm.as_f64(), "above 0")?;
        }
        let decoder = Parameter::new(dictionary.atoms().as_standard_layout().into_owned());
        let pair = Self { encoder, decoder, lambda, alpha };
        pair.normalize();
        Ok(pair)
    }

    /// The encoder.
    pub fn encoder(&self) -> &M {
        &self.encoder
    }

    /// The decoder.
    ///
    /// # Errors
    /// If training left something that is not finite.
    pub fn dictionary(&self) -> Result<Dictionary<E>, SparseError> {
        Dictionary::new(self.decoder.tensor().into_array())
    }

    /// The codes of least energy, given what the encoder says: a lasso with the dictionary `[W; sqrt(alpha) I]` and the
    /// samples `[y; sqrt(alpha) Enc(y)]`, solved from `Enc(y)`, with its certificates.
    ///
    /// # Shapes
    /// `x` (samples, features); `predicted` and the codes (samples, atoms).
    ///
    /// # Errors
    /// As [`Lasso::solve_from`].
    pub fn infer(
        &self,
        x: ArrayView2<E>,
        predicted: ArrayView2<E>,
        solver: &dyn Solver<E>,
        stop: &Stop,
    ) -> Result<Codes<E>, SparseError> {
        let decoder = self.decoder.tensor();
        let (root, atoms) = (self.alpha.sqrt(), decoder.shape()[1]);
        if x.nrows() != predicted.nrows() || predicted.ncols() != atoms {
            let (found, expected) = (predicted.shape().to_vec(), vec![x.nrows(), atoms]);
            return Err(SparseError::Shape { what: "the predicted codes", found, expected });
        }
        let beside = |axis, a: ArrayView2<E>, b: ArrayView2<E>| concatenate(Axis(axis), &[a, b]).expect("they fit");
        let identity = Array2::from_diag_elem(atoms, root);
        let dictionary = Dictionary::new(beside(0, decoder.view_as(), identity.view()))?;
        let lasso = Lasso::new(&dictionary, LassoParams::new(self.lambda))?;
        let samples = beside(1, x, predicted.mapv(|z| root * z).view());
        lasso.solve_from(samples.view(), predicted.to_owned(), solver, stop)
    }

    /// The energy of a batch, a mean over samples: encodes it, and infers its codes.
    ///
    /// # Shapes
    /// `x` (samples, features).
    ///
    /// # Errors
    /// If the encoder or the inference refuses.
    pub fn loss(
        &self,
        x: ArrayView2<E>,
        context: &mut Context,
        solver: &dyn Solver<E>,
        stop: &Stop,
    ) -> Result<PredictiveLoss<E>, TrainError> {
        let samples = Tensor::constant(x.to_owned());
        let predicted = context.apply("encoder", &self.encoder, &samples)?;
        let predicted = self.checked(predicted, x.nrows(), context)?;
        let codes = Tensor::constant(self.infer(x, predicted.view_as(), solver, stop)?.codes);
        let error = samples - codes.matmul(&on_the_sphere(&self.decoder.tensor(), &[0]).transpose());
        Ok(PredictiveLoss::new(&error, codes, predicted, self.lambda, self.alpha))
    }

    /// One step on a batch: moves encoder and decoder down its [`loss`](Self::loss), and [normalises](Self::normalize). The
    /// energy is that before the move.
    ///
    /// # Errors
    /// As [`loss`](Self::loss); if the optimiser refuses, or the energy is not finite. Nothing is changed then.
    pub fn step(
        &self,
        x: ArrayView2<E>,
        context: &mut Context,
        solver: &dyn Solver<E>,
        stop: &Stop,
        optimizer: &mut dyn Optimizer<E>,
    ) -> Result<PredictiveEnergy, TrainError> {
        let energy = self.loss(x, context, solver, stop)?.descend(self, optimizer)?;
        self.normalize();
        Ok(energy)
    }

    /// What the encoder says, if it has the shape of codes.
    fn checked(&self, predicted: Tensor<E>, samples: usize, context: &Context) -> Result<Tensor<E>, LayerError> {
        let atoms = self.decoder.shape()[1];
        if predicted.shape() == [samples, atoms] {
            return Ok(predicted);
        }
        let expected = format!("an encoder that gives codes ({samples}, {atoms})");
        Err(context.shape_error(KIND, expected, predicted.shape()))
    }

    /// Scales atoms to norm 1, as they are to be after each step of an optimiser.
    pub fn normalize(&self) {
        let atoms = self.decoder.shape()[1];
        let mut elements = self.decoder.elements();
        for j in 0..atoms {
            let norm = elements.iter().skip(j).step_by(atoms).map(|&w| w * w).sum::<E>().sqrt();
            // An atom that became zero has no direction to keep.
            if norm > E::zero() {
                elements.iter_mut().skip(j).step_by(atoms).for_each(|w| *w /= norm);
            }
        }
    }
}
