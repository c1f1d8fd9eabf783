//! Dictionaries.

use super::Trained;
use crate::failure::Failure;
use latent_numeric::random::Stream;
use latent_sparse::train::DictionaryTask;
use latent_tensor::Tensor;
use ndarray::Ix2;

/// Codes are those of the lasso, as evaluations have them.
impl Trained for DictionaryTask {
    fn kind(&self) -> &'static str {
        "a dictionary"
    }

    fn sample(&self, _: usize, _: Option<&[usize]>, _: &mut Stream) -> Result<Tensor, Failure> {
        Err(Failure::new("a dictionary has no distribution of codes to draw from")
            .help("it can code images, and put them together again: encode RUN, reconstruct RUN"))
    }

    fn encode(&self, x: &Tensor) -> Result<Vec<(&'static str, Tensor)>, Failure> {
        Ok(vec![("codes", Tensor::constant(self.code(x.view_as::<Ix2>())?.codes))])
    }

    fn reconstruct(&self, x: &Tensor) -> Result<Tensor, Failure> {
        let codes = self.code(x.view_as::<Ix2>())?.codes;
        Ok(Tensor::constant(codes).matmul(&Tensor::constant(self.atoms()).transpose()))
    }
}
