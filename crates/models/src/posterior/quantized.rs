//! `z = e_k`, `k = argmin_j |f(x) - e_j|`

use super::{Draw, Inference, Posterior};
use crate::error::{ModelError, require, require_weight};
use crate::posterior::gaussian::encoded;
use crate::{LatentVariableModel, Observation};
use latent_layers::{Context, Layer, Module, Parameter, Visitor};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::{Tensor, no_grad};
use ndarray::{ArrayView1, Axis, Ix2};

/// Layers whose output is replaced, piece by piece, by the closest vector of a codebook: van den Oord, Vinyals and
/// Kavukcuoglu, *Neural discrete representation learning*, 2017. Gradients go through the choice as if it were the identity;
/// the codebook follows by `|sg(f) - e|^2`, and the encoder stays near it by `commitment |f - sg(e)|^2` (equation 3).
///
/// # Shapes
/// The layers map (N, features) to (N, pieces dim); codes have the same shape.
pub struct QuantizingEncoder<E: Scalar = f32> {
    layers: Box<dyn Layer<E>>,
    /// (entries, dim)
    codebook: Parameter<E>,
    features: usize,
    pieces: usize,
    commitment: f64,
}

impl<E: Scalar> QuantizingEncoder<E> {
    /// Of these layers and a codebook of so many vectors of so many numbers, drawn uniformly in `+- 1 / entries`.
    ///
    /// # Errors
    /// If there are no entries, pieces or numbers, or the weight is negative.
    pub fn new(
        layers: impl Layer<E> + 'static,
        features: usize,
        pieces: usize,
        [entries, dim]: [usize; 2],
        commitment: f64,
        stream: &mut Stream,
    ) -> Result<Self, ModelError> {
        require(entries > 0, "posterior.entries", entries, "at least 1")?;
        require(
            pieces > 0 && dim > 0,
            "posterior.pieces",
            format!("{pieces} of {dim} numbers"),
            "at least 1 of 1 or more",
        )?;
        require_weight("posterior.commitment", commitment)?;
        let uniform = stream.uniform_array::<E, _, _>((entries, dim));
        let codebook = uniform.mapv_into(|u| E::of((2.0 * u.as_f64() - 1.0) / entries as f64));
        Ok(Self { layers: Box::new(layers), codebook: Parameter::new(codebook), features, pieces, commitment })
    }

    /// The number of the closest entry of each piece: for pieces (M, dim) M numbers, the first of equally close ones.
    fn closest(&self, pieces: &Tensor<E>) -> Vec<usize> {
        let codebook = self.codebook.tensor();
        // |f - e|^2 less |f|^2.
        let distances =
            no_grad(|| codebook.square().sum_axes(&[1], false) - pieces.matmul(&codebook.transpose()) * E::of(2.0));
        let least = |row: ArrayView1<E>| {
            row.iter()
                .enumerate()
                .fold(0, |least, (entry, distance)| if *distance < row[least] { entry } else { least })
        };
        distances.view_as::<Ix2>().axis_iter(Axis(0)).map(least).collect()
    }
}

impl<E: Scalar> Module<E> for QuantizingEncoder<E> {
    fn kind(&self) -> &'static str {
        "quantized"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, E>) {
        self.layers.visit(visitor);
        visitor.parameter("codebook", &self.codebook);
    }
}

impl<E: Scalar> Inference<E> for QuantizingEncoder<E> {
    fn infer<'m>(
        &'m self,
        observed: &Observation<E>,
        _: &'m LatentVariableModel<E>,
        context: &mut Context,
    ) -> Result<Box<dyn Posterior<E> + 'm>, ModelError> {
        let dim = self.codebook.tensor().shape()[1];
        let output = encoded(
            &*self.layers,
            observed,
            self.features,
            self.pieces * dim,
            format_args!("pieces of the size of the codebook's vectors"),
            context,
        )?;
        Ok(Box::new(Quantized { output, of: self }))
    }
}

struct Quantized<'m, E: Scalar> {
    /// (N, pieces dim)
    output: Tensor<E>,
    of: &'m QuantizingEncoder<E>,
}

impl<E: Scalar> Quantized<'_, E> {
    /// The vectors of the codebook in the place of the output.
    fn chosen(&self) -> Tensor<E> {
        let dim = self.of.codebook.tensor().shape()[1];
        let pieces = self.output.reshape(&[self.output.len() / dim, dim]);
        self.of.codebook.tensor().index_select(0, &self.of.closest(&pieces)).reshape(self.output.shape())
    }
}

impl<E: Scalar> Posterior<E> for Quantized<'_, E> {
    fn draw(&self, _: &mut Context, _: &mut Stream) -> Result<Draw<E>, ModelError> {
        let chosen = self.chosen();
        let distance = |a: &Tensor<E>, b: &Tensor<E>| (a - b).square().sum_axes(&[1], false);
        let codebook = distance(&chosen, &self.output.detach());
        let commitment = distance(&self.output, &chosen.detach()) * E::of(self.of.commitment);
        // The value of the codebook's vector with the gradient of the output.
        let z = &self.output + (&chosen - &self.output).detach();
        Ok(Draw { z, log_q: None, losses: vec![("codebook", codebook), ("commitment", commitment)] })
    }

    fn mean(&self) -> Tensor<E> {
        self.chosen()
    }

    fn select(&self, rows: &[usize]) -> Box<dyn Posterior<E> + '_> {
        Box::new(Quantized { output: self.output.index_select(0, rows), of: self.of })
    }
}
