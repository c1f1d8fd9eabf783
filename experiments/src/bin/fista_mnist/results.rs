//! The numbers of a run.

use super::Config;
use super::outcome::{Outcome, WORDS};
use latent_study::DatasetName;
use latent_study::results::{Results, Table, Value};
use latent_train::progress::{grouped, seconds};

/// Said of results that a reader could take for those of MNIST.
const DRAWN: &str = "SYNTHETIC STROKES: all results are about drawn digits, not about MNIST";

/// What to know of the dictionary, the codes of the test images, and the solvers.
pub fn results(config: &Config, outcome: &Outcome) -> Results {
    let Outcome { learned, comparison } = outcome;
    let (codes, dataset) = (learned.test.summary(), &config.dataset);
    let rows = comparison.reached();
    let solvers = Table::new("", &rows)
        .column("solver", "", |(solver, _)| solver.to_string())
        .column("iterations", "", |(_, point)| point.iterations)
        .column("time", "s", |(_, point)| point.seconds)
        .column("objective minus optimum", "", |(_, point)| point.distance);
    let comparing = "comparing the solvers";
    let comparing = if rows.is_empty() {
        Value::time(comparing, comparison.time)
    } else {
        Value::phase(comparing, comparison.time)
    };
    let results = Results::new(format!(
        "{dataset}: {} atoms at lambda {}, learned from {} images with {} in {}",
        config.atoms,
        config.lambda,
        grouped(learned.course.samples),
        config.solver,
        seconds(learned.learning)
    ));
    let results = results
        .stopped_early(learned.stopped)
        .warnings((*dataset == DatasetName::SYNTHETIC).then_some(DRAWN))
        .data("images", &codes.samples)
        .data("codes", &codes)
        .heading(format!(
            "on {} test images, coded by {} in {}",
            grouped(codes.samples as u64),
            config.solver,
            seconds(learned.test.time)
        ))
        .values(learned.values(&WORDS))
        .heading("time")
        .value(learned.time())
        .value(Value::phase("coding the test images", learned.test.time).key("seconds.coding"))
        .value(comparing.key("seconds.comparing"));
    if rows.is_empty() {
        return results;
    }
    let heading = format!("solvers from zero on {} test images, in double precision", comparison.images);
    results.heading(heading).table(solvers)
}
