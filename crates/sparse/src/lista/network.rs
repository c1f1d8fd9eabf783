//! The learned encoder.

use super::adaptive::Adaptive;
use super::gates::Gates;
use super::matched::Matched;
use super::recurrent::Recurrent;
use super::shrinkage::{Shrinkage, ThresholdsOf};
use super::unrolled::Unrolled;
use super::weights::Weights;
use super::{LayerWise, ListaParams, Thresholds, Variant, analytic_weights};
use crate::SparseError;
use crate::lasso::{Lambda, Lasso};
use latent_layers::{Context, Layer, LayerError, Module, Parameter, State, Visitor};
use latent_numeric::Scalar;
use latent_tensor::Tensor;
use ndarray::{Array1, arr1};

/// A network of a fixed number of layers that maps samples to sparse codes; see the [module](super).
///
/// Parameters of layer `k`, counted from 0, are named `k.threshold`, `k.weight` and so on; those that all layers share
/// have no number.
///
/// # Shapes
/// (samples, features) gives (samples, atoms).
#[derive(Debug)]
pub struct Lista<E: Scalar = f32> {
    name: &'static str,
    dictionary: State<E>,
    pub(super) network: Unrolled<E>,
}

impl<E: Scalar> Lista<E> {
    /// The network that is ISTA on this problem, as far as its variant allows, until it is trained.
    ///
    /// # Errors
    /// If there are no layers, percentages are not such, lambda is given as a fraction, the problem has an l2 term and
    /// the variant no matrix to put it in, there are weights of atoms but not a threshold for each, or the analytic
    /// weights do not exist.
    ///
    /// ```
    /// use latent_layers::Module;
    /// use latent_sparse::Dictionary;
    /// use latent_sparse::lasso::{Lasso, LassoParams};
    /// use latent_sparse::lista::{Lista, ListaParams};
    /// use ndarray::array;
    ///
    /// let dictionary = Dictionary::new(array![[1.0, 0.0, 0.6], [0.0, 1.0, 0.8]])?;
    /// let lasso = Lasso::new(&dictionary, LassoParams::new(0.1))?;
    /// let network = Lista::new(&lasso, ListaParams::alista(2))?;
    /// let names: Vec<String> = network.parameters().into_iter().map(|(name, _)| name).collect();
    /// assert_eq!(names, ["0.step_size", "1.step_size", "0.threshold", "1.threshold"]);
    /// # Ok::<(), latent_sparse::SparseError>(())
    /// ```
    pub fn new(lasso: &Lasso<'_, E>, params: ListaParams) -> Result<Self, SparseError> {
        params.check()?;
        let name = params.name();
        let unsupported = |option| SparseError::Unsupported { solver: name, option };
        let Lambda::Absolute(lambda) = lasso.params().lambda else {
            return Err(unsupported("lambda as a fraction of lambda_max"));
        };
        if lasso.params().l2 != E::zero() && params.variant != Variant::Recurrent {
            return Err(unsupported("the l2 term"));
        }
        let (layers, atoms) = (params.layers, lasso.dictionary().len());
        let step = lasso.step_size();

        let weights: Box<dyn Weights<E>> = match params.variant {
            Variant::Recurrent => Box::new(Recurrent::new(lasso, layers, params.tied, step)),
            Variant::Coupled | Variant::TiLista => {
                let weight = (&lasso.dictionary().atoms() * step).into_shared();
                Box::new(Matched::trained(&weight, layers, params.tied || params.variant == Variant::TiLista))
            }
            Variant::Analytic => Box::new(Matched::Fixed(State::new(analytic_weights(lasso.dictionary())?))),
            Variant::StepSizes => Box::new(Matched::Dictionary),
            Variant::Adaptive => Box::new(Adaptive::new(lasso.dictionary().features())),
        };
        let first_step = match params.variant {
            Variant::Recurrent | Variant::Coupled => None,
            Variant::TiLista | Variant::Analytic => Some(E::one()),
            Variant::StepSizes | Variant::Adaptive => Some(step),
        };
        let steps =
            first_step.map_or_else(Vec::new, |step| (0..layers).map(|_| Parameter::new(arr1(&[step]))).collect());

        let lambda = match (&lasso.params().weights, params.thresholds) {
            (None, Thresholds::PerLayer) => arr1(&[lambda]),
            (None, Thresholds::PerAtom) => Array1::from_elem(atoms, lambda),
            (Some(weights), Thresholds::PerAtom) => weights * lambda,
            (Some(_), Thresholds::PerLayer) => {
                return Err(unsupported("weights of atoms without a threshold for each"));
            }
        };
        let thresholds = match params.variant {
            Variant::StepSizes => ThresholdsOf::Step(Tensor::constant(lambda)),
            _ => ThresholdsOf::Trained((0..layers).map(|_| Parameter::new(&lambda * step)).collect()),
        };
        let gates = if params.gated { (0..layers).map(|_| Gates::new(atoms)).collect() } else { Vec::new() };
        let shrinkage = Shrinkage { thresholds, selection: params.selection, positive: lasso.params().positive };
        Ok(Self {
            name,
            dictionary: State::new(lasso.dictionary().atoms().to_owned()),
            network: Unrolled { layers, weights, steps, shrinkage, gates },
        })
    }

    /// The network's name in the literature.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The shape of dictionaries, (features, atoms).
    pub fn dictionary_shape(&self) -> [usize; 2] {
        let shape = self.dictionary.shape();
        [shape[0], shape[1]]
    }

    /// Whether codes are held to `z >= 0`.
    pub fn is_positive(&self) -> bool {
        self.network.shrinkage.positive
    }

    /// The codes after each of the first `layers` layers, with another dictionary than the network's own if one is
    /// given. Ada-LISTA is made for that; LISTA does not look at it.
    ///
    /// # Shapes
    /// `x` is (samples, features), `dictionary` (features, atoms), each of the codes (samples, atoms).
    ///
    /// # Errors
    /// If a shape is another, or there are not so many layers.
    pub fn trajectory(
        &self,
        x: &Tensor<E>,
        dictionary: Option<&Tensor<E>>,
        layers: usize,
    ) -> Result<Vec<Tensor<E>>, LayerError> {
        self.trajectory_in(x, dictionary, layers, &Context::evaluate())
    }

    fn trajectory_in(
        &self,
        x: &Tensor<E>,
        dictionary: Option<&Tensor<E>>,
        layers: usize,
        context: &Context,
    ) -> Result<Vec<Tensor<E>>, LayerError> {
        let [features, atoms] = self.dictionary_shape();
        if x.rank() != 2 || x.shape()[1] != features {
            return Err(context.shape_error(self.name, format!("(samples, {features})"), x.shape()));
        }
        if let Some(dictionary) = dictionary
            && dictionary.shape() != [features, atoms]
        {
            let expected = format!("a dictionary ({features}, {atoms})");
            return Err(context.shape_error(self.name, expected, dictionary.shape()));
        }
        if layers > self.layers() {
            let reason = format!("{layers} layers were asked for, there are {}", self.layers());
            return Err(LayerError::settings(self.name, reason));
        }
        let dictionary = dictionary.cloned().unwrap_or_else(|| self.dictionary.tensor());
        Ok(self.network.trajectory(x, &dictionary, layers))
    }
}

impl<E: Scalar> Module<E> for Lista<E> {
    fn kind(&self) -> &'static str {
        self.name
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, E>) {
        visitor.state("dictionary", &self.dictionary);
        self.network.visit(visitor);
    }
}

impl<E: Scalar> LayerWise<E> for Lista<E> {
    fn layers(&self) -> usize {
        self.network.layers
    }
}

impl<E: Scalar> Layer<E> for Lista<E> {
    /// The codes after all layers, with the network's own dictionary.
    fn forward(&self, x: &Tensor<E>, context: &mut Context) -> Result<Tensor<E>, LayerError> {
        let mut codes = self.trajectory_in(x, None, self.layers(), context)?;
        Ok(codes.pop().expect("at least one layer"))
    }
}
