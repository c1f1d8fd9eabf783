//! The study from beginning to end.

use super::compare::{Curve, compare};
use super::config::{Config, Flags};
use super::evaluate::{Evaluated, evaluate};
use super::figures;
use super::learn::{Learned, learn};
use crate::data;
use crate::failure::Failure;
use latent_sparse::lasso::{Lasso, Stop};
use latent_train::interrupt::Interrupt;
use latent_train::progress::{grouped, seconds};
use latent_train::run::{Manifest, Place, RunFolder};
use latent_train::tell::tell;
use ndarray::Axis;
use serde_json::json;
use std::io::Write;
use std::time::Instant;

/// Runs the study; whether it went to its end, or was stopped by Ctrl-C and left what it had.
///
/// # Errors
/// If flags are out of their domain, data cannot be loaded, or the run folder cannot be written.
pub fn run(flags: &Flags, interrupt: &Interrupt) -> Result<bool, Failure> {
    flags.common.on_threads(|| on_threads(flags, interrupt))?
}

fn on_threads(flags: &Flags, interrupt: &Interrupt) -> Result<bool, Failure> {
    let start = Instant::now();
    // Flags are checked before the data is waited for.
    Config::new(flags, flags.common.dataset)?;
    let data = data::load(&flags.common)?;
    if let Some(note) = &data.note {
        tell(format_args!("note: {note}"));
    }
    let (config, seed) = (Config::new(flags, data.dataset)?, flags.common.seed);
    let (train, test) = (&data.splits.train, &data.splits.test);
    check_sizes(&config, train.len(), test.len())?;
    let place = Place::new(flags.common.output.as_deref(), "fista_mnist", &config.dataset.to_string());
    let mut run = RunFolder::create(&place, &config, seed)?;
    if let Some(previous) = run.previous() {
        tell(format_args!("note: the same run was made before; it is now in {}", previous.display()));
    }
    run.manifest(&Manifest::new("fista_mnist", flags.common.thread_count(), data.sources()))?;

    let learned = learn(&config, seed, train, &mut run, interrupt)?;
    let Some(dictionary) = learned.learner.dictionary() else {
        return Err(Failure::new("no batch was learned from"));
    };
    let atoms = dictionary.atoms();
    run.npy("dictionary.npy", &atoms)?;
    let facts = [("lambda", config.lambda.to_string()), ("dataset", config.dataset.to_string())];
    run.safetensors("dictionary.safetensors", &[("dictionary", atoms)], &facts)?;

    let lasso = Lasso::new(&dictionary, config.penalty())?;
    let solver = config.solver.solver();
    let evaluated = evaluate(&lasso, solver.as_ref(), &Stop::gap(config.test_gap), test, interrupt)?;
    let compared = test.rows::<f32>(0..config.compared_images.min(test.len()));
    let curves =
        if interrupt.raised() { Vec::new() } else { compare(&dictionary, config.lambda, &compared, interrupt)? };
    for Curve { solver, points } in &curves {
        for point in points {
            run.metric(&json!({ "event": "solver", "solver": solver, "images": compared.nrows(), "point": point }))?;
        }
    }

    let weight = evaluated.weight_of_atoms();
    let mut order: Vec<usize> = (0..config.atoms).collect();
    order.sort_by(|&a, &b| weight[b].total_cmp(&weight[a]).then(a.cmp(&b)));
    figures::draw(&run, &dictionary, &order, test, &evaluated, &learned.curve, &curves)?;

    let stopped = interrupt.raised();
    let unused = weight.iter().filter(|weight| **weight == 0.0).count();
    let summary = evaluated.summary();
    let error = evaluated.relative_error(test);
    run.metric(&json!({
        "event": "test", "images": summary.samples, "codes": summary, "relative_squared_error": error,
        "unused_atoms": unused, "dead_atoms_replaced": learned.replaced, "stopped_early": stopped,
        "seconds": {
            "learning": learned.time.as_secs_f64(),
            "coding": evaluated.time.as_secs_f64(),
            "all": start.elapsed().as_secs_f64(),
        },
    }))?;
    let text = report(&config, &data, &learned, &evaluated, error, unused, &curves, compared.len_of(Axis(0)), stopped);
    run.bytes("summary.txt", text.as_bytes())?;
    let folder = run.path().to_owned();
    if !stopped {
        run.finish()?;
    }
    let convergence = if curves.is_empty() { "" } else { ", images/convergence.png" };
    let told = format!(
        "{text}\nresults in {} ({} in all)\n\
        look at images/atoms.png, images/reconstructions.png{convergence} there",
        folder.display(),
        seconds(start.elapsed())
    );
    // Whoever read along may have left, as `head` does; it is all in the folder.
    let _ = writeln!(std::io::stdout(), "{told}");
    Ok(!stopped)
}

/// The first atoms are training images, and there is nothing to report without test images.
fn check_sizes(config: &Config, train: usize, test: usize) -> Result<(), Failure> {
    if config.atoms > train {
        let message = format!("--atoms is {}, expected at most the {train} training images there are", config.atoms);
        return Err(Failure::new(message).help("the first atoms are training images"));
    }
    if test == 0 {
        return Err(Failure::new(format!("the test set of {} has no images", config.dataset)));
    }
    Ok(())
}

/// The results in words.
fn report(
    config: &Config,
    data: &data::Loaded,
    learned: &Learned,
    evaluated: &Evaluated,
    error: f64,
    unused: usize,
    curves: &[Curve],
    compared: usize,
    stopped: bool,
) -> String {
    let test = evaluated.summary();
    let mut text = String::new();
    let mut line = |s: String| {
        text.push_str(&s);
        text.push('\n');
    };
    if stopped {
        line("stopped early: these are the results of what was learned so far".into());
    }
    if let Some(note) = &data.note {
        line(format!("note: {note}"));
    }
    line(format!(
        "{}: {} atoms at lambda {}, learned from {} images with {} in {}",
        config.dataset,
        config.atoms,
        config.lambda,
        grouped(learned.images as u64),
        config.solver,
        seconds(learned.time)
    ));
    line(format!(
        "on {} test images, coded by {} in {}:",
        grouped(test.samples as u64),
        config.solver,
        seconds(evaluated.time)
    ));
    line(format!(
        "  objective            {:.4}  (squared error {:.4} + l1 {:.4})",
        test.objective, test.data_term, test.l1_term
    ));
    line(format!("  strokes an image     {:.1} of {}", test.nonzeros, config.atoms));
    line(format!("  relative error^2     {:.2} %", 100.0 * error));
    line(format!(
        "  relative duality gap {:.1e} at worst, {:.1e} on average; {:.2} % at or below {:.0e}",
        test.worst_relative_gap,
        test.mean_relative_gap,
        100.0 * test.converged,
        config.test_gap
    ));
    line(format!("  atoms never used     {unused}; dead atoms replaced while learning: {}", learned.replaced));
    if !curves.is_empty() {
        line(format!("solvers on {compared} test images from zero, objective minus optimum in f64:"));
        line(format!("  {:<20} {:>10} {:>10} {:>12}", "", "iterations", "seconds", "distance"));
        for Curve { solver, points } in curves {
            // Where the solver first comes within 1e-3 of the optimum, or where it ended.
            if let Some(p) = points.iter().find(|p| p.distance <= 1e-3).or(points.last()) {
                line(format!(
                    "  {:<20} {:>10} {:>10.4} {:>12.1e}",
                    solver.to_string(),
                    p.iterations,
                    p.seconds,
                    p.distance
                ));
            }
        }
    }
    text
}
