//! Small tasks that have everything a run has to keep.

use latent_layers::{Activation, Context, Layer, Linear, Module, Sequential, State, Visitor};
use latent_numeric::random::Stream;
use latent_optim::{AverageSettings, Clip, OptimizerSettings, Schedule};
use latent_tensor::Tensor;
use latent_train::checkpoint::{Checkpoints, Identity};
use latent_train::{EarlyStopping, Mode, Snapshot};
use latent_train::{Every, Executor, Limit, Name, Pass, Player, Settings, Source, Task, TaskError, Terms};
use std::path::Path;

/// Points of a noisy curve, in batches of ten.
pub struct Points {
    pub seed: u64,
    pub batches: usize,
}

impl Source for Points {
    type Batch = [Tensor; 2];

    fn batches(&self) -> usize {
        self.batches
    }

    fn batch(&self, epoch: u64, index: usize) -> Self::Batch {
        let mut stream = Stream::new(self.seed, "points", &[epoch, index as u64]);
        let x = Tensor::normal(&[10, 3], &mut stream);
        let y = x.sum_axes(&[1], true).tanh() + Tensor::normal(&[10, 1], &mut stream) * 0.1;
        [x, y]
    }

    fn fingerprint(&self) -> String {
        format!("points {} x {}", self.seed, self.batches)
    }
}

fn network(sizes: [usize; 3], stream: &mut Stream) -> Sequential {
    let [inputs, hidden, outputs] = sizes;
    Sequential::new()
        .then(Linear::new(inputs, hidden, stream))
        .then(Activation::Tanh)
        .then(Linear::new(hidden, outputs, stream))
}

/// Two players: one fits the points with dropped-out inputs and a running mean as its state, the other tells the
/// first one's values from those of the points.
pub struct Game {
    fit: Sequential,
    critic: Sequential,
    mean: State,
    pub poisoned: Option<u64>,
}

impl Game {
    pub fn new(seed: u64) -> Self {
        let mut stream = Stream::new(seed, "initialisation", &[]);
        let (fit, critic) = (network([3, 16, 1], &mut stream), network([4, 16, 1], &mut stream));
        Self { fit, critic, mean: State::new(ndarray::arr0(0.0)), poisoned: None }
    }

    pub fn weights(&self) -> Vec<(String, Vec<u8>)> {
        let snapshot = Snapshot::of(self);
        snapshot.entries().iter().map(|(path, value)| (path.clone(), value.to_le_bytes())).collect()
    }
}

impl Module for Game {
    fn kind(&self) -> &'static str {
        "game"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a>) {
        visitor.module("fit", &self.fit);
        visitor.module("critic", &self.critic);
        visitor.state("mean", &self.mean);
    }
}

impl Task for Game {
    type Batch = [Tensor; 2];

    fn model(&self) -> &dyn Module {
        self
    }

    fn players(&self) -> Vec<(Name, &dyn Module)> {
        vec![("fit".into(), &self.fit), ("critic".into(), &self.critic)]
    }

    fn loss(&self, player: usize, [x, y]: &Self::Batch, pass: &mut Pass) -> Result<Terms, TaskError> {
        let stream = pass.context.stream().ok_or("a step of training has a stream")?;
        let dropped = x.dropout(0.2, stream);
        let value = self.fit.forward(&dropped, &mut pass.context)?;
        let judged = |y: &Tensor, context: &mut Context| {
            self.critic.forward(&Tensor::concatenate(&[x.clone(), y.clone()], 1), context)
        };
        if player == 1 {
            let noise = Tensor::normal(&[10, 1], &mut pass.noise) * 0.1;
            let real = judged(&(y + &noise), &mut pass.context)?;
            let fake = judged(&value.detach(), &mut pass.context)?;
            return Ok(Terms::new((fake.softplus() + (-real).softplus()).mean(), 10));
        }
        let mean = self.mean.tensor().item();
        self.mean.set(ndarray::arr0(0.9 * mean + 0.1 * value.mean().item()))?;
        let fit = (&value - y).square().mean();
        let fooled = (-judged(&value, &mut pass.context)?).softplus().mean() * 0.1;
        let objective = &fit + &fooled;
        let objective = match self.poisoned {
            // The logarithm of a negative number from some size of the running mean on.
            Some(_) => objective + (&fit * 0.0 - 1.0).ln(),
            None => objective,
        };
        Ok(Terms::new(objective, 10).with("fit", &fit).with("fooled", &fooled))
    }

    fn evaluate(&self, [x, y]: &Self::Batch, pass: &mut Pass) -> Result<Terms, TaskError> {
        let value = self.fit.forward(x, &mut pass.context)?;
        let fit = (&value - y).square().mean();
        Ok(Terms::new(fit.clone(), 10).with("fit", &fit))
    }
}

pub const STEPS: u64 = 48;
pub const TRAIN: Points = Points { seed: 1, batches: 9 };
pub const TEST: Points = Points { seed: 2, batches: 3 };

/// As [`executor_of`] with steps of two batches.
pub fn executor<'a>(game: &'a Game, steps: u64, checkpoints: Option<(&Path, Every)>) -> Executor<'a, Game> {
    executor_of(2, game, steps, checkpoints)
}

/// Everything at once: accumulation, turns, averages, clipping, a schedule, early stopping.
pub fn executor_of<'a>(
    batches: u64,
    game: &'a Game,
    steps: u64,
    checkpoints: Option<(&Path, Every)>,
) -> Executor<'a, Game> {
    let adam = || {
        let schedule = Schedule::Cosine { steps: STEPS, end: 0.1 };
        let settings = OptimizerSettings::Adam(latent_optim::Adam { learning_rate: 0.01, ..Default::default() });
        Player::new(settings.optimizer(schedule).unwrap())
    };
    let averaged = AverageSettings { decay: 0.9, ..Default::default() };
    let fit = adam().clip(Clip::GlobalNorm(1.0)).average(averaged, &game.fit).unwrap();
    let early = EarlyStopping::new(Mode::Min).patience(100);
    let settings = Settings {
        accumulate: batches,
        turns: vec![1, 2],
        validate: Every::Steps(5),
        early_stopping: Some(early),
        ..Settings::new(Limit::Steps(steps), 7)
    };
    let executor = Executor::new(game, &TRAIN, vec![fit, adam()], settings).unwrap().validate(&TEST);
    match checkpoints {
        None => executor,
        Some((folder, every)) => {
            let identity = Identity { config: "seed = 7\n".into(), data: TRAIN.fingerprint() };
            executor.checkpoints(Checkpoints { every, ..Checkpoints::new(folder) }, identity)
        }
    }
}
