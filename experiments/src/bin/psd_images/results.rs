//! The numbers of a run.

use super::Config;
use super::outcome::{Bank, Drawn, Outcome};
use latent_numeric::format::short;
use latent_study::natural;
use latent_study::results::{Results, Table, Value};
use latent_study::sparse::banks::headline;
use latent_study::sparse::windows::WindowSplits;
use latent_train::progress::{grouped, seconds};
use std::time::Duration;

/// What to know of each bank, and of a whole photograph.
pub fn results(config: &Config, data: &WindowSplits, Outcome { banks, drawn, steps, learning }: &Outcome) -> Results {
    let learned = format!("in {} steps, {}", grouped(*steps), seconds(*learning));
    let sizes = (config.side, config.energy.lambda);
    let table = Table::new("", banks)
        .key("banks")
        .column("filters", "", |bank| bank.filters)
        .column("objective, encoder", "", |bank| bank.predicted.codes.objective)
        .column("objective, optimum", "", |bank| bank.optimal.codes.objective)
        .column("PSNR, encoder", "dB", |bank| bank.predicted.psnr)
        .column("PSNR, optimum", "dB", |bank| bank.optimal.psnr)
        .column("nonzeros per pixel, encoder", "", |bank| bank.predicted.nonzeros_by_pixel)
        .column("nonzeros per pixel, optimum", "", |bank| bank.optimal.nonzeros_by_pixel)
        .column("time, encoder", "s", |bank| bank.predicted.seconds)
        .column("time, optimum", "s", |bank| bank.optimal.seconds)
        .column("equivalent iterations of FISTA", "", |bank| bank.equivalent_iterations)
        .column("cosine of encoder and decoder", "", |bank| bank.similarity)
        .figures(|bank| Some(figure(bank)));
    let Drawn { predicted, optimal } = drawn;
    let with = format!("with {} filters", config.drawn);
    let psnr = |name: &str, psnr: f64| Value::new(name, psnr, "dB").note(&with).aside();
    Results::new(headline(&config.dataset, sizes, (&config.windows, data), &learned))
        .warnings(natural::warning(&config.dataset))
        .data("windows", &data.test.nrows())
        .heading(format!(
            "on {} test windows, maps as the encoder predicts them and at the optimum; cosine: mean over the filters",
            data.test.nrows()
        ))
        .table(table)
        .heading("a whole photograph")
        .value(psnr("PSNR, predicted maps", predicted.psnr).key("photograph_psnr.predicted"))
        .value(psnr("PSNR, optimal maps", optimal.psnr).key("photograph_psnr.optimal"))
        .heading("time")
        .value(Value::time("learning", *learning))
        .value(Value::phase(
            "optima of the test windows",
            banks.iter().map(|bank| Duration::from_secs_f64(bank.optimal.seconds)).sum(),
        ))
}

/// What runs are compared by.
fn figure(Bank { filters, predicted, optimal, equivalent_iterations, similarity, .. }: &Bank) -> Value {
    let name = format!("PSNR, {filters} {}", if *filters == 1 { "filter" } else { "filters" });
    let iterations = match equivalent_iterations {
        Some(iterations) => format!("as low an objective as after {} iterations of FISTA", short(*iterations)),
        None => "a lower objective than after all iterations of FISTA that were tried".to_owned(),
    };
    Value::new(name, predicted.psnr, "dB").note(format!(
        "of predicted maps, {:.2} dB at the optimum; {iterations}; mean cosine of filters of encoder and decoder {}",
        optimal.psnr,
        short(*similarity)
    ))
}
