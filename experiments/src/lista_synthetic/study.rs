//! The study from beginning to end.

use super::config::{Config, Flags, Network, Noise};
use super::{data, judge};
use crate::failure::Failure;
use crate::plot::{Axis, Figure, Panel};
use latent_datasets::synthetic::planted::Planted;
use latent_numeric::parallel::with_threads;
use latent_sparse::Dictionary;
use latent_sparse::lasso::{Fista, Ista, Lasso, LassoParams, Solver};
use latent_sparse::lista::Lista;
use latent_sparse::lista::losses::{code_error, nmse_db};
use latent_tensor::{Tensor, no_grad};
use latent_train::interrupt::Interrupt;
use latent_train::progress::{Progress, seconds};
use latent_train::run::{Manifest, Place, RunFolder};
use latent_train::tell::tell;
use serde::Serialize;
use std::io::Write;
use std::ops::ControlFlow;
use std::time::Instant;

/// How well one method recovers the codes of the test set.
#[derive(Clone, Debug, Serialize)]
struct Curve {
    event: &'static str,
    noise: Noise,
    method: String,
    /// What ISTA and FISTA chose.
    #[serde(skip_serializing_if = "Option::is_none")]
    lambda: Option<f64>,
    /// After each layer or iteration.
    nmse_db: Vec<f64>,
    /// Of a network.
    #[serde(skip_serializing_if = "Option::is_none")]
    training: Option<Training>,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct Training {
    parameters: usize,
    steps: u64,
    seconds: f64,
}

/// Runs the study; whether it went to its end, or was stopped by Ctrl-C and left what it had.
///
/// # Errors
/// If flags are out of their domain, or the run folder cannot be written.
pub fn run(flags: &Flags, interrupt: &Interrupt) -> Result<bool, Failure> {
    with_threads(flags.threads, || on_threads(flags, interrupt))?
}

fn on_threads(flags: &Flags, interrupt: &Interrupt) -> Result<bool, Failure> {
    let start = Instant::now();
    let (config, seed) = (Config::new(flags)?, flags.seed);
    let name = format!("{}x{}", config.features, config.atoms);
    let mut run = RunFolder::create(&Place::new(flags.output.as_deref(), "lista_synthetic", &name), &config, seed)?;
    if let Some(previous) = run.previous() {
        tell(format_args!("note: the same run was made before; it is now in {}", previous.display()));
    }
    let threads = if flags.threads == 0 { rayon::current_num_threads() } else { flags.threads };
    run.manifest(&Manifest::new(threads, Vec::new()))?;

    let mut text = format!(
        "{} samples of {} numbers, {} atoms; NMSE in dB after layers\n",
        config.test_samples, config.features, config.atoms
    );
    let shown: Vec<usize> = [1, 2, 4, 8, 12, 16].into_iter().filter(|k| *k <= config.layers).collect();
    let mut figure = Figure::new(format!("Codes recovered from {name}"));
    for &noise in &config.noise {
        let test = data::test_set(&config, noise, seed)?;
        let dictionary = Dictionary::new(test.dictionary.clone())?;
        let floor = judge::oracle(&test);
        let mut curves = Vec::new();
        let solvers: [&dyn Solver<f32>; 2] = [&Ista::default(), &Fista::default()];
        for solver in solvers {
            let (lambda, nmse_db) = judge::iterations(&config, &dictionary, &test, solver)?;
            let method = solver.name().to_owned();
            curves.push(Curve { event: "nmse", noise, method, lambda: Some(lambda), nmse_db, training: None });
        }
        for &network in &config.networks {
            if interrupt.raised() {
                break;
            }
            curves.push(trained(&config, network, noise, &dictionary, &test, seed, interrupt)?);
        }
        let oracle = if noise == Noise::Noiseless { String::new() } else { format!(", oracle {floor:.1}") };
        text.push_str(&format!("{noise}{oracle}\n  {:<12}", ""));
        shown.iter().for_each(|k| text.push_str(&format!("{k:>8}")));
        let mut panel =
            Panel::new(Axis::linear("layers or iterations"), Axis::linear("NMSE (dB)")).title(noise.to_string());
        for curve in &curves {
            run.metric(curve)?;
            text.push_str(&format!("\n  {:<12}", curve.method));
            shown.iter().for_each(|k| text.push_str(&format!("{:>8.1}", curve.nmse_db[k - 1])));
            let points = curve.nmse_db.iter().enumerate().map(|(k, &nmse)| ((k + 1) as f64, nmse)).collect();
            panel = panel.curve(curve.method.clone(), points);
        }
        text.push('\n');
        figure = figure.panel(panel);
    }
    figure.save(&run, "nmse")?;
    run.bytes("summary.txt", text.as_bytes())?;
    let folder = run.path().to_owned();
    let stopped = interrupt.raised();
    if !stopped {
        run.finish()?;
    }
    // Whoever read along may have left, as `head` does; it is all in the folder.
    let _ = writeln!(
        std::io::stdout(),
        "{text}{} steps a stage; results in {} ({} in all)",
        config.schedule.steps,
        folder.display(),
        seconds(start.elapsed())
    );
    Ok(!stopped)
}

/// Trains a network and judges it; on Ctrl-C, as far as it came.
fn trained(
    config: &Config,
    network: Network,
    noise: Noise,
    dictionary: &Dictionary<f32>,
    test: &Planted<f32>,
    seed: u64,
    interrupt: &Interrupt,
) -> Result<Curve, Failure> {
    let start = Instant::now();
    let lasso = Lasso::new(dictionary, LassoParams::new(config.first_lambda as f32))?;
    let network = Lista::new(&lasso, network.params(config.layers, config.selection))?;
    let stages = network.layers() as u64 * (1 + config.schedule.refinements.len() as u64);
    let progress = Progress::new(&format!("{} {noise}", network.name()), stages * config.schedule.steps, "steps");
    let mut steps = 0;
    config.schedule.train(
        &network,
        |layers, step| {
            let [samples, codes] = data::batch(config, noise, dictionary.atoms(), seed, step).map(Tensor::constant);
            let found = network.trajectory(&samples, None, layers)?.pop().expect("at least one layer");
            Ok(code_error(&found, &codes))
        },
        |now| {
            steps = now.step;
            progress.advance(1);
            progress.note(format!("layer {} error {:.3}", now.stage.layers, now.loss));
            if interrupt.raised() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        },
    )?;
    progress.finish();
    let trajectory = no_grad(|| network.trajectory(&Tensor::constant(test.data.clone()), None, network.layers()))?;
    let nmse_db = trajectory.iter().map(|codes| nmse_db(codes.view_as(), test.codes.view())).collect();
    let training = Training {
        parameters: latent_layers::Module::parameter_count(&network),
        steps,
        seconds: start.elapsed().as_secs_f64(),
    };
    Ok(Curve {
        event: "nmse",
        noise,
        method: network.name().to_owned(),
        lambda: None,
        nmse_db,
        training: Some(training),
    })
}
