//! `f(z)_i = g_i z_i + (1 - g_i) m_i`, with `g` and `m` of the `z_j` before `z_i`

use super::Flow;
use crate::error::ModelError;
use latent_layers::{Activation, Context, Layer, MaskedLinear, Module, Sequential, Visitor};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;

/// An inverse autoregressive flow with the gates of a recurrent unit: Kingma et al., *Improved variational inference with
/// inverse autoregressive flow*, 2016, equations 13 and 14, by a masked network (MADE). The dimensions come out in reversed
/// order, so that the next flow depends on them the other way round.
pub struct InverseAutoregressive<E: Scalar = f32> {
    /// (N, d) to (N, 2 d): means, then logits of the gates.
    network: Sequential<E>,
    latent_dim: usize,
}

impl<E: Scalar> InverseAutoregressive<E> {
    /// What is added to the logits of the gates, so that the flow is near the identity at first.
    const OPEN: f64 = 1.5;

    /// Of codes of so many dimensions, by a masked network with hidden layers of these widths.
    pub fn new(latent_dim: usize, hidden: &[usize], stream: &mut Stream) -> Self {
        // Unit k of a hidden layer depends on inputs up to its degree; output i on units of a degree below i.
        let degree = |unit: usize| unit % latent_dim.saturating_sub(1).max(1);
        let mut network = Sequential::new();
        let mut width = latent_dim;
        for (depth, &next) in hidden.iter().enumerate() {
            let connected = |to: usize, from: usize| degree(to) >= if depth == 0 { from } else { degree(from) };
            network = network.then(MaskedLinear::new(width, next, connected, stream)).then(Activation::Elu(1.0));
            width = next;
        }
        let last = |to: usize, from: usize| to % latent_dim > if hidden.is_empty() { from } else { degree(from) };
        network = network.then(MaskedLinear::new(width, 2 * latent_dim, last, stream));
        Self { network, latent_dim }
    }
}

impl<E: Scalar> Module<E> for InverseAutoregressive<E> {
    fn kind(&self) -> &'static str {
        "inverse_autoregressive"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, E>) {
        self.network.visit(visitor);
    }
}

impl<E: Scalar> Flow<E> for InverseAutoregressive<E> {
    fn transform(&self, z: &Tensor<E>, context: &mut Context) -> Result<(Tensor<E>, Tensor<E>), ModelError> {
        let both = self.network.forward(z, context)?.split(1, &[self.latent_dim; 2]);
        let logits = &both[1] + E::of(Self::OPEN);
        let gate = logits.sigmoid();
        let moved = &both[0] + (z - &both[0]) * gate;
        // ln sigmoid(l) = -softplus(-l)
        let log_det = -(-logits).softplus().sum_axes(&[1], false);
        Ok((moved.flip(&[1]), log_det))
    }
}
