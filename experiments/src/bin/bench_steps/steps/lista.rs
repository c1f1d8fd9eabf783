//! LISTA with untied layers (Gregor and LeCun 2010), first ISTA, on planted codes.

use super::{Step, Training};
use latent_layers::Layer;
use latent_numeric::random::Stream;
use latent_optim::Adam;
use latent_sparse::Dictionary;
use latent_sparse::lasso::{Lasso, LassoParams};
use latent_sparse::lista::{Lista, ListaParams, losses};
use latent_study::failure::Failure;
use latent_tensor::Tensor;
use ndarray::Array2;

const MEASUREMENTS: usize = 250;
const ATOMS: usize = 500;
const LAYERS: usize = 16;
const BATCH: usize = 64;

pub fn step() -> Result<Step<'static>, Failure> {
    let normal: Array2<f32> = Stream::new(1, "dictionary", &[]).normal_array((MEASUREMENTS, ATOMS));
    let dictionary = Dictionary::new(normal / (MEASUREMENTS as f32).sqrt())?;
    let network = Lista::new(&Lasso::new(&dictionary, LassoParams::new(0.4))?, ListaParams::lista(LAYERS))?;
    let mut training = Training::new(network, Adam { learning_rate: 1e-3, ..Adam::default() })?;
    let atoms = Tensor::constant(dictionary.into_atoms()).transpose();
    Ok(Box::new(move || {
        training.step(|network, context, noise| {
            let chosen = Tensor::uniform(&[BATCH, ATOMS], noise).lt(&Tensor::scalar(0.1));
            let codes = Tensor::normal(&[BATCH, ATOMS], noise) * chosen;
            let y = codes.matmul(&atoms);
            Ok(losses::code_error(&network.forward(&y, context)?, &codes))
        })
    }))
}
