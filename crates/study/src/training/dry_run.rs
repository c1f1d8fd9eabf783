//! What a run would be, without making it.

use super::{Study, StudyConfig, Work};
use crate::failure::Failure;
use latent_train::config::Training;
use latent_train::progress::{grouped, seconds};
use latent_train::{Evaluated, Event, Every, Executor, Limit, Pass, Position, Settings, Source, Trainable};
use std::fmt::Write;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// Steps that are timed at most, and the time after which few are enough.
const STEPS: u64 = 50;
const ENOUGH: Duration = Duration::from_secs(2);

/// The model, the data, the configuration, and an estimate of the time from a few steps.
pub(super) fn dry_run<S: Study>(config: &S::Config, data: &S::Data, seed: u64) -> Result<String, Failure> {
    let task = S::task(config, data, seed, &Work { dry_run: true, ..Work::default() })?;
    let train = S::train(config, data, seed)?;
    let validation = S::validation(config, data, seed)?;
    let training = config.training();
    let total = training.total_steps(train.batches());
    let mut text = String::new();
    let mut line = |what: &str| {
        let _ = writeln!(text, "{what}");
    };
    line(S::describe(config, &task)?.trim_end());
    line("");
    line(&format!("trained on    {}", train.fingerprint()));
    if let Some(validation) = &validation {
        line(&match validation.on {
            Evaluated::HeldOut => format!("validated on  {}, held out of training", validation.source.fingerprint()),
            Evaluated::Test => format!("tested on     {}; nothing is chosen by it", validation.source.fingerprint()),
        });
    }
    let (batches, size) = (grouped(train.batches() as u64), training.batch_size);
    line(&format!("steps         {}; an epoch has {batches} batches of {size}", grouped(total)));
    for told in task.describe(&S::players(config, &task, total)?) {
        line(&format!("optimiser     {told}"));
    }
    let step = time_of_a_step::<S>(config, &task, &train, total, seed)?;
    let mut all = step.mul_f64(total as f64);
    let mut told = format!("{} a step", seconds_or_less(step));
    if let Some(validation) = &validation {
        let each = time_of_a_validation(&task, &validation.source, seed)?;
        let count = validations(training, total, train.batches());
        all += each.mul_f64(count as f64);
        let _ = write!(told, ", {} for each of {count} evaluations", seconds_or_less(each));
    }
    line(&format!("time          about {} ({told}; pictures and checkpoints are not in it)", seconds(all)));
    line("");
    line(toml::to_string(config)?.trim_end());
    Ok(text)
}

fn seconds_or_less(time: Duration) -> String {
    if time < Duration::from_millis(100) { format!("{:.2} ms", time.as_secs_f64() * 1e3) } else { seconds(time) }
}

/// The median over a few steps, without the first.
fn time_of_a_step<S: Study>(
    config: &S::Config,
    task: &S::Task,
    train: &S::Source<'_>,
    total: u64,
    seed: u64,
) -> Result<Duration, Failure> {
    let players = S::players(config, task, total)?;
    let settings = Settings { limit: Limit::Steps(STEPS), early_stopping: None, ..S::settings(config, seed) };
    let (start, mut times) = (Instant::now(), vec![Instant::now()]);
    let watch = |event: &Event<'_>, _: Position, _: &S::Task| {
        if matches!(event, Event::Step(_)) {
            times.push(Instant::now());
        }
        let enough = times.len() > 4 && start.elapsed() > ENOUGH;
        Ok(if enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    };
    Executor::new(task, train, players, settings)
        .and_then(|executor| executor.observe(Every::Steps(1), watch).run())
        .map_err(|error| Failure::new(error.to_string()))?;
    let mut gaps: Vec<Duration> = times.windows(2).skip(1).map(|pair| pair[1] - pair[0]).collect();
    gaps.sort();
    Ok(gaps.get(gaps.len() / 2).copied().unwrap_or_default())
}

fn time_of_a_validation<T: Trainable>(
    task: &T,
    source: &impl Source<Batch = T::Batch>,
    seed: u64,
) -> Result<Duration, Failure> {
    let start = Instant::now();
    let mut made = 0;
    for index in 0..source.batches() {
        let mut pass = Pass::evaluate(seed, index as u64);
        latent_tensor::no_grad(|| task.evaluate(&source.batch(0, index), &mut pass))
            .map_err(|error| Failure::new(error.to_string()))?;
        made = index + 1;
        if start.elapsed() > ENOUGH {
            break;
        }
    }
    Ok(start.elapsed().mul_f64(source.batches() as f64 / made.max(1) as f64))
}

/// How many evaluations a run makes, the one at its end among them.
fn validations(training: &Training, steps: u64, batches: usize) -> u64 {
    let regular = match training.validate_every {
        Every::Steps(every) => steps / every.max(1),
        Every::Epochs(every) => steps * training.accumulate / batches.max(1) as u64 / every.max(1),
        Every::Never => 0,
    };
    regular.max(1)
}
