//! What a step on several batches is: the mean over their samples, whatever their sizes; and what it leaves where a
//! number is not finite.

use latent_layers::{Module, Parameter, State, Visitor};
use latent_numeric::ranks::crew;
use latent_optim::{Clip, OptimizerSettings, Schedule, Sgd};
use latent_tensor::Tensor;
use latent_train::{
    Event, Every, Executor, Limit, Name, Outcome, Pass, Player, Position, Settings, Source, StopReason, Task,
    TaskError, Terms,
};
use ndarray::{Array2, arr0, s};
use proptest::prelude::*;
use std::ops::ControlFlow;
use std::sync::Mutex;

/// Rows of numbers in batches of these sizes: three features and a target.
struct Rows {
    rows: Array2<f32>,
    sizes: Vec<usize>,
}

impl Rows {
    fn new(sizes: &[usize]) -> Self {
        let number = |(row, column)| ((7 * row + 3 * column) as f32 * 0.77).sin();
        Self { rows: Array2::from_shape_fn((sizes.iter().sum(), 4), number), sizes: sizes.to_vec() }
    }
}

impl Source for Rows {
    type Batch = Tensor;

    fn batches(&self) -> usize {
        self.sizes.len()
    }

    fn batch(&self, _: u64, index: usize) -> Tensor {
        let start: usize = self.sizes[..index].iter().sum();
        Tensor::constant(self.rows.slice(s![start..start + self.sizes[index], ..]).to_owned())
    }

    fn fingerprint(&self) -> String {
        "rows".to_owned()
    }
}

/// What goes wrong in a step.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Trouble {
    Nothing,
    Loss,
    Gradient,
    Error,
    NoSamples,
}

/// Least squares, with the running mean of the targets as its state.
struct Line {
    weights: Parameter,
    mean: State,
    trouble: Trouble,
}

impl Line {
    fn new() -> Self {
        let weights = Parameter::new(ndarray::array![[0.3_f32], [-0.2], [0.1]]);
        Self { weights, mean: State::new(arr0(0.5)), trouble: Trouble::Nothing }
    }

    fn left(&self) -> (Vec<f32>, f32) {
        (self.weights.tensor().array().iter().copied().collect(), self.mean.tensor().item())
    }
}

impl Module for Line {
    fn kind(&self) -> &'static str {
        "line"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a>) {
        visitor.parameter("weights", &self.weights);
        visitor.state("mean", &self.mean);
    }
}

impl Task for Line {
    type Batch = Tensor;

    fn model(&self) -> &dyn Module {
        self
    }

    fn players(&self) -> Vec<(Name, &dyn Module)> {
        vec![("line".into(), self)]
    }

    fn loss(&self, _: usize, batch: &Tensor, _: &mut Pass) -> Result<Terms, TaskError> {
        let samples = batch.shape()[0];
        let [x, y] = &batch.split(1, &[3, 1])[..] else { return Err("rows of four numbers".into()) };
        let spoilt = if self.trouble == Trouble::Nothing { 0.0 } else { f32::NAN };
        self.mean.set(arr0(0.9 * self.mean.tensor().item() + 0.1 * y.mean().item() + spoilt))?;
        let error = (x.matmul(&self.weights.tensor()) - y).square().mean();
        let error = match self.trouble {
            Trouble::Nothing => error,
            Trouble::NoSamples => return Ok(Terms::new(error * 0.0, 0)),
            Trouble::Loss => error * f32::NAN,
            // The slope of a square root at zero.
            Trouble::Gradient => error + (self.weights.tensor() * 0.0).sqrt().sum(),
            Trouble::Error => return Err("the loss cannot be computed".into()),
        };
        Ok(Terms::new(error, samples))
    }

    fn evaluate(&self, batch: &Tensor, pass: &mut Pass) -> Result<Terms, TaskError> {
        self.loss(0, batch, pass)
    }
}

/// Not without any bound on gradients: that is what looks at them.
fn bounded() -> Vec<Player> {
    sgd().into_iter().map(|player| player.clip(Clip::GlobalNorm(1e6))).collect()
}

fn sgd() -> Vec<Player> {
    let settings = OptimizerSettings::Sgd(Sgd { learning_rate: 0.5, ..Sgd::default() });
    vec![Player::new(settings.optimizer(Schedule::Constant).unwrap())]
}

/// One step on all batches by so many ranks: what the first is left with, what all agree on, and the objective told.
fn step_on(sizes: &[usize], ranks: usize) -> ((Vec<f32>, f32), f64) {
    let source = Rows::new(sizes);
    let settings =
        Settings { accumulate: sizes.len() as u64, validate: Every::Never, ..Settings::new(Limit::Steps(1), 0) };
    let left = crew(ranks, |ranks| {
        let (line, told) = (Line::new(), Mutex::new(0.0));
        let watch = |event: &Event<'_>, _: Position, _: &Line| {
            if let Event::Step(step) = event {
                *told.lock().unwrap() = step.values[0].1;
            }
            Ok(ControlFlow::Continue(()))
        };
        let mut executor = Executor::new(&line, &source, sgd(), settings.clone()).unwrap().on(ranks);
        executor = executor.observe(Every::Steps(1), watch);
        executor.run().unwrap();
        drop(executor);
        let told = *told.lock().unwrap();
        (line.left(), told)
    });
    assert!(left.iter().all(|rank| *rank == left[0]), "{left:?}");
    left.into_iter().next().unwrap()
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 2e-6 * a.abs().max(b.abs()).max(1.0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn parts_of_any_sizes_make_the_step_of_one_batch_of_all(sizes in prop::collection::vec(1_usize..9, 1..7)) {
        let ((want, want_mean), want_told) = step_on(&[sizes.iter().sum()], 1);
        let alone = step_on(&sizes, 1);
        let ((weights, mean), told) = &alone;
        for (weight, want) in weights.iter().zip(&want) {
            prop_assert!(close(f64::from(*weight), f64::from(*want)), "{weights:?}, expected {want:?}");
        }
        prop_assert!(close(f64::from(*mean), f64::from(want_mean)) && close(*told, want_told));
        for ranks in 2..=sizes.len().min(4) {
            prop_assert_eq!(&step_on(&sizes, ranks), &alone);
        }
    }

    #[test]
    fn equal_parts_weigh_one_over_their_number_to_the_bit(size in 1_usize..9, parts in 1_usize..7) {
        // As single precision divides.
        let sizes = vec![size; parts];
        let source = Rows::new(&sizes);
        let line = Line::new();
        let mut sum: Option<Tensor> = None;
        for part in 0..parts {
            let terms = line.loss(0, &source.batch(0, part), &mut Pass::train(0, 0, part as u64)).unwrap();
            let scale = Tensor::full(terms.objective().shape(), 1.0 / parts as f32);
            let options = latent_tensor::GradOptions::default().cotangents(vec![scale]);
            let gradient =
                latent_tensor::grad(std::slice::from_ref(terms.objective()), &line.variables(), options).remove(0);
            sum = Some(sum.map_or(gradient.clone(), |sum| sum + gradient));
        }
        let sum = sum.unwrap();
        let want: Vec<f32> = line.left().0.iter().zip(sum.array().iter()).map(|(w, g)| w - 0.5 * g).collect();
        prop_assert_eq!(step_on(&sizes, 1).0.0, want);
    }
}

/// Two good batches, of sizes that may differ, then trouble; what was there before and after it.
fn trouble(trouble: Trouble, accumulate: u64, ranks: usize) -> Vec<Result<Outcome, String>> {
    let source = Rows::new(&[4, 4, 3]);
    let settings = |steps| Settings { accumulate, validate: Every::Never, ..Settings::new(Limit::Steps(steps), 0) };
    crew(ranks, |ranks| {
        let mut line = Line::new();
        Executor::new(&line, &source, bounded(), settings(2)).unwrap().on(ranks.clone()).run().unwrap();
        let before = line.left();
        line.trouble = trouble;
        let ended = Executor::new(&line, &source, bounded(), settings(5)).unwrap().on(ranks).run();
        assert_eq!(line.left(), before, "{trouble:?} in steps of {accumulate}");
        ended.map_err(|error| error.to_string())
    })
}

#[test]
fn a_step_that_cannot_be_made_leaves_weights_and_state_as_they_were() {
    for (accumulate, ranks) in [(1, 1), (2, 1), (3, 1), (3, 2)] {
        for kind in [Trouble::Loss, Trouble::Gradient] {
            for ended in trouble(kind, accumulate, ranks) {
                assert!(matches!(ended.unwrap().reason, StopReason::NotFinite(_)));
            }
        }
        for (kind, why) in [(Trouble::Error, "the loss cannot be computed"), (Trouble::NoSamples, "over no samples")] {
            assert!(trouble(kind, accumulate, ranks).into_iter().all(|ended| ended.unwrap_err().contains(why)));
        }
    }
}
