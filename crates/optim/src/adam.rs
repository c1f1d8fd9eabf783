//! Adam and AdamW.

use crate::error::Check;
use crate::weight_decay::Decay;
use crate::{Algorithm, Block, OptimError, WeightDecay};
use latent_numeric::Scalar;
use serde::{Deserialize, Serialize};

/// Adam: steps along the mean of the last gradients, divided by the root of the mean of their squares.
///
/// ```text
/// m_t = beta1 m_(t-1) + (1 - beta1) g_t
/// v_t = beta2 v_(t-1) + (1 - beta2) g_t^2
/// p_t = p_(t-1) - lr m_t / (1 - beta1^t) / (sqrt(v_t / (1 - beta2^t)) + epsilon)
/// ```
///
/// With `amsgrad`, the largest `v` so far stands in the place of `v_t` in the last line.
///
/// Kingma and Ba, *Adam: a method for stochastic optimization*, ICLR 2015; Reddi, Kale and Kumar, *On the convergence
/// of Adam and beyond*, ICLR 2018.
///
/// ```
/// use latent_layers::Parameter;
/// use latent_optim::{Adam, Algorithm, Optimizer};
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// // The first step is as long as the learning rate, whatever the gradient.
/// let w = Parameter::<f64>::new(array![1.0, 1.0]);
/// let mut adam = Adam { learning_rate: 0.1, ..Adam::default() }.optimizer().unwrap();
/// adam.step(&[("w".into(), &w)], &[Tensor::constant(array![20.0, -0.3])]).unwrap();
/// assert!((w.tensor().to_array() - array![0.9, 1.1].into_dyn()).iter().all(|d| d.abs() < 1e-8));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Adam {
    /// The learning rate `lr`, > 0.
    pub learning_rate: f64,
    /// What pulls the weights towards zero beside the gradient.
    pub weight_decay: WeightDecay,
    /// The shares of the past in the means of gradients and of their squares, `beta1` and `beta2`, both in [0, 1).
    pub betas: [f64; 2],
    /// Added to the denominator; >= 0.
    pub epsilon: f64,
    /// Whether the largest mean of squares so far is divided by, so that the denominator never shrinks.
    pub amsgrad: bool,
}

impl Default for Adam {
    fn default() -> Self {
        let weight_decay = WeightDecay::None;
        Self { learning_rate: 1e-3, betas: [0.9, 0.999], epsilon: 1e-8, amsgrad: false, weight_decay }
    }
}

/// The numbers of a step of Adam that are the same for all elements.
#[derive(Clone, Copy, Debug)]
pub struct AdamCoefficients<E> {
    step_size: E,
    inverse_correction: E,
    beta2: E,
    fresh: [E; 2],
    epsilon: E,
    amsgrad: bool,
    decay: Decay<E>,
}

impl<E: Scalar> AdamCoefficients<E> {
    /// The parameter without its step, and both moments.
    #[inline(always)]
    fn moments(&self, p: E, g: E, m: E, v: E) -> (E, E, E) {
        let (p, g) = self.decay.apply(p, g);
        (p, m + self.fresh[0] * (g - m), self.beta2 * v + self.fresh[1] * g * g)
    }

    #[inline(always)]
    fn step(&self, p: E, m: E, v: E) -> E {
        p - self.step_size * m / (v.sqrt() * self.inverse_correction + self.epsilon)
    }
}

impl Algorithm for Adam {
    const NAME: &'static str = "adam";
    type Coefficients<E: Scalar> = AdamCoefficients<E>;

    fn check(&self) -> Result<(), OptimError> {
        check(Self::NAME, self)
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn slots(&self) -> Vec<&'static str> {
        if self.amsgrad { vec!["exp_avg", "exp_avg_sq", "max_exp_avg_sq"] } else { vec!["exp_avg", "exp_avg_sq"] }
    }

    fn coefficients<E: Scalar>(&self, learning_rate: f64, step: u64) -> AdamCoefficients<E> {
        let [beta1, beta2] = self.betas;
        AdamCoefficients {
            step_size: E::of(learning_rate / (1.0 - beta1.powf(step as f64))),
            inverse_correction: E::of(1.0 / (1.0 - beta2.powf(step as f64)).sqrt()),
            beta2: E::of(beta2),
            fresh: [E::of(1.0 - beta1), E::of(1.0 - beta2)],
            epsilon: E::of(self.epsilon),
            amsgrad: self.amsgrad,
            decay: self.weight_decay.at(learning_rate),
        }
    }

    fn update<E: Scalar>(c: &AdamCoefficients<E>, block: Block<'_, E>) {
        let c = *c;
        if c.amsgrad {
            block.update(move |p, g, [m, v, largest]| {
                let (p, m, v) = c.moments(p, g, m, v);
                // A NaN goes on.
                let largest = if v <= largest { largest } else { v };
                (c.step(p, m, largest), [m, v, largest])
            });
        } else {
            block.update(move |p, g, [m, v]| {
                let (p, m, v) = c.moments(p, g, m, v);
                (c.step(p, m, v), [m, v])
            });
        }
    }
}

fn check(name: &'static str, adam: &Adam) -> Result<(), OptimError> {
    let check = Check(name)
        .positive("learning_rate", adam.learning_rate)?
        .decay("betas[0]", adam.betas[0])?
        .decay("betas[1]", adam.betas[1])?
        .not_negative("epsilon", adam.epsilon)?;
    adam.weight_decay.check(check)
}

/// [`Adam`] with decoupled weight decay, and some of it by default:
///
/// ```text
/// p_t = p_(t-1) (1 - lr weight_decay) - lr m_t / (1 - beta1^t) / (sqrt(v_t / (1 - beta2^t)) + epsilon)
/// ```
///
/// It is `Adam` with [`WeightDecay::Decoupled`], under the name it is known by.
///
/// Loshchilov and Hutter, *Decoupled weight decay regularization*, ICLR 2019. There `weight_decay` is not multiplied
/// with the learning rate but with the schedule alone; here, as in PyTorch, with both.
///
/// ```
/// use latent_optim::{Adam, AdamW, WeightDecay};
///
/// let adam: Adam = AdamW::default().into();
/// assert_eq!(adam, Adam { weight_decay: WeightDecay::Decoupled(0.01), ..Adam::default() });
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AdamW {
    /// The learning rate `lr`, > 0.
    pub learning_rate: f64,
    /// The decoupled weight decay; >= 0.
    pub weight_decay: f64,
    /// The shares of the past in the means of gradients and of their squares, `beta1` and `beta2`, both in [0, 1).
    pub betas: [f64; 2],
    /// Added to the denominator; >= 0.
    pub epsilon: f64,
    /// Whether the largest mean of squares so far is divided by, so that the denominator never shrinks.
    pub amsgrad: bool,
}

impl Default for AdamW {
    fn default() -> Self {
        let Adam { learning_rate, betas, epsilon, amsgrad, .. } = Adam::default();
        Self { learning_rate, betas, epsilon, amsgrad, weight_decay: 0.01 }
    }
}

impl From<AdamW> for Adam {
    fn from(from: AdamW) -> Self {
        let AdamW { learning_rate, betas, epsilon, amsgrad, weight_decay } = from;
        Self { learning_rate, betas, epsilon, amsgrad, weight_decay: WeightDecay::Decoupled(weight_decay) }
    }
}

impl Algorithm for AdamW {
    const NAME: &'static str = "adam_w";
    type Coefficients<E: Scalar> = AdamCoefficients<E>;

    fn check(&self) -> Result<(), OptimError> {
        check(Self::NAME, &self.clone().into())
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn slots(&self) -> Vec<&'static str> {
        Adam::from(self.clone()).slots()
    }

    fn coefficients<E: Scalar>(&self, learning_rate: f64, step: u64) -> AdamCoefficients<E> {
        Adam::from(self.clone()).coefficients(learning_rate, step)
    }

    fn update<E: Scalar>(c: &AdamCoefficients<E>, block: Block<'_, E>) {
        Adam::update(c, block);
    }
}
