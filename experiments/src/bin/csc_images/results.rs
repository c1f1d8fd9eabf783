//! The numbers of a run.

use super::Config;
use super::outcome::{Bank, Outcome};
use latent_numeric::format::short;
use latent_report::SHARE;
use latent_study::natural;
use latent_study::results::{Results, Table, Value};
use latent_study::sparse::banks::headline;
use latent_study::sparse::windows::WindowSplits;
use latent_train::progress::{grouped, seconds};
use std::time::Duration;

/// What to know of each bank, and of a whole photograph.
pub fn results(config: &Config, data: &WindowSplits, outcome: &Outcome) -> Results {
    let Outcome { banks, drawn, seen, stopped, learning } = outcome;
    let learned = format!("{} of them seen, in {}", grouped(*seen), seconds(*learning));
    let sizes = (config.side, config.lambda);
    let table = Table::new("", banks)
        .key("banks")
        .column("filters", "", |bank| bank.filters)
        .column("objective", "", |bank| bank.judged.codes.objective)
        .column("PSNR", "dB", |bank| bank.judged.psnr)
        .column("nonzero coefficients per pixel", "", |bank| bank.judged.nonzeros_by_pixel)
        .column("share of nonzero coefficients", SHARE, |bank| bank.density)
        .column("worst relative gap", "", |bank| bank.judged.codes.worst_relative_gap)
        .column("time", "s", |bank| bank.judged.seconds)
        .figures(|bank| Some(figure(bank)));
    let results = Results::new(headline(&config.dataset, sizes, (&config.windows, data), &learned))
        .stopped_early(*stopped)
        .warnings(natural::warning(&config.dataset))
        .data("windows", &data.test.nrows())
        .data("solver", &config.solver.to_string())
        .heading(format!("on {} test windows, coded by {}", data.test.nrows(), config.solver))
        .table(table);
    let psnr = drawn.as_ref().map(|drawn| drawn.made.psnr);
    results
        .heading("a whole photograph")
        .value(
            Value::new("PSNR", psnr, "dB")
                .key("photograph_psnr")
                .note(format!("with {} filters", config.drawn))
                .aside(),
        )
        .heading("time")
        .value(Value::time("learning", *learning).key("seconds.learning"))
        .value(Value::phase(
            "coding the test windows",
            banks.iter().map(|bank| Duration::from_secs_f64(bank.judged.seconds)).sum(),
        ))
}

/// What runs are compared by.
fn figure(Bank { filters, judged, density, .. }: &Bank) -> Value {
    let name = format!("objective, {filters} {}", if *filters == 1 { "filter" } else { "filters" });
    Value::new(name, judged.codes.objective, "").note(format!(
        "PSNR {:.2} dB; {} nonzero coefficients per pixel, {} % of all; worst relative gap {}",
        judged.psnr,
        short(judged.nonzeros_by_pixel),
        short(100.0 * density),
        short(judged.codes.worst_relative_gap)
    ))
}
