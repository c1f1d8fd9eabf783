//! What the loop costs: a step of a whole run, with console, metrics, TensorBoard and all health monitors, beside the
//! bare step of the same model. `cargo bench -p experiments --bench training_loop -- [THREADS]`
//!
//! Both are made in turns in one process, on models of their own: an observer that comes after all others makes a bare
//! step whenever the loop made one, and looks at the clock before and after.

use experiments::tasks::VaeTask;
use experiments::training::StudyConfig;
use experiments::vae_mnist::Config;
use latent_datasets::synthetic::strokes;
use latent_layers::Module;
use latent_numeric::parallel::with_threads;
use latent_optim::Schedule;
use latent_tensor::{GradOptions, grad};
use latent_train::config::Training;
use latent_train::run::Place;
use latent_train::session::{Options, Resume, Session};
use latent_train::sources::Images;
use latent_train::{Event, Every, Executor, Pass, Position, Source, Task, TaskError};
use std::ops::ControlFlow;
use std::time::Instant;

const SEED: u64 = 1;
const STEPS: u64 = 600;
/// Steps before the measured ones.
const WARM_UP: usize = 20;

fn main() -> Result<(), TaskError> {
    // Cargo gives flags of its own.
    let threads = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(2);
    let [bare, run] = with_threads(threads, measure)??;
    println!("{threads} threads: bare step {:.3} ms, step of the loop {:.3} ms: {:+.2} %", bare * 1e3, run * 1e3, {
        100.0 * (run / bare - 1.0)
    });
    Ok(())
}

/// The medians in seconds, of the bare step and of that of the loop.
fn measure() -> Result<[f64; 2], TaskError> {
    let digits = strokes::splits(SEED, 12_800, 500);
    let mut config = Config::default();
    config.training = Training { epochs: None, steps: Some(STEPS), ..config.training().clone() };
    let size = config.training.batch_size;
    let (train, test) = (Images::shuffled(&digits.train, size, SEED)?, Images::in_order(&digits.test, 500)?);
    let task = || VaeTask::new(config.model.build([1, 28, 28], SEED)?, config.objective);
    let (looped, alone) = (task()?, task()?);

    let mut optimizer = config.optimizer.settings().optimizer(Schedule::Constant)?;
    let (mut step, mut last) = (0, Instant::now());
    let (mut bare, mut run) = (Vec::new(), Vec::new());
    let measured = |event: &Event<'_>, _: Position, _: &VaeTask| {
        if !matches!(event, Event::Step(_)) {
            return Ok(ControlFlow::Continue(()));
        }
        let start = Instant::now();
        run.push((start - last).as_secs_f64());
        let (epoch, index) = (step / train.batches() as u64, step as usize % train.batches());
        let terms = alone.loss(0, &train.batch(epoch, index), &mut Pass::train(SEED, step, 0))?;
        let objective = terms.objective().clone();
        drop(terms);
        let gradients = grad(&[objective], &alone.vae.variables(), GradOptions::default());
        optimizer.step(&alone.vae.parameters(), &gradients)?;
        alone.after_step(0)?;
        drop(gradients);
        step += 1;
        last = Instant::now();
        bare.push((last - start).as_secs_f64());
        Ok(ControlFlow::Continue(()))
    };

    let here = tempfile::tempdir()?;
    let player = config.optimizer.player(STEPS, &looped.vae)?;
    let executor = Executor::new(&looped, &train, vec![player], config.training.settings(SEED))?.validate(&test);
    let options = Options {
        study: "vae_mnist",
        place: Place::Exactly(here.path().join("run")),
        resume: Resume::New,
        seed: SEED,
        threads: 1,
        data: Vec::new(),
        training: &config.training,
        interrupt: Default::default(),
    };
    Session::start(executor, &config, options)?.observe(Every::Steps(1), measured).run()?;
    Ok([median(&mut bare[WARM_UP..]), median(&mut run[WARM_UP..])])
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
