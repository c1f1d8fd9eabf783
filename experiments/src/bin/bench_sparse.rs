//! Measures sparse coding and dictionary learning on MNIST, one JSON line a measurement.
//!
//! `encode` codes the 10,000 test images with a given dictionary to a given duality gap; `learn` learns a
//! dictionary from the 60,000 training images and scores it by the mean lasso objective of the first 2,000 test
//! images. Reading the images is not timed; everything that depends on the dictionary is.

use clap::{Args, Parser, Subcommand};
use latent_sparse::Dictionary;
use latent_sparse::dictionary::{DictionaryLearner, DictionaryParams};
use latent_sparse::lasso::{Admm, Lasso, LassoParams, Stop, Summary};
use latent_study::DatasetName;
use latent_study::cli::Common;
use latent_study::cli::parse;
use latent_study::data::{self, ImageSamples};
use latent_study::failure::{Failure, OrHelp, exit};
use latent_study::sparse::solvers::SolverName;
use ndarray::{Array2, ArrayView2, Axis};
use serde_json::json;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

/// Test images that score a learned dictionary.
const SCORED: usize = 2_000;

/// Times sparse coding and dictionary learning on MNIST, one JSON line a measurement
#[derive(Parser, Debug)]
#[command(
    name = "bench_sparse",
    version,
    after_help = "Examples:
  bench_sparse encode --dictionary dictionary.npy --lambda 0.1 --gap 1e-4 --threads 2 --save codes.npy
  bench_sparse learn --atoms 256 --epochs 1 --threads 2 --save atoms.npy"
)]
struct Flags {
    #[command(subcommand)]
    work: Work,
}

#[derive(Subcommand, Debug)]
enum Work {
    /// Code the test images with a dictionary
    Encode(Encode),
    /// Learn a dictionary from the training images
    Learn(Learn),
}

#[derive(Args, Debug)]
struct Shared {
    #[command(flatten)]
    common: Common,

    /// Weight of the l1 term in 1/2 ||x - W z||^2 + lambda ||z||_1
    #[arg(long, default_value_t = 0.1, allow_negative_numbers = true)]
    lambda: f32,

    /// What codes the images
    #[arg(long, value_enum, default_value_t = SolverName::Admm)]
    solver: SolverName,

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

    /// The atoms as .npy in f32, in rows or in columns; in rows where both would fit
    #[arg(long, value_name = "FILE")]
    dictionary: PathBuf,

    /// Relative duality gap to reach
    #[arg(long, default_value_t = 1e-4)]
    gap: f64,
}

#[derive(Args, Debug)]
struct Learn {
    #[command(flatten)]
    shared: Shared,

    /// How many atoms to learn
    #[arg(long, default_value_t = 256)]
    atoms: usize,

    /// Passes over the training images; a part of one is allowed
    #[arg(long, default_value_t = 1.0)]
    epochs: f64,

    /// Images coded between two updates of the atoms
    #[arg(long, default_value_t = 512)]
    batch_size: usize,

    /// Relative duality gap of codes while learning
    #[arg(long, default_value_t = 1e-2)]
    gap: f64,
}

fn main() -> ExitCode {
    let flags: Flags = parse();
    exit(match &flags.work {
        Work::Encode(work) => on_threads(&work.shared, || encode(work)),
        Work::Learn(work) => on_threads(&work.shared, || learn(work)),
    })
}

fn on_threads(shared: &Shared, work: impl FnOnce() -> Result<(), Failure> + Send) -> Result<(), Failure> {
    shared.common.on_threads(work)?
}

fn encode(flags: &Encode) -> Result<(), Failure> {
    let shared = &flags.shared;
    check(shared, flags.gap)?;
    let data = images(&shared.common)?;
    let x = data.splits.test.rows::<f32>(..);
    let atoms = read_dictionary(&flags.dictionary, x.ncols())?;
    let solver = shared.solver.solver();
    for _ in 0..shared.runs {
        let start = Instant::now();
        let dictionary = Dictionary::new(atoms.clone())?;
        let lasso = Lasso::new(&dictionary, LassoParams::new(shared.lambda))?;
        let codes = lasso.solve(x.view(), solver.as_ref(), &Stop::gap(flags.gap))?.codes;
        let seconds = start.elapsed().as_secs_f64();
        let quality = in_double_precision(&atoms, &x, &codes, shared.lambda)?;
        print(&json!({
            "task": "sparse_encode", "peer": format!("Latent {}", shared.solver),
            "threads": shared.common.thread_count(), "seconds": seconds, "n": x.nrows(),
            "objective": quality.objective, "worst_gap": quality.worst_relative_gap, "nonzeros": quality.nonzeros,
        }))?;
        save(shared, codes.view())?;
    }
    Ok(())
}

fn learn(flags: &Learn) -> Result<(), Failure> {
    let shared = &flags.shared;
    check(shared, flags.gap)?;
    if !(flags.epochs.is_finite() && flags.epochs > 0.0) {
        return Err(Failure::new(format!("--epochs is {}, expected a finite number above 0", flags.epochs)));
    }
    let data = images(&shared.common)?;
    let (train, test) = (&data.splits.train, &data.splits.test);
    let solver = shared.solver.solver();
    let budget = (flags.epochs * train.len() as f64).round() as usize;
    for _ in 0..shared.runs {
        let start = Instant::now();
        let mut learner = DictionaryLearner::new(DictionaryParams {
            epochs: flags.epochs.ceil() as usize,
            batch_size: flags.batch_size,
            stop: Stop::gap(flags.gap),
            seed: shared.common.seed,
            ..DictionaryParams::new(flags.atoms, LassoParams::new(shared.lambda))
        })?;
        let mut seen = 0;
        learner.fit_observed(&ImageSamples(train), solver.as_ref(), &mut |batch| {
            seen += batch.codes.samples;
            if seen >= budget { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        let seconds = start.elapsed().as_secs_f64();
        let dictionary = learner.dictionary()?;
        let atoms = dictionary.into_atoms();
        let x = test.rows::<f32>(0..SCORED.min(test.len()));
        print(&json!({
            "task": "dictionary_learning", "peer": format!("Latent online, {}", shared.solver),
            "threads": shared.common.thread_count(), "epochs": flags.epochs, "seconds": seconds,
            "test_objective": score(&atoms, &x, shared.lambda)?, "dead_atoms_replaced": learner.replaced(),
        }))?;
        save(shared, atoms.t())?;
    }
    Ok(())
}

/// Finds before the work what would be an error after it.
fn check(shared: &Shared, gap: f64) -> Result<(), Failure> {
    if gap.is_nan() || gap < 0.0 {
        return Err(Failure::new(format!("--gap is {gap}, expected a number of at least 0")));
    }
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

/// MNIST, or what was asked for by name; strokes would be another measurement.
fn images(flags: &Common) -> Result<data::Loaded, Failure> {
    let dataset = if flags.dataset == DatasetName::AUTO { DatasetName::MNIST } else { flags.dataset.clone() };
    data::load(&Common { dataset, ..flags.clone() })
}

/// Atoms in columns.
fn read_dictionary(path: &Path, features: usize) -> Result<Array2<f32>, Failure> {
    let read: Array2<f32> = ndarray_npy::read_npy(path)
        .map_err(|error| Failure::new(format!("cannot read {} as a matrix of f32: {error}", path.display())))
        .or_help("give the dictionary as a .npy file of shape (atoms, features) or (features, atoms)")?;
    match read.dim() {
        (_, columns) if columns == features => Ok(read.reversed_axes().as_standard_layout().into_owned()),
        (rows, _) if rows == features => Ok(read.as_standard_layout().into_owned()),
        (rows, columns) => Err(Failure::new(format!(
            "the dictionary in {} is {rows} x {columns}: expected one side of {features}, the pixels of an image",
            path.display()
        ))),
    }
}

/// What the codes are worth, computed in f64 from the images and atoms alone.
fn in_double_precision(
    atoms: &Array2<f32>,
    x: &Array2<f32>,
    codes: &Array2<f32>,
    lambda: f32,
) -> Result<Summary, Failure> {
    let dictionary = Dictionary::new(atoms.mapv(f64::from))?;
    // The lambda that was asked for in decimals, not the f32 next to it.
    let lambda: f64 = lambda.to_string().parse()?;
    let lasso = Lasso::new(&dictionary, LassoParams::new(lambda))?;
    let mut certificates = Vec::with_capacity(x.nrows());
    // A part at a time, so that the check needs little more memory than what it checks.
    for (x, codes) in x.axis_chunks_iter(Axis(0), 500).zip(codes.axis_chunks_iter(Axis(0), 500)) {
        certificates.extend(lasso.certify(x.mapv(f64::from).view(), codes.mapv(f64::from).view(), 0.0)?);
    }
    Ok(Summary::of(&certificates))
}

/// The mean objective of images on a dictionary, coded in f64 to a gap far below what is compared.
fn score(atoms: &Array2<f32>, x: &Array2<f32>, lambda: f32) -> Result<f64, Failure> {
    let mut atoms = atoms.mapv(f64::from);
    for mut atom in atoms.columns_mut() {
        let norm = atom.dot(&atom).sqrt();
        atom /= norm;
    }
    let dictionary = Dictionary::new(atoms)?;
    let lambda: f64 = lambda.to_string().parse()?;
    let lasso = Lasso::new(&dictionary, LassoParams::new(lambda))?;
    Ok(lasso.solve(x.mapv(f64::from).view(), &Admm::default(), &Stop::gap(1e-6))?.summary().objective)
}

fn save(shared: &Shared, array: ArrayView2<f32>) -> Result<(), Failure> {
    let Some(path) = &shared.save else { return Ok(()) };
    let array = array.as_standard_layout();
    ndarray_npy::write_npy(path, &array)
        .map_err(|error| Failure::new(format!("cannot write {}: {error}", path.display())))
}
