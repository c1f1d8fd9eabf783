//! What there is to see.

use super::conclude::{Bank, Concluded};
use image::RgbImage;
use latent_report::picture::{Cell, Photo, Sheet, colours, filter_sheet, signed_colours};
use latent_report::plot::{Axis, Figure, Panel};
use latent_sparse::SparseError;
use latent_sparse::train::PredictiveBanksTask;
use latent_study::failure::Failure;
use latent_study::saved::Save;
use latent_study::sparse::windows::Judged;
use latent_train::run::RunFolder;
use ndarray::{Array4, Axis as Dimension};

/// Filters of a decoder, and of its encoder, in a row of a sheet.
const COLUMNS: usize = 8;
/// Pixels of a sheet to a pixel of a filter, of what is shown large and small.
const SCALE: usize = 5;
pub const SMALL: usize = 3;

/// Draws everything into the run folder.
pub fn draw(run: &RunFolder, task: &PredictiveBanksTask, concluded: &Concluded<'_>) -> Result<(), Failure> {
    let order = |place: usize| concluded.banks.get(place).map(|bank| bank.order.clone());
    run.image("filters", &banks(task, order, SCALE)?)?;
    run.image("photograph", &photograph(concluded))?;
    by_size(&concluded.banks).save(run, "by_number_of_filters")
}

/// All banks, encoders beside their decoders; the filters in an order for each bank, or in their own, in which one picture
/// can be compared with the next.
pub fn banks(
    task: &PredictiveBanksTask,
    order: impl Fn(usize) -> Option<Vec<usize>>,
    scale: usize,
) -> Result<RgbImage, SparseError> {
    let mut banks = Vec::new();
    for (place, size) in task.sizes().enumerate() {
        let order = order(place).unwrap_or_else(|| (0..size).collect());
        let photos = |filters: &Array4<f32>| {
            order.iter().map(|&k| signed_colours(filters.index_axis(Dimension(0), k))).collect()
        };
        let groups = vec![photos(&task.decoder(place)?.into_array()), photos(&task.encoder(place))];
        banks.push((size.to_string(), groups));
    }
    Ok(filter_sheet(&banks, &["decoder", "encoder"], COLUMNS, scale))
}

/// The photograph and what both kinds of maps make of it.
fn photograph(concluded: &Concluded<'_>) -> RgbImage {
    let (drawn, photograph) = (&concluded.drawn, &concluded.data.photograph);
    let original = (&photograph.low + &photograph.high).index_axis_move(Dimension(0), 0);
    let [predicted, optimal] = &drawn.reconstructions;
    let images = [&original, predicted, optimal].map(|image| colours(image.view()));
    let captions = [
        "photograph".to_owned(),
        format!("smooth part and predicted maps: {:.1} dB", drawn.psnr[0]),
        format!("smooth part and optimal maps: {:.1} dB", drawn.psnr[1]),
    ];
    let row = images.iter().zip(captions).map(|(image, caption)| Cell::Photo(Photo { image: image.view(), caption }));
    Sheet { rows: vec![row.collect()], scale: 1, gutter: 12, margin: 12, ..Sheet::default() }.draw()
}

/// What more filters are worth, and what the encoder loses.
fn by_size(banks: &[Bank]) -> Figure {
    let panel = |title: &str, y: Axis, of: fn(&Judged) -> f64| {
        let points = |judged: fn(&Bank) -> &Judged| {
            banks.iter().map(|bank| (bank.filters as f64, of(judged(bank)))).collect::<Vec<_>>()
        };
        Panel::new(Axis::log("filters"), y)
            .title(title)
            .curve("predicted", points(|bank| &bank.predicted))
            .curve("optimal", points(|bank| &bank.optimal))
    };
    let used = Axis::linear("coefficients a pixel").including(0.0);
    Figure::new("Maps of the test windows, as predicted and at the optimum")
        .panel(panel("Objective", Axis::linear("mean objective of a window"), |judged| judged.codes.objective))
        .panel(panel("Fidelity", Axis::linear("PSNR (dB)"), |judged| judged.psnr))
        .panel(panel("Sparsity", used, |judged| judged.nonzeros_by_pixel))
}
