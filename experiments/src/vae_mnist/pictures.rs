//! What the model has learned, to look at.

use crate::failure::Failure;
use crate::picture::{rows as sheet, side};
use image::RgbImage;
use latent_datasets::Splits;
use latent_layers::Context;
use latent_models::{Interpolation, ModelError, Vae};
use latent_numeric::random::Stream;
use latent_tensor::{Tensor, no_grad};
use latent_train::report::{Picture, Section};
use latent_train::run::RunFolder;
use ndarray::Ix2;

/// Twelve test images, and below each what comes back.
fn reconstructions(vae: &Vae, data: &Splits) -> Result<RgbImage, ModelError> {
    let x = Tensor::constant(data.test.rows::<f32>(0..data.test.len().min(12)));
    let back = vae.reconstruct(&x)?;
    let columns = x.shape()[0];
    Ok(sheet(&Tensor::concatenate(&[x, back], 0), side(&data.test), columns))
}

/// Images of codes drawn from the prior.
fn samples(vae: &Vae, data: &Splits) -> Result<RgbImage, ModelError> {
    Ok(sheet(&vae.sample(96, &mut Stream::new(0, "samples", &[]))?, side(&data.test), 12))
}

/// The pictures that are made again and again.
pub fn while_training(vae: &Vae, data: &Splits) -> Result<Vec<(String, RgbImage)>, ModelError> {
    no_grad(|| {
        Ok(vec![("reconstructions".into(), reconstructions(vae, data)?), ("samples".into(), samples(vae, data)?)])
    })
}

/// All pictures, written to the folder, as sections of the report.
pub fn at_the_end(vae: &Vae, data: &Splits, folder: &RunFolder) -> Result<Vec<Section>, Failure> {
    no_grad(|| {
        let (side, latent) = (side(&data.test), vae.latent_dim());
        let x = Tensor::constant(data.test.rows::<f32>(0..data.test.len().min(64)));
        let code = vae.encode(&x.slice_axis(0, (0..1).into()), &mut Context::evaluate())?;
        let code = code.mean().view_as::<Ix2>().row(0).to_owned();
        let values: Vec<f32> = (0..11).map(|i| -3.0 + 0.6 * i as f32).collect();
        let moved: Result<Vec<Tensor>, ModelError> =
            (0..latent.min(20)).map(|dimension| vae.traverse(code.view(), dimension, &values)).collect();
        let pairs = (data.test.len() / 2).min(6);
        let [from, to] = [0, pairs].map(|start| x.slice_axis(0, (start..start + pairs).into()));
        let ways = vae.interpolate(&from, &to, 11, Interpolation::Linear)?;
        let pictures = [
            ("reconstructions", reconstructions(vae, data)?),
            ("samples", samples(vae, data)?),
            ("traversals", sheet(&Tensor::concatenate(&moved?, 0), side, 11)),
            ("interpolations", sheet(&ways, side, 11)),
        ];
        for (name, picture) in &pictures {
            folder.image(name, picture)?;
        }
        let section = |title: &str, text: &str, name: &str| {
            Section::new(title, text).picture(Picture::new(format!("images/{name}.png"), "").wide())
        };
        Ok(vec![
            section("Reconstructions", "Test images above, what comes back of them below.", "reconstructions"),
            section("Samples", "Decoded draws from the standard normal prior.", "samples"),
            section(
                "Latent traversals",
                "The code of the first test image, with one dimension a row moved from -3 to 3.",
                "traversals",
            ),
            section("Interpolations", "Straight ways from the code of one test image to another's.", "interpolations"),
        ])
    })
}
