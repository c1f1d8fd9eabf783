//! Measures image augmentation on MNIST, one JSON line a measurement: the first 10,000 training images in bytes.
//!
//! `pipeline` is a horizontal flip of probability 1/2, a rotation by at most 10 degrees (bilinear, zeros around), and
//! brightness and contrast changed by factors in [0.9, 1.1], each image with its own draws; `gaussian_blur` has kernel 5
//! and sigma 1; `jpeg` has quality 50. Reading the images is not timed; making memory for the result is.

use clap::Parser;
use latent_augment::image::Chain;
use latent_study::DatasetName;
use latent_study::cli::Common;
use latent_study::cli::parse;
use latent_study::data;
use latent_study::failure::{Failure, exit};
use ndarray::{Array4, Axis};
use serde_json::json;
use std::io::Write;
use std::process::ExitCode;
use std::time::Instant;

/// Images of a measurement.
const IMAGES: usize = 10_000;

const CHAINS: [(&str, &str); 3] = [
    (
        "pipeline",
        r#"augment = [
            { op = "horizontal_flip", p = 0.5 },
            { op = "rotate", degrees = [-10, 10], interpolation = "bilinear", border = { constant = 0.0 } },
            { op = "color_jitter", brightness = [0.9, 1.1], contrast = [0.9, 1.1] },
        ]"#,
    ),
    ("gaussian_blur", r#"augment = [{ op = "gaussian_blur", kernel = 5, sigma = 1.0 }]"#),
    ("jpeg", r#"augment = [{ op = "jpeg", quality = 50 }]"#),
];

/// Times image augmentation on MNIST, one JSON line a measurement
#[derive(Parser, Debug)]
#[command(
    name = "bench_augment",
    version,
    after_help = "Examples:
  bench_augment --threads 2 --runs 5
  bench_augment --threads 1 --chain chain.toml"
)]
struct Flags {
    #[command(flatten)]
    common: Common,

    /// Measurements to make of each chain
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,

    /// Time the chain of this TOML file instead
    #[arg(long, value_name = "FILE")]
    chain: Option<std::path::PathBuf>,
}

fn main() -> ExitCode {
    let flags: Flags = parse();
    exit(flags.common.on_threads(|| run(&flags)).map_err(Failure::from).and_then(std::convert::identity))
}

fn run(flags: &Flags) -> Result<(), Failure> {
    let common = &flags.common;
    let chains = match &flags.chain {
        None => CHAINS
            .iter()
            .map(|(name, text)| Ok((*name, Chain::from_toml(text)?)))
            .collect::<Result<Vec<_>, Failure>>()?,
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .map_err(|error| Failure::new(format!("cannot read {}: {error}", path.display())))?;
            vec![("chain", Chain::from_toml(&text)?)]
        }
    };
    let dataset = if common.dataset == DatasetName::AUTO { DatasetName::MNIST } else { common.dataset.clone() };
    let splits = data::load(&Common { dataset, ..common.clone() })?.splits;
    let images: Array4<u8> = splits.train.subset(0..IMAGES.min(splits.train.len())).images().to_owned();
    let samples: Vec<u64> = (0..images.len_of(Axis(0)) as u64).collect();
    for (name, chain) in &chains {
        for epoch in 0..u64::from(flags.runs) {
            let start = Instant::now();
            let augmented = chain.apply_batch(images.view(), common.seed, epoch, &samples)?;
            let seconds = start.elapsed().as_secs_f64();
            let line = json!({
                "task": "augment", "peer": format!("Latent {name}"), "threads": common.thread_count(),
                "images_per_second": augmented.len_of(Axis(0)) as f64 / seconds,
            });
            writeln!(std::io::stdout(), "{line}")
                .map_err(|error| Failure::new(format!("cannot write to the standard output: {error}")))?;
        }
    }
    Ok(())
}
