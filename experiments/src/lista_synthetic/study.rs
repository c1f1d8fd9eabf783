//! The study from beginning to end.

use super::config::{Config, Flags, Noise};
use super::{data, judge};
use crate::failure::Failure;
use crate::networks::Network;
use crate::plot::{Axis, Figure, Panel};
use latent_datasets::synthetic::planted::Planted;
use latent_numeric::parallel::with_threads;
use latent_sparse::Dictionary;
use latent_sparse::lasso::{Fista, Ista, Lasso, LassoParams, Solver};
use latent_sparse::lista::losses::{code_error, nmse_db};
use latent_sparse::lista::{LayerWise, Lista};
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
    run.manifest(&Manifest::new("lista_synthetic", threads, Vec::new()))?;

    let mut text = format!(
        "{} samples of {} numbers, {} atoms; NMSE in dB after layers\n",
        config.test_samples, config.features, config.atoms
    );
    let mut figure = Figure::new(format!("Codes recovered from {name}"));
    for &noise in &config.noise {
        let test = data::test_set(&config, noise, seed)?;
        let curves = curves(&config, noise, &test, seed, interrupt)?;
        let mut panel =
            Panel::new(Axis::linear("layers or iterations"), Axis::linear("NMSE (dB)")).title(noise.to_string());
        for curve in &curves {
            run.metric(curve)?;
            let points = curve.nmse_db.iter().enumerate().map(|(k, &nmse)| ((k + 1) as f64, nmse)).collect();
            panel = panel.curve(curve.method.clone(), points);
        }
        figure = figure.panel(panel);
        text.push_str(&table(noise, judge::oracle(&test), &curves));
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

/// ISTA, FISTA and the networks on data with this noise; on Ctrl-C, as far as it came.
fn curves(
    config: &Config,
    noise: Noise,
    test: &Planted<f32>,
    seed: u64,
    interrupt: &Interrupt,
) -> Result<Vec<Curve>, Failure> {
    let dictionary = Dictionary::new(test.dictionary.clone())?;
    let mut curves = Vec::new();
    let solvers: [&dyn Solver<f32>; 2] = [&Ista::default(), &Fista::default()];
    for solver in solvers {
        let (lambda, nmse_db) = judge::iterations(config, &dictionary, test, solver)?;
        let method = solver.name().to_owned();
        curves.push(Curve { event: "nmse", noise, method, lambda: Some(lambda), nmse_db, training: None });
    }
    for &network in config.networks.iter().take_while(|_| !interrupt.raised()) {
        curves.push(trained(config, network, noise, &dictionary, test, seed, interrupt)?);
    }
    Ok(curves)
}

/// The figures of some layers in words.
fn table(noise: Noise, oracle: f64, curves: &[Curve]) -> String {
    let layers = curves.first().map_or(0, |curve| curve.nmse_db.len());
    let mut shown: Vec<usize> = [1, 2, 4, 8, 12, 16, layers].into_iter().filter(|k| *k <= layers).collect();
    shown.sort_unstable();
    shown.dedup();
    let row = |name: &str, cells: Vec<String>| {
        let cells: Vec<String> = cells.iter().map(|cell| format!("{cell:>8}")).collect();
        format!("  {name:<12}{}\n", cells.concat())
    };
    let head = if noise == Noise::Noiseless { format!("{noise}\n") } else { format!("{noise}, oracle {oracle:.1}\n") };
    let rows = curves
        .iter()
        .map(|curve| row(&curve.method, shown.iter().map(|k| format!("{:.1}", curve.nmse_db[k - 1])).collect()));
    [head, row("", shown.iter().map(ToString::to_string).collect())].into_iter().chain(rows).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use serde_json::Value;
    use std::fs;
    use std::path::Path;

    fn study(folder: &Path, flags: &[&str]) -> Result<bool, Failure> {
        let small =
            "study --features 20 --atoms 40 --layers 3 --steps 20 --test-samples 60 --learning-rate 5e-3 --output";
        let flags = small.split(' ').chain([folder.to_str().unwrap()]).chain(flags.iter().copied());
        run(&Flags::try_parse_from(flags).map_err(|error| Failure::new(error.to_string()))?, &Interrupt::default())
    }

    /// The curves without what depends on the machine.
    fn curves(folder: &Path) -> Vec<(String, String, Vec<f64>)> {
        let text = fs::read_to_string(folder.join("metrics.jsonl")).unwrap();
        let curve = |line: &str| {
            let value: Value = serde_json::from_str(line).unwrap();
            let text = |key: &str| value[key].as_str().unwrap().to_owned();
            let nmse = value["nmse_db"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
            (text("noise"), text("method"), nmse)
        };
        text.lines().map(curve).collect()
    }

    #[test]
    fn networks_beat_iterations_with_the_same_bits_on_any_threads() {
        let folder = tempfile::tempdir().unwrap();
        let [first, second] = ["first", "second"].map(|name| folder.path().join(name));
        let flags = ["--networks", "lista,cpss,alista", "--noise", "noiseless,20"];
        assert!(study(&first, &[&flags[..], &["--threads", "1"]].concat()).unwrap());
        assert!(study(&second, &[&flags[..], &["--threads", "3"]].concat()).unwrap());
        let all = curves(&first);
        assert_eq!(all, curves(&second));
        let methods: Vec<(&str, &str)> =
            all.iter().map(|(noise, method, _)| (noise.as_str(), method.as_str())).collect();
        let expected = ["ISTA", "FISTA", "LISTA", "LISTA-CPSS", "ALISTA"];
        let expected = ["noiseless", "SNR 20 dB"].map(|noise| expected.map(|method| (noise, method))).concat();
        assert_eq!(methods, expected);
        for curves in all.chunks(5) {
            assert!(curves.iter().all(|(.., nmse)| nmse.len() == 3));
            let fista = curves[1].2[2];
            assert!(curves[2..].iter().all(|(.., nmse)| nmse[2] < fista), "{curves:?}");
        }
        for file in ["config.toml", "manifest.json", "summary.txt", "images/nmse.svg", "images/nmse.png", "DONE"] {
            assert!(first.join(file).exists(), "{file}");
        }
        assert!(fs::read_to_string(first.join("summary.txt")).unwrap().contains("SNR 20 dB, oracle -"));
    }

    #[test]
    fn unusable_flags_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let refused = |flags: &[&str]| study(&folder.path().join("out"), flags).unwrap_err().to_string();
        let program = ["study", "--layers", "0"];
        let flags = Flags::parse_from(program);
        let error = run(&flags, &Interrupt::default()).unwrap_err().to_string();
        assert_eq!(error, "error: --layers is 0, expected at least 1");
        assert!(refused(&["--noise", "loud"]).contains("expected noiseless or a ratio in dB, such as 20"));
        assert!(refused(&["--networks", "listen"]).contains("invalid value 'listen'"));
        let flags = Flags::parse_from(["study", "--learning-rate=-1"]);
        let error = run(&flags, &Interrupt::default()).unwrap_err().to_string();
        assert_eq!(error, "error: --learning-rate is -1, expected a finite number above 0");
    }
}
