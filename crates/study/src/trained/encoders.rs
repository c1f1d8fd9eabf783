//! Learned encoders of a dictionary.

use super::Trained;
use crate::failure::Failure;
use latent_numeric::random::Stream;
use latent_sparse::lista::{LayerWise, Lista};
use latent_sparse::train::EncodersTask;
use latent_tensor::{Tensor, no_grad};
use ndarray::Ix2;

/// Codes are those of the first network of the configuration after its last layer. With them come those of the others, by
/// their names, and the solver's, `optimum`.
impl Trained for EncodersTask {
    fn kind(&self) -> &'static str {
        "learned encoders"
    }

    fn sample(&self, _: usize, _: Option<&[usize]>, _: &mut Stream) -> Result<Tensor, Failure> {
        Err(Failure::new("learned encoders have no distribution of codes to draw from")
            .help("they can code images, and put them together again: encode RUN, reconstruct RUN"))
    }

    fn encode(&self, x: &Tensor) -> Result<Vec<(&'static str, Tensor)>, Failure> {
        let mut all = Vec::new();
        for network in self.networks() {
            all.push((network.name(), codes(network, x)?));
        }
        all.push(("optimum", Tensor::constant(self.solve(x.view_as::<Ix2>())?.codes)));
        Ok(all)
    }

    fn reconstruct(&self, x: &Tensor) -> Result<Tensor, Failure> {
        let codes = codes(&self.networks()[0], x)?;
        Ok(Tensor::constant(self.dictionary()?.reconstruct(codes.view_as::<Ix2>())))
    }
}

fn codes(network: &Lista, x: &Tensor) -> Result<Tensor, Failure> {
    Ok(no_grad(|| network.trajectory(x, None, network.layers()))?.pop().expect("at least one layer"))
}
