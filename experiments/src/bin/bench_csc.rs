//! Measures convolutional sparse coding and the learning of filters, one JSON line a measurement.
//!
//! Images are high-pass parts, (height, width, images) in f32; filters are (height, width, filters). `encode` finds the
//! maps of one image with given filters in a given number of iterations, or to a given duality gap; `learn` learns
//! filters from all images, until their joint objective is low enough. Reading files is not timed; everything that
//! depends on the filters is. The objective is computed in f64 from the maps and filters that are left.

use clap::{Args, Parser, Subcommand};
use latent_numeric::parallel::with_threads;
use latent_sparse::convolutional::{
    ConvolutionalLasso, ConvolutionalParams, FilterInit, FilterLearner, FilterParams, Filters,
};
use latent_sparse::lasso::{Stop, Summary};
use latent_study::cli;
use latent_study::cli::parse;
use latent_study::failure::{Failure, OrHelp, exit};
use latent_study::sparse::solvers::ConvolutionalSolver;
use ndarray::{Array3, Array4, ArrayView4, Axis, s};
use serde_json::json;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

/// Times convolutional sparse coding and the learning of filters, one JSON line a measurement
#[derive(Parser, Debug)]
#[command(
    name = "bench_csc",
    version,
    after_help = "Examples:
  bench_csc encode --images csc_images.npy --filters filters.npy --iterations 30,60 --threads 2 --save maps.npy
  bench_csc learn --images csc_images.npy --objective 319 --threads 2 --save learned.npy"
)]
struct Flags {
    #[command(subcommand)]
    work: Work,
}

#[derive(Subcommand, Debug)]
enum Work {
    /// Find the maps of one image with given filters
    Encode(Encode),
    /// Learn filters from all images
    Learn(Learn),
}

#[derive(Args, Debug)]
struct Shared {
    /// The images as .npy in f32, (height, width, images)
    #[arg(long, value_name = "FILE")]
    images: PathBuf,

    /// Weight of the l1 term in 1/2 ||sum_k d_k * z_k - s||^2 + lambda sum_k ||z_k||_1
    #[arg(long, default_value_t = 0.05, allow_negative_numbers = true)]
    lambda: f32,

    /// Worker threads, 0 for one per core; results do not depend on it
    #[arg(long, default_value_t = 0, value_parser = cli::threads, allow_negative_numbers = true)]
    threads: usize,

    /// Measurements to make
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,

    /// Where to leave what the last run computed, as .npy
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
}

#[derive(Args, Debug)]
struct Encode {
    #[command(flatten)]
    shared: Shared,

    /// The filters as .npy in f32, (height, width, filters)
    #[arg(long, value_name = "FILE")]
    filters: PathBuf,

    /// Which image, counted from 0
    #[arg(long, default_value_t = 0)]
    image: usize,

    /// What finds the maps
    #[arg(long, value_enum, default_value_t = ConvolutionalSolver::Admm)]
    solver: ConvolutionalSolver,

    /// Iterations to make; several numbers are several measurements
    #[arg(long, value_delimiter = ',', default_value = "60")]
    iterations: Vec<usize>,

    /// Relative duality gap to stop at; 0 never looks at it
    #[arg(long, default_value_t = 0.0)]
    gap: f64,
}

#[derive(Args, Debug)]
struct Learn {
    #[command(flatten)]
    shared: Shared,

    /// How many filters to learn
    #[arg(long, default_value_t = 32)]
    filters: usize,

    /// Height and width of a filter
    #[arg(long, default_value_t = 8)]
    size: usize,

    /// The most passes over the images
    #[arg(long, default_value_t = 30)]
    epochs: usize,

    /// Iterations of ADMM on each image in a pass
    #[arg(long, default_value_t = 5)]
    coding_iterations: usize,

    /// Joint objective at which to stop
    #[arg(long, default_value_t = 0.0)]
    objective: f64,

    /// Begin with windows of the images instead of noise
    #[arg(long)]
    patches: bool,

    /// Seed of every random draw
    #[arg(long, default_value_t = 0, value_parser = cli::seed, allow_negative_numbers = true)]
    seed: u64,
}

fn main() -> ExitCode {
    let flags: Flags = parse();
    exit(match &flags.work {
        Work::Encode(work) => on_threads(work.shared.threads, || encode(work)),
        Work::Learn(work) => on_threads(work.shared.threads, || learn(work)),
    })
}

fn on_threads(threads: usize, work: impl FnOnce() -> Result<(), Failure> + Send) -> Result<(), Failure> {
    with_threads(threads, work)?
}

fn encode(flags: &Encode) -> Result<(), Failure> {
    let shared = &flags.shared;
    check(shared)?;
    let images = read_images(&shared.images)?;
    if flags.image >= images.dim().0 {
        let count = images.dim().0;
        return Err(Failure::new(format!("--image is {}, but there are {count} images", flags.image)));
    }
    let image = images.slice(s![flags.image..=flags.image, .., .., ..]);
    let filters = Filters::new(read_images(&flags.filters)?)?;
    let solver = flags.solver.solver();
    for &iterations in &flags.iterations {
        for _ in 0..shared.runs {
            let stop = Stop::gap(flags.gap).max_iterations(iterations);
            let start = Instant::now();
            let problem = ConvolutionalLasso::new(&filters, ConvolutionalParams::new(shared.lambda))?;
            let codes = problem.solve(image, solver.as_ref(), &stop)?;
            let seconds = start.elapsed().as_secs_f64();
            let quality = in_double_precision(filters.array(), image, codes.maps.view(), shared.lambda)?;
            print(&json!({
                "task": "csc_encode", "peer": format!("Latent {}", solver.name()), "threads": thread_count(shared),
                "iterations": codes.certificates[0].iterations, "seconds": seconds, "objective": quality.objective,
                "gap": quality.worst_relative_gap, "nonzeros": quality.nonzeros / codes.maps.len() as f64,
            }))?;
            save(shared, codes.maps.index_axis(Axis(0), 0).to_owned())?;
        }
    }
    Ok(())
}

fn learn(flags: &Learn) -> Result<(), Failure> {
    let shared = &flags.shared;
    check(shared)?;
    let images = read_images(&shared.images)?;
    for _ in 0..shared.runs {
        let start = Instant::now();
        let mut learner = FilterLearner::new(FilterParams {
            epochs: flags.epochs,
            coding_iterations: flags.coding_iterations,
            init: if flags.patches { FilterInit::Patches } else { FilterInit::Gaussian },
            seed: flags.seed,
            ..FilterParams::new(flags.filters, (flags.size, flags.size), ConvolutionalParams::new(shared.lambda))
        })?;
        let mut epochs = 0;
        learner.fit_observed(images.view(), &mut |epoch| {
            epochs = epoch.epoch + 1;
            if epoch.objective <= flags.objective { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        let seconds = start.elapsed().as_secs_f64();
        let (Ok(filters), Some(maps)) = (learner.filters(), learner.maps()) else {
            return Err(Failure::new("no epoch was finished"));
        };
        let quality = in_double_precision(filters.array(), images.view(), maps.view(), shared.lambda)?;
        let count = quality.samples as f64;
        print(&json!({
            "task": "csc_learn", "peer": "Latent alternating", "threads": thread_count(shared),
            "iterations": epochs * flags.coding_iterations, "seconds": seconds,
            "objective": count * quality.objective, "data_fidelity": count * quality.data_term,
            "l1": count * quality.l1_term / f64::from(shared.lambda),
        }))?;
        save(shared, filters.array().index_axis(Axis(1), 0).to_owned())?;
    }
    Ok(())
}

fn thread_count(shared: &Shared) -> usize {
    match shared.threads {
        0 => std::thread::available_parallelism().map_or(1, Into::into),
        count => count,
    }
}

/// Finds before the work what would be an error after it.
fn check(shared: &Shared) -> Result<(), Failure> {
    if let Some(path) = &shared.save {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if !folder.is_dir() || path.is_dir() {
            return Err(Failure::new(format!("cannot write {}", path.display()))
                .help("give --save the name of a file in a folder that exists"));
        }
    }
    Ok(())
}

/// One measurement on a line of the standard output.
fn print(measurement: &serde_json::Value) -> Result<(), Failure> {
    writeln!(std::io::stdout(), "{measurement}")
        .map_err(|error| Failure::new(format!("cannot write to the standard output: {error}")))
}

/// Grey images or filters, (count, 1, height, width).
fn read_images(path: &Path) -> Result<Array4<f32>, Failure> {
    let read: Array3<f32> = ndarray_npy::read_npy(path)
        .map_err(|error| Failure::new(format!("cannot read {} as three axes of f32: {error}", path.display())))
        .or_help("give a .npy file of shape (height, width, count)")?;
    Ok(read.permuted_axes([2, 0, 1]).as_standard_layout().into_owned().insert_axis(Axis(1)))
}

/// What the maps are worth, computed in f64 from the images and filters alone.
fn in_double_precision(
    filters: ArrayView4<f32>,
    images: ArrayView4<f32>,
    maps: ArrayView4<f32>,
    lambda: f32,
) -> Result<Summary, Failure> {
    let filters = Filters::new(filters.mapv(f64::from))?;
    // The lambda that was asked for in decimals, not the f32 next to it.
    let lambda: f64 = lambda.to_string().parse()?;
    let problem = ConvolutionalLasso::new(&filters, ConvolutionalParams::new(lambda))?;
    let images = images.mapv(f64::from);
    Ok(Summary::of(&problem.certify(images.view(), maps.mapv(f64::from).view(), 0.0)?))
}

/// Leaves maps or filters, (count, height, width), as (height, width, count).
fn save(shared: &Shared, array: Array3<f32>) -> Result<(), Failure> {
    let Some(path) = &shared.save else { return Ok(()) };
    let array = array.permuted_axes([1, 2, 0]).as_standard_layout().into_owned();
    ndarray_npy::write_npy(path, &array)
        .map_err(|error| Failure::new(format!("cannot write {}: {error}", path.display())))
}
