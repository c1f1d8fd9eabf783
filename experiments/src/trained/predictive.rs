//! Convolutional encoders and decoders that were trained together.

use super::Trained;
use super::open::{Opened, Usable};
use super::windows::Windows;
use crate::failure::Failure;
use crate::psd_images::{Config, PsdImages};
use crate::tasks::PredictiveBanksTask;
use crate::windows::WindowSplits;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;
use ndarray::{Array4, Ix4};

/// The bank of a run that a whole photograph is coded with.
struct Bank {
    task: PredictiveBanksTask,
    place: usize,
}

impl Bank {
    /// (images, filters, height, width).
    fn maps(&self, x: &Tensor) -> Result<Array4<f32>, Failure> {
        Ok(self.task.predict(self.place, x.view_as::<Ix4>())?)
    }
}

/// Codes are the maps that the encoder says of images without their smooth parts.
impl Trained for Bank {
    fn kind(&self) -> &'static str {
        "a predictive bank of filters"
    }

    fn sample(&self, _: usize, _: Option<&[usize]>, _: &mut Stream) -> Result<Tensor, Failure> {
        Err(Failure::new("a bank of filters has no distribution of maps to draw from")
            .help("it can code images, and put them together again: encode RUN, reconstruct RUN"))
    }

    fn encode(&self, x: &Tensor) -> Result<Vec<(&'static str, Tensor)>, Failure> {
        Ok(vec![("codes", Tensor::constant(self.maps(x)?))])
    }

    fn reconstruct(&self, x: &Tensor) -> Result<Tensor, Failure> {
        let decoder = self.task.decoder(self.place)?;
        Ok(Tensor::constant(self.task.problem(&decoder)?.reconstruct(self.maps(x)?.view())?))
    }
}

impl Usable for PsdImages {
    fn opened(config: &Config, task: PredictiveBanksTask, data: WindowSplits) -> Opened {
        let place = task.sizes().position(|size| size == config.drawn).expect("a checked configuration");
        let images = Windows { low_pass: config.windows.low_pass, side: config.side, data };
        Opened { model: Box::new(Bank { task, place }), images: Box::new(images) }
    }
}
