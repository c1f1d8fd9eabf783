//! What the model has learned, to look at.

use super::Config;
use super::evaluate::{first, posterior};
use image::RgbImage;
use latent_datasets::Splits;
use latent_layers::Context;
use latent_models::{Interpolation, ModelError, Vae};
use latent_numeric::random::Stream;
use latent_report::picture::{named, rows as sheet, side};
use latent_report::plot;
use latent_report::{Picture, Section};
use latent_study::failure::Failure;
use latent_study::saved::Save;
use latent_tensor::{Tensor, no_grad};
use latent_train::health::LatentUse;
use latent_train::run::RunFolder;
use ndarray::{Array2, ArrayView2, Ix2};

/// Twelve test images, and below each what comes back.
fn reconstructions(config: &Config, vae: &Vae, data: &Splits) -> Result<RgbImage, Failure> {
    let x = first(config, &data.test, 12)?;
    let back = vae.reconstruct(&x)?;
    let columns = x.shape()[0];
    Ok(sheet(Tensor::concatenate(&[x, back], 0).view_as(), side(data.test.image_dim()), columns))
}

/// Images of codes drawn from the prior.
fn samples(vae: &Vae, data: &Splits) -> Result<RgbImage, ModelError> {
    Ok(sheet(vae.sample(96, &mut Stream::new(0, "samples", &[]))?.view_as(), side(data.test.image_dim()), 12))
}

/// The pictures that are made again and again.
pub fn while_training(config: &Config, vae: &Vae, data: &Splits) -> Result<Vec<(String, RgbImage)>, Failure> {
    no_grad(|| {
        Ok(vec![
            ("reconstructions".into(), reconstructions(config, vae, data)?),
            ("samples".into(), samples(vae, data)?),
        ])
    })
}

/// All pictures, written to the folder, as sections of the report.
pub fn at_the_end(config: &Config, vae: &Vae, data: &Splits, folder: &RunFolder) -> Result<Vec<Section>, Failure> {
    no_grad(|| {
        let side = side(data.test.image_dim());
        let x = first(config, &data.test, 64)?;
        let code = vae.encode(&x.slice_axis(0, (0..1).into()), &mut Context::evaluate())?;
        let code = code.mean().view_as::<Ix2>().row(0).to_owned();
        let values: Vec<f32> = (0..11).map(|i| -3.0 + 0.6 * i as f32).collect();
        let order = by_kl(config, vae, data)?;
        let moved: Result<Vec<Tensor>, ModelError> =
            order.iter().map(|(dimension, _)| vae.traverse(code.view(), *dimension, &values)).collect();
        let pairs = (data.test.len() / 2).min(6);
        let [from, to] = [0, pairs].map(|start| x.slice_axis(0, (start..start + pairs).into()));
        let ways = vae.interpolate(&from, &to, 11, Interpolation::Linear)?;
        let pictures = [
            ("reconstructions", reconstructions(config, vae, data)?),
            ("samples", samples(vae, data)?),
            ("traversals", traversals(Tensor::concatenate(&moved?, 0).view_as(), side, &values, &order)),
            ("interpolations", sheet(ways.view_as(), side, 11)),
        ];
        for (name, picture) in &pictures {
            folder.image(name, picture)?;
        }
        let plane = plane(config, vae, data, folder)?;
        let section = |title: &str, text: &str, name: &str| {
            Section::new(title, text).picture(Picture::new(format!("images/{name}.png"), "").wide())
        };
        let mut sections = vec![
            section("Reconstructions", "Test images above, what comes back of them below.", "reconstructions"),
            section("Samples", "Decoded draws from the standard normal prior.", "samples"),
        ];
        sections.extend(plane);
        sections.extend([
            section(
                "Latent traversals",
                "The code of the first test image, with one latent a row moved from -3 to 3: those with the largest \
                 mean KL over test images first, which stands beside each, in nats.",
                "traversals",
            ),
            section("Interpolations", "Straight ways from the code of one test image to another's.", "interpolations"),
        ]);
        Ok(sections)
    })
}

/// Latents with their mean KL over test images, the largest first; at most twenty.
fn by_kl(config: &Config, vae: &Vae, data: &Splits) -> Result<Vec<(usize, f64)>, Failure> {
    const SHOWN: usize = 20;
    let code = posterior(config, vae, data)?;
    let usage = LatentUse::gaussian(code.mean().view_as(), code.log_var().view_as());
    let mut order: Vec<(usize, f64)> = usage.kl.into_iter().enumerate().collect();
    order.sort_by(|a, b| b.1.total_cmp(&a.1));
    order.truncate(SHOWN);
    Ok(order)
}

fn traversals(images: ArrayView2<'_, f32>, side: (usize, usize), values: &[f32], order: &[(usize, f64)]) -> RgbImage {
    let names: Vec<String> = order.iter().map(|(latent, kl)| format!("z{latent}   {kl:.2} nats")).collect();
    let headings: Vec<String> =
        values.iter().map(|value| format!("{:.1}", (10.0 * value).round() / 10.0 + 0.0).replace('-', "−")).collect();
    named(images, side, values.len(), &headings, &names)
}

/// Where the test images lie among the codes, and, where these have two dimensions, what images lie where.
fn plane(config: &Config, vae: &Vae, data: &Splits, folder: &RunFolder) -> Result<Option<Section>, Failure> {
    /// Images along a side of the plane, from -3 to 3.
    const ALONG: usize = 21;
    let latent = vae.latent_dim();
    if latent < 2 || data.test.len() < 3 {
        return Ok(None);
    }
    let codes = vae.encode(&first(config, &data.test, plot::MOST_POINTS)?, &mut Context::evaluate())?;
    plot::plane(codes.mean().view_as(), data.test.labels())?.save(folder, "latent_plane")?;
    let text = match latent {
        2 => "Means of the codes of test images, each in the colour of its class, and the decoded codes from -3 to 3.",
        _ => "Means of the codes of test images along their two principal components, in the colour of their class.",
    };
    let mut section = Section::new("Latent plane", text).picture(Picture::new("images/latent_plane.png", "The codes"));
    if latent == 2 {
        let at = |index: usize| -3.0 + 6.0 * index as f32 / (ALONG - 1) as f32;
        // As in the plot, the second dimension grows upwards.
        let code = |(index, dimension): (usize, usize)| {
            if dimension == 0 { at(index % ALONG) } else { at(ALONG - 1 - index / ALONG) }
        };
        let decoded = vae.decode(&Tensor::constant(Array2::from_shape_fn((ALONG * ALONG, 2), code)))?;
        folder.image("plane_of_images", &sheet(decoded.view_as(), side(data.test.image_dim()), ALONG))?;
        section = section.picture(Picture::new("images/plane_of_images.png", "The decoded plane"));
    }
    Ok(Some(section))
}
