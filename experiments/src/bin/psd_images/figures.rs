//! What there is to see.

use super::outcome::{Drawn, Outcome};
use latent_sparse::SparseError;
use latent_sparse::train::PredictiveBanksTask;
use latent_study::failure::Failure;
use latent_study::saved::Save;
use latent_study::sparse::banks::{BankSheet, beside, by_size};
use latent_study::sparse::windows::WindowSplits;
use latent_train::run::RunFolder;

/// Draws everything into the run folder.
pub fn draw(
    run: &RunFolder,
    task: &PredictiveBanksTask,
    data: &WindowSplits,
    Outcome { banks, drawn, .. }: &Outcome,
) -> Result<(), Failure> {
    let orders: Vec<&[usize]> = banks.iter().map(|bank| &bank.order[..]).collect();
    run.image("filters", &sheet(task)?.draw(&orders))?;
    let Drawn { predicted, optimal } = drawn;
    let made = [("predicted maps", predicted), ("optimal maps", optimal)];
    run.image("photograph", &beside(&data.photograph, &made))?;
    let predicted = banks.iter().map(|bank| (bank.filters, &bank.predicted)).collect();
    let optimal = banks.iter().map(|bank| (bank.filters, &bank.optimal)).collect();
    let title = "Maps of the test windows, as predicted and at the optimum";
    by_size(title, &[("predicted", predicted), ("optimal", optimal)]).save(run, "by_number_of_filters")
}

/// All banks, encoders beside their decoders.
pub fn sheet(task: &PredictiveBanksTask) -> Result<BankSheet<'static>, SparseError> {
    let bank = |(place, _)| Ok(vec![task.decoder(place)?.into_array(), task.encoder(place)]);
    let banks = task.sizes().enumerate().map(bank).collect::<Result<_, SparseError>>()?;
    Ok(BankSheet { groups: &["decoder", "encoder"], banks })
}
