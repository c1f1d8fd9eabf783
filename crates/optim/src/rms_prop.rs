//! RMSprop.

use crate::error::Check;
use crate::weight_decay::Decay;
use crate::{Algorithm, Block, OptimError, WeightDecay};
use latent_numeric::Scalar;
use serde::{Deserialize, Serialize};

/// RMSprop: gradients divided by the root of the mean of their last squares, with momentum `mu` and the centred variant
/// as in PyTorch:
///
/// ```text
/// v_t = alpha v_(t-1) + (1 - alpha) g_t^2
/// a_t = alpha a_(t-1) + (1 - alpha) g_t                         (centred only; otherwise a = 0)
/// b_t = mu b_(t-1) + g_t / (sqrt(v_t - a_t^2) + epsilon)
/// p_t = p_(t-1) - lr b_t
/// ```
///
/// Tieleman and Hinton, *Neural networks for machine learning*, lecture 6.5, 2012; Graves, *Generating sequences with
/// recurrent neural networks*, 2013, for the centred variant.
///
/// ```
/// use latent_layers::Parameter;
/// use latent_optim::{Algorithm, Optimizer, RmsProp};
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let w = Parameter::<f64>::new(array![1.0]);
/// let mut rms_prop = RmsProp { learning_rate: 0.1, alpha: 0.75, ..RmsProp::default() }.optimizer().unwrap();
/// rms_prop.step(&[("w".into(), &w)], &[Tensor::full(&[1], 3.0)]).unwrap();
/// assert!((w.tensor().item() - (1.0 - 0.1 * 3.0 / 1.5)).abs() < 1e-8);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RmsProp {
    /// The learning rate `lr`, > 0.
    pub learning_rate: f64,
    /// What pulls the weights towards zero beside the gradient.
    pub weight_decay: WeightDecay,
    /// Added to the denominator; >= 0.
    pub epsilon: f64,
    /// `mu` >= 0
    pub momentum: f64,
    /// In [0, 1)
    pub alpha: f64,
    /// Whether the denominator is the standard deviation of the gradient instead of its root mean square.
    pub centered: bool,
}

impl Default for RmsProp {
    fn default() -> Self {
        let weight_decay = WeightDecay::None;
        Self { learning_rate: 0.01, alpha: 0.99, epsilon: 1e-8, momentum: 0.0, centered: false, weight_decay }
    }
}

/// The numbers of a step of RMSprop that are the same for all elements.
#[derive(Clone, Copy, Debug)]
pub struct RmsPropCoefficients<E> {
    learning_rate: E,
    alpha: E,
    fresh: E,
    epsilon: E,
    momentum: E,
    centered: bool,
    decay: Decay<E>,
}

impl<E: Scalar> RmsPropCoefficients<E> {
    #[inline(always)]
    fn square(&self, g: E, v: E) -> E {
        self.alpha * v + self.fresh * g * g
    }

    #[inline(always)]
    fn mean(&self, g: E, a: E) -> E {
        a + self.fresh * (g - a)
    }

    #[inline(always)]
    fn normalized(&self, g: E, variance: E) -> E {
        // A centred variance of nearly zero may come out below it.
        let variance = if variance < E::zero() { E::zero() } else { variance };
        g / (variance.sqrt() + self.epsilon)
    }
}

impl Algorithm for RmsProp {
    const NAME: &'static str = "rms_prop";
    type Coefficients<E: Scalar> = RmsPropCoefficients<E>;

    fn check(&self) -> Result<(), OptimError> {
        let check = Check(Self::NAME)
            .positive("learning_rate", self.learning_rate)?
            .decay("alpha", self.alpha)?
            .not_negative("epsilon", self.epsilon)?
            .not_negative("momentum", self.momentum)?;
        self.weight_decay.check(check)
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn slots(&self) -> Vec<&'static str> {
        let mut slots = vec!["square_avg"];
        if self.momentum > 0.0 {
            slots.push("momentum_buffer");
        }
        if self.centered {
            slots.push("grad_avg");
        }
        slots
    }

    fn coefficients<E: Scalar>(&self, learning_rate: f64, _step: u64) -> RmsPropCoefficients<E> {
        RmsPropCoefficients {
            learning_rate: E::of(learning_rate),
            alpha: E::of(self.alpha),
            fresh: E::of(1.0 - self.alpha),
            epsilon: E::of(self.epsilon),
            momentum: E::of(self.momentum),
            centered: self.centered,
            decay: self.weight_decay.at(learning_rate),
        }
    }

    fn update<E: Scalar>(c: &RmsPropCoefficients<E>, block: Block<'_, E>) {
        let c = *c;
        match (c.momentum > E::zero(), c.centered) {
            (false, false) => block.update(move |p, g, [v]| {
                let (p, g) = c.decay.apply(p, g);
                let v = c.square(g, v);
                (p - c.learning_rate * c.normalized(g, v), [v])
            }),
            (false, true) => block.update(move |p, g, [v, a]| {
                let (p, g) = c.decay.apply(p, g);
                let (v, a) = (c.square(g, v), c.mean(g, a));
                (p - c.learning_rate * c.normalized(g, v - a * a), [v, a])
            }),
            (true, false) => block.update(move |p, g, [v, b]| {
                let (p, g) = c.decay.apply(p, g);
                let v = c.square(g, v);
                let b = c.momentum * b + c.normalized(g, v);
                (p - c.learning_rate * b, [v, b])
            }),
            (true, true) => block.update(move |p, g, [v, b, a]| {
                let (p, g) = c.decay.apply(p, g);
                let (v, a) = (c.square(g, v), c.mean(g, a));
                let b = c.momentum * b + c.normalized(g, v - a * a);
                (p - c.learning_rate * b, [v, b, a])
            }),
        }
    }
}
