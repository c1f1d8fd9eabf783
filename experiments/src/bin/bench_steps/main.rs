//! Measures training steps of small models on MNIST, one JSON line a model.

mod steps;

use clap::Parser;
use latent_study::DatasetName;
use latent_study::cli::{Common, parse};
use latent_study::data;
use latent_study::failure::{Failure, exit};
use serde_json::json;
use std::io::Write;
use std::process::ExitCode;
use std::time::Instant;
use steps::Task;

/// Steps before the measured ones.
const WARM_UP: usize = 5;

/// Times training steps (forward, backward and Adam on real batches) of small models, one JSON line a model: the
/// median of 30 or 60 steps
#[derive(Parser, Debug)]
#[command(
    name = "bench_steps",
    version,
    after_help = "Examples:
  bench_steps --threads 2
  bench_steps --threads 1 vae_mlp wgan_gp_conv"
)]
struct Flags {
    #[command(flatten)]
    common: Common,

    /// Which models; all if none is named
    #[arg(value_enum)]
    tasks: Vec<Task>,

    /// How many steps to measure [default: 60, and 30 of the longest]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    steps: Option<u32>,
}

fn main() -> ExitCode {
    let flags: Flags = parse();
    exit(run(&flags))
}

fn run(flags: &Flags) -> Result<(), Failure> {
    // Strokes in the place of MNIST would be as good, but another measurement.
    let dataset =
        if flags.common.dataset == DatasetName::AUTO { DatasetName::MNIST } else { flags.common.dataset.clone() };
    let images = data::load(&Common { dataset, ..flags.common.clone() })?.splits.train;
    let all = <Task as clap::ValueEnum>::value_variants();
    let tasks = if flags.tasks.is_empty() { all } else { &flags.tasks };
    flags.common.on_threads(|| {
        for &task in tasks {
            let mut step = task.step(&images)?;
            let mut times = Vec::new();
            let mut loss = f64::NAN;
            for i in 0..WARM_UP + flags.steps.map_or(task.steps(), |steps| steps as usize) {
                let start = Instant::now();
                loss = step()?;
                if i >= WARM_UP {
                    times.push(start.elapsed().as_secs_f64());
                }
            }
            if !loss.is_finite() {
                return Err(Failure::new(format!("the loss of {} became {loss}", task.name())));
            }
            times.sort_by(f64::total_cmp);
            let line = json!({
                "task": task.name(), "peer": "Latent", "threads": flags.common.thread_count(),
                "step_ms": 1e3 * times[times.len() / 2],
            });
            writeln!(std::io::stdout(), "{line}")
                .map_err(|error| Failure::new(format!("cannot write to the standard output: {error}")))?;
        }
        Ok(())
    })?
}
