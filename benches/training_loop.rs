//! What the loop costs: a step of a whole run, with console, metrics, TensorBoard and all health monitors, beside the
//! bare step of the same model; and what it gains by making batches ahead: a step of the loop alone, on images that are
//! augmented at some cost, beside the batch and then the bare step. `cargo bench --manifest-path benches/Cargo.toml
//! --bench training_loop -- [THREADS]`
//!
//! Both are made in turns in one process, on models of their own: an observer makes bare steps whenever the loop made so
//! many, and looks at the clock before and after each. For the cost of the loop the turns are of one step; for the gain of
//! many, without the first of each, so that the batch that is made ahead at the end of a turn counts for nothing.

#[allow(dead_code, reason = "the study uses all of it")]
#[path = "../experiments/src/bin/vae_mnist/config.rs"]
mod config;

use config::Config;
use latent_datasets::synthetic::strokes;
use latent_layers::Module;
use latent_models::train::VaeTask;
use latent_numeric::parallel::with_threads;
use latent_optim::{Optimizer, Schedule};
use latent_study::training::StudyConfig;
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
/// Steps of a turn where what is gained by batches ahead is measured.
const TURN: u64 = 30;

const COSTLY: &str = r#"
    [[augment]]
    op = "rotate"
    degrees = [-10, 10]
    [[augment]]
    op = "elastic"
    alpha = 8.0
    sigma = 4.0
    [[augment]]
    op = "gaussian_blur"
    sigma = [0.5, 1.0]
"#;

fn main() -> Result<(), TaskError> {
    // Cargo gives flags of its own.
    let threads = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(2);
    let [bare, run] = on(threads, cost)?;
    let more = |run: f64, bare: f64| 100.0 * (run / bare - 1.0);
    println!("{threads} threads: bare step {bare:.3} ms, step of the loop {run:.3} ms: {:+.2} %", more(run, bare));
    let [batch, bare, both, run] = on(threads, gain)?;
    println!(
        "{threads} threads, augmented: batch {batch:.3} ms, bare step {bare:.3} ms, both {both:.3} ms, \
         step of the loop {run:.3} ms: {:+.2} %",
        more(run, both)
    );
    Ok(())
}

fn on<T: Send>(threads: usize, measure: fn() -> Result<T, TaskError>) -> Result<T, TaskError> {
    with_threads(threads, measure)?
}

/// Steps that nobody looks after.
struct Bare<'a> {
    task: VaeTask,
    source: &'a Images<'a>,
    optimizer: Box<dyn Optimizer>,
    step: u64,
}

impl<'a> Bare<'a> {
    fn new(config: &Config, source: &'a Images<'a>) -> Result<Self, TaskError> {
        let optimizer = config.optimizer.algorithm.clone().optimizer(Schedule::Constant)?;
        Ok(Self { task: task(config)?, source, optimizer, step: 0 })
    }

    /// The seconds for the batch, and for the step.
    fn step(&mut self) -> Result<[f64; 2], TaskError> {
        let start = Instant::now();
        let (batches, task) = (self.source.batches(), &self.task);
        let batch = self.source.batch(self.step / batches as u64, self.step as usize % batches);
        let made = Instant::now();
        let terms = task.loss(0, &batch, &mut Pass::train(SEED, self.step, 0))?;
        let objective = terms.objective().clone();
        drop(terms);
        let gradients = grad(&[objective], &task.vae.variables(), GradOptions::default());
        self.optimizer.step(&task.vae.parameters(), &gradients)?;
        task.after_step(0)?;
        drop((gradients, batch));
        self.step += 1;
        Ok([(made - start).as_secs_f64(), made.elapsed().as_secs_f64()])
    }
}

fn task(config: &Config) -> Result<VaeTask, TaskError> {
    Ok(VaeTask::new(config.model.build([1, 28, 28], SEED)?, config.objective)?)
}

fn config() -> Config {
    let config = Config::default();
    Config { training: Training { epochs: None, steps: Some(STEPS), ..config.training().clone() }, ..config }
}

/// The medians in milliseconds, of the bare step with its batch and of that of a run.
fn cost() -> Result<[f64; 2], TaskError> {
    let (digits, config) = (strokes::splits(SEED, 12_800, 500), config());
    let train = Images::shuffled(&digits.train, config.training.batch_size, SEED)?;
    let test = Images::in_order(&digits.test, 500)?;
    let (looped, mut alone) = (task(&config)?, Bare::new(&config, &train)?);
    let mut last = Instant::now();
    let (mut bare, mut run) = (Vec::new(), Vec::new());
    let measured = |event: &Event<'_>, _: Position, _: &VaeTask| {
        if matches!(event, Event::Step(_)) {
            run.push(last.elapsed().as_secs_f64());
            bare.push(alone.step()?.iter().sum());
            last = Instant::now();
        }
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
    Ok([bare, run].map(|mut times| median(&mut times[WARM_UP..])))
}

/// The medians in milliseconds, of the batch, of the bare step, of both one after the other, and of the step of the loop.
fn gain() -> Result<[f64; 4], TaskError> {
    let (digits, config) = (strokes::splits(SEED, 12_800, 1), config());
    let costly: Config = toml::from_str(COSTLY)?;
    let train = Images::shuffled(&digits.train, config.training.batch_size, SEED)?;
    let train = costly.augment.of(train, SEED).map_err(|failure| failure.to_string())?;
    let (looped, mut alone) = (task(&config)?, Bare::new(&config, &train)?);
    let mut last = Instant::now();
    let mut times: [Vec<f64>; 4] = Default::default();
    let measured = |event: &Event<'_>, at: Position, _: &VaeTask| {
        if !matches!(event, Event::Step(_)) {
            return Ok(ControlFlow::Continue(()));
        }
        if at.step % TURN != 1 {
            times[3].push(last.elapsed().as_secs_f64());
        }
        if at.step.is_multiple_of(TURN) {
            alone.step()?;
            for _ in 1..TURN {
                let [batch, step] = alone.step()?;
                times.iter_mut().zip([batch, step, batch + step]).for_each(|(times, time)| times.push(time));
            }
        }
        last = Instant::now();
        Ok(ControlFlow::Continue(()))
    };
    let player = config.optimizer.player(STEPS, &looped.vae)?;
    let executor = Executor::new(&looped, &train, vec![player], config.training.settings(SEED))?;
    executor.observe(Every::Steps(1), measured).run()?;
    Ok(times.map(|mut times| median(&mut times[WARM_UP..])))
}

/// In milliseconds.
fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    1e3 * times[times.len() / 2]
}
