//! Adagrad.

use crate::error::Check;
use crate::weight_decay::Decay;
use crate::{Algorithm, Block, OptimError, WeightDecay};
use latent_numeric::Scalar;
use serde::{Deserialize, Serialize};

/// Adagrad: each element has a learning rate that falls with the squares of its gradients so far.
///
/// ```text
/// v_t = v_(t-1) + g_t^2
/// p_t = p_(t-1) - lr / (1 + (t - 1) lr_decay) g_t / (sqrt(v_t) + epsilon)
/// ```
///
/// Duchi, Hazan and Singer, *Adaptive subgradient methods for online learning and stochastic optimization*, JMLR 2011.
///
/// ```
/// use latent_layers::Parameter;
/// use latent_optim::{Adagrad, Algorithm, Optimizer};
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let w = Parameter::<f64>::new(array![1.0]);
/// let mut adagrad = Adagrad { learning_rate: 0.5, ..Adagrad::default() }.optimizer().unwrap();
/// for expected in [0.5, 0.5 - 0.5 * 4.0 / 5.0] {
///     let g = if expected == 0.5 { 3.0 } else { 4.0 };
///     adagrad.step(&[("w".into(), &w)], &[Tensor::full(&[1], g)]).unwrap();
///     assert!((w.tensor().item() - expected).abs() < 1e-9);
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Adagrad {
    /// The learning rate `lr`, > 0.
    pub learning_rate: f64,
    /// What pulls the weights towards zero beside the gradient.
    pub weight_decay: WeightDecay,
    /// Added to the denominator; >= 0.
    pub epsilon: f64,
    /// How fast the learning rate falls by itself; >= 0.
    pub learning_rate_decay: f64,
    /// The sum of squares `v_0` that every element begins with; >= 0.
    pub initial_accumulator: f64,
}

impl Default for Adagrad {
    fn default() -> Self {
        Self {
            learning_rate: 0.01,
            learning_rate_decay: 0.0,
            epsilon: 1e-10,
            initial_accumulator: 0.0,
            weight_decay: WeightDecay::None,
        }
    }
}

/// The numbers of a step of Adagrad that are the same for all elements.
#[derive(Clone, Copy, Debug)]
pub struct AdagradCoefficients<E> {
    step_size: E,
    epsilon: E,
    decay: Decay<E>,
}

impl Algorithm for Adagrad {
    const NAME: &'static str = "adagrad";
    type Coefficients<E: Scalar> = AdagradCoefficients<E>;

    fn check(&self) -> Result<(), OptimError> {
        let check = Check(Self::NAME)
            .positive("learning_rate", self.learning_rate)?
            .not_negative("learning_rate_decay", self.learning_rate_decay)?
            .not_negative("epsilon", self.epsilon)?
            .not_negative("initial_accumulator", self.initial_accumulator)?;
        self.weight_decay.check(check)
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn slots(&self) -> Vec<&'static str> {
        vec!["sum"]
    }

    fn initial(&self) -> f64 {
        self.initial_accumulator
    }

    fn coefficients<E: Scalar>(&self, learning_rate: f64, step: u64) -> AdagradCoefficients<E> {
        AdagradCoefficients {
            step_size: E::of(learning_rate / (1.0 + (step - 1) as f64 * self.learning_rate_decay)),
            epsilon: E::of(self.epsilon),
            decay: self.weight_decay.at(learning_rate),
        }
    }

    fn update<E: Scalar>(c: &AdagradCoefficients<E>, block: Block<'_, E>) {
        let AdagradCoefficients { step_size, epsilon, decay } = *c;
        block.update(move |p, g, [v]| {
            let (p, g) = decay.apply(p, g);
            let v = v + g * g;
            (p - step_size * g / (v.sqrt() + epsilon), [v])
        });
    }
}
