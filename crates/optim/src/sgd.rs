//! Stochastic gradient descent.

use crate::error::Check;
use crate::weight_decay::Decay;
use crate::{Algorithm, Block, OptimError, WeightDecay};
use latent_numeric::Scalar;
use serde::{Deserialize, Serialize};

/// Stochastic gradient descent, with momentum `mu`, dampening `tau` and Nesterov's variant as in PyTorch:
///
/// ```text
/// b_1 = g_1,  b_t = mu b_(t-1) + (1 - tau) g_t
/// p_t = p_(t-1) - lr b_t                  or, Nesterov's,  p_(t-1) - lr (g_t + mu b_t)
/// ```
///
/// Sutskever et al., *On the importance of initialization and momentum in deep learning*, ICML 2013; there the
/// learning rate is inside `b`.
///
/// ```
/// use latent_layers::Parameter;
/// use latent_optim::{Algorithm, Optimizer, Sgd};
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let w = Parameter::<f64>::new(array![1.0]);
/// let mut sgd = Sgd { learning_rate: 0.1, momentum: 0.5, ..Sgd::default() }.optimizer().unwrap();
/// for expected in [0.9, 0.75] {
///     sgd.step(&[("w".into(), &w)], &[Tensor::ones(&[1])]).unwrap();
///     assert!((w.tensor().item() - expected).abs() < 1e-15);
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sgd {
    /// The learning rate `lr`, > 0.
    pub learning_rate: f64,
    /// What pulls the weights towards zero beside the gradient.
    pub weight_decay: WeightDecay,
    /// The momentum `mu`, the share of the last step that the next one keeps; >= 0. With 0 nothing is kept for the
    /// elements.
    pub momentum: f64,
    /// The dampening `tau`, the share of a gradient that does not go into the momentum; in [0, 1].
    pub dampening: f64,
    /// Nesterov's variant, which needs momentum and no dampening.
    pub nesterov: bool,
}

impl Default for Sgd {
    fn default() -> Self {
        Self { learning_rate: 1e-3, momentum: 0.0, dampening: 0.0, nesterov: false, weight_decay: WeightDecay::None }
    }
}

/// The numbers of a step of SGD that are the same for all elements.
#[derive(Clone, Copy, Debug)]
pub struct SgdCoefficients<E> {
    learning_rate: E,
    momentum: E,
    /// The weight of the gradient in the momentum.
    fresh: E,
    nesterov: bool,
    decay: Decay<E>,
}

impl Algorithm for Sgd {
    const NAME: &'static str = "sgd";
    type Coefficients<E: Scalar> = SgdCoefficients<E>;

    fn check(&self) -> Result<(), OptimError> {
        let check = Check(Self::NAME)
            .positive("learning_rate", self.learning_rate)?
            .not_negative("momentum", self.momentum)?
            .fraction("dampening", self.dampening)?;
        if self.nesterov {
            let expected = "a number > 0, as Nesterov's variant needs momentum";
            check.holds("momentum", self.momentum, self.momentum > 0.0, expected)?.holds(
                "dampening",
                self.dampening,
                self.dampening == 0.0,
                "0, as Nesterov's variant has none",
            )?;
        }
        self.weight_decay.check(check)
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn slots(&self) -> Vec<&'static str> {
        if self.momentum > 0.0 { vec!["momentum_buffer"] } else { vec![] }
    }

    fn coefficients<E: Scalar>(&self, learning_rate: f64, step: u64) -> SgdCoefficients<E> {
        SgdCoefficients {
            learning_rate: E::of(learning_rate),
            momentum: E::of(self.momentum),
            fresh: E::of(if step == 1 { 1.0 } else { 1.0 - self.dampening }),
            nesterov: self.nesterov,
            decay: self.weight_decay.at(learning_rate),
        }
    }

    fn update<E: Scalar>(c: &SgdCoefficients<E>, block: Block<'_, E>) {
        let SgdCoefficients { learning_rate, momentum, fresh, nesterov, decay } = *c;
        let moved = move |g, b| momentum * b + fresh * g;
        if momentum == E::zero() {
            block.update(move |p, g, []| {
                let (p, g) = decay.apply(p, g);
                (p - learning_rate * g, [])
            });
        } else if nesterov {
            block.update(move |p, g, [b]| {
                let (p, g) = decay.apply(p, g);
                let b = moved(g, b);
                (p - learning_rate * (g + momentum * b), [b])
            });
        } else {
            block.update(move |p, g, [b]| {
                let (p, g) = decay.apply(p, g);
                let b = moved(g, b);
                (p - learning_rate * b, [b])
            });
        }
    }
}
