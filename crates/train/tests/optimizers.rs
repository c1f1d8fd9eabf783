//! Optimisers as configurations name them: L-BFGS, which evaluates a loss several times a step, and groups of
//! parameters.

use latent_layers::{Module, Parameter, State};
use latent_numeric::ranks::crew;
use latent_optim::{Adam, AverageSettings, Clip, Lbfgs, ParameterGroup};
use latent_tensor::Tensor;
use latent_train::config::Optimizer;
use latent_train::{
    Event, Every, Executor, Limit, Pass, Player, Position, Settings, Source, StopReason, Task, TaskError, Terms,
};
use ndarray::{Array2, arr0, array};
use proptest::prelude::*;
use std::ops::ControlFlow;
use std::sync::Mutex;

/// Rows of three features and a target, in batches of four.
struct Rows {
    seed: u64,
    batches: usize,
}

impl Source for Rows {
    type Batch = Tensor;

    fn batches(&self) -> usize {
        self.batches
    }

    fn batch(&self, _: u64, index: usize) -> Tensor {
        let mut stream = latent_numeric::random::Stream::new(self.seed, "rows", &[index as u64]);
        Tensor::constant(Array2::from_shape_simple_fn((4, 4), || stream.normal::<f32>()))
    }

    fn fingerprint(&self) -> String {
        format!("rows {}", self.seed)
    }
}

/// A regression with noisy features, whose state counts its evaluations as a running mean does.
#[derive(Module)]
struct Regression {
    weight: Parameter,
    bias: Parameter,
    mean: State,
    /// From the second evaluation of a step on the loss is not finite.
    #[module(skip)]
    poisoned: Option<Mutex<u32>>,
}

impl Regression {
    fn new() -> Self {
        let (weight, bias) = (Parameter::new(array![[0.3_f32], [-0.2], [0.1]]), Parameter::new(array![0.1]));
        Self { weight, bias, mean: State::new(arr0(0.5)), poisoned: None }
    }

    fn bits(&self) -> Vec<Vec<u32>> {
        let bits = |tensor: Tensor| tensor.array().iter().map(|x| x.to_bits()).collect();
        vec![bits(self.weight.tensor()), bits(self.bias.tensor()), bits(self.mean.tensor())]
    }
}

impl Task for Regression {
    type Batch = Tensor;

    fn model(&self) -> &dyn Module {
        self
    }

    fn players(&self) -> Vec<(latent_train::Name, &dyn Module)> {
        vec![("regression".into(), self)]
    }

    fn loss(&self, _: usize, batch: &Tensor, pass: &mut Pass) -> Result<Terms, TaskError> {
        let [x, y] = &batch.split(1, &[3, 1])[..] else { return Err("rows of four numbers".into()) };
        self.mean.set(arr0(0.9 * self.mean.tensor().item() + 0.1 * y.mean().item()))?;
        let noisy = x + Tensor::normal(x.shape(), &mut pass.noise) * 0.01;
        let error = (noisy.matmul(&self.weight.tensor()) + self.bias.tensor() - y).square().mean();
        let shift = self.mean.tensor().item();
        let error = match &self.poisoned {
            Some(evaluations) => {
                let mut evaluations = evaluations.lock().map_err(|_| "poisoned")?;
                *evaluations += 1;
                if *evaluations > 1 { error * f32::NAN } else { error }
            }
            None => error,
        };
        // A loss that depends on the state is the same function only if evaluations begin with the same one.
        Ok(Terms::new(error + shift, batch.shape()[0]))
    }

    fn evaluate(&self, batch: &Tensor, pass: &mut Pass) -> Result<Terms, TaskError> {
        self.loss(0, batch, pass)
    }
}

fn settings(accumulate: usize, steps: u64) -> Settings {
    Settings { accumulate: accumulate as u64, validate: Every::Never, ..Settings::new(Limit::Steps(steps), 3) }
}

fn player(optimizer: &Optimizer, model: &Regression) -> Vec<Player> {
    vec![optimizer.player(6, model).unwrap()]
}

fn lbfgs() -> Optimizer {
    Optimizer::new(Lbfgs { iterations: 4, history: 5, ..Lbfgs::default() }).average(AverageSettings::default())
}

/// What training leaves that is stopped after some steps, and goes on from its checkpoint.
fn trained(optimizer: &Optimizer, rows: &Rows, accumulate: usize, stopped: Option<u64>) -> Vec<Vec<u32>> {
    let model = Regression::new();
    let mut executor =
        Executor::new(&model, rows, player(optimizer, &model), settings(accumulate, stopped.unwrap_or(6))).unwrap();
    executor.run().unwrap();
    if stopped.is_none() {
        return model.bits();
    }
    let again = Regression::new();
    let mut goes_on = Executor::new(&again, rows, player(optimizer, &again), settings(accumulate, 6)).unwrap();
    goes_on.resume(&executor.checkpoint()).unwrap();
    goes_on.run().unwrap();
    again.bits()
}

fn group(parameters: &str) -> ParameterGroup {
    ParameterGroup { parameters: parameters.into(), ..ParameterGroup::default() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn lbfgs_goes_on_bit_for_bit(seed: u64, stopped in 1_u64..6, batches in 1_usize..4) {
        let rows = Rows { seed, batches };
        let mut optimizer = lbfgs();
        optimizer.average = None;
        prop_assert_eq!(
            trained(&optimizer, &rows, batches, Some(stopped)),
            trained(&optimizer, &rows, batches, None)
        );
    }

    #[test]
    fn groups_go_on_bit_for_bit(seed: u64, stopped in 1_u64..6, factor in 0.1_f64..2.0) {
        let rows = Rows { seed, batches: 3 };
        let biases = ParameterGroup { learning_rate_factor: factor, weight_decay: Some(0.1), ..group("bias") };
        for optimizer in [
            Optimizer::new(Adam::default()).group(biases.clone()),
            Optimizer::new(Adam::default()).group(ParameterGroup { frozen: true, ..group("w*") }).group(biases),
        ] {
            let whole = trained(&optimizer, &rows, 1, None);
            prop_assert_eq!(&trained(&optimizer, &rows, 1, Some(stopped)), &whole);
            let is_frozen = whole[0] == Regression::new().bits()[0];
            prop_assert_eq!(is_frozen, optimizer.groups.len() == 2);
        }
    }

    #[test]
    fn a_group_of_factor_one_makes_no_difference_to_any_bit(seed: u64, average: bool) {
        let rows = Rows { seed, batches: 2 };
        let plain = Optimizer::new(Adam::default()).clip(Clip::GlobalNorm(0.1));
        let plain = if average { plain.average(AverageSettings { decay: 0.5, ..Default::default() }) } else { plain };
        let grouped = plain.clone().group(group("*"));
        prop_assert_eq!(trained(&plain, &rows, 1, None), trained(&grouped, &rows, 1, None));
    }

    #[test]
    fn processes_that_share_a_step_of_lbfgs_find_the_same_bits(seed: u64) {
        let rows = Rows { seed, batches: 3 };
        let alone = trained(&lbfgs(), &rows, 3, None);
        for bits in crew(3, |ranks| {
            let model = Regression::new();
            let executor = Executor::new(&model, &rows, player(&lbfgs(), &model), settings(3, 6)).unwrap();
            executor.on(ranks).run().unwrap();
            model.bits()
        }) {
            prop_assert_eq!(&bits, &alone);
        }
    }
}

#[test]
fn lbfgs_comes_to_the_least_squares() {
    let (model, rows) = (Regression::new(), Rows { seed: 1, batches: 8 });
    let told = Mutex::new(Vec::new());
    let watch = |event: &Event<'_>, _: Position, _: &Regression| {
        if let Event::Step(step) = event {
            told.lock().unwrap().push((step.values[0].1, step.gradient_norm().unwrap()));
        }
        Ok(ControlFlow::Continue(()))
    };
    let optimizer = Optimizer::new(Lbfgs::default());
    let mut executor = Executor::new(&model, &rows, player(&optimizer, &model), settings(8, 3)).unwrap();
    executor = executor.observe(Every::Steps(1), watch);
    executor.run().unwrap();
    drop(executor);
    let told = told.into_inner().unwrap();
    // But for the noise, which each step draws anew.
    assert!(told[1].1 < 0.05 * told[0].1 && told[2].1 < 0.05 * told[0].1, "{told:?}");
    // One update of the running mean for each batch and step, as with any other optimiser.
    let other = Regression::new();
    let adam = player(&Optimizer::default(), &other);
    Executor::new(&other, &rows, adam, settings(8, 3)).unwrap().run().unwrap();
    assert_eq!(model.bits()[2], other.bits()[2]);
}

#[test]
fn a_line_search_that_meets_no_number_leaves_everything_as_it_was() {
    let (mut model, rows) = (Regression::new(), Rows { seed: 1, batches: 1 });
    model.poisoned = Some(Mutex::new(0));
    let before = model.bits();
    let optimizer = Optimizer::new(Lbfgs::default());
    let ended = Executor::new(&model, &rows, player(&optimizer, &model), settings(1, 3)).unwrap().run().unwrap();
    assert!(matches!(ended.reason, StopReason::NotFinite(_)), "{ended:?}");
    assert_eq!(model.bits(), before);
}

/// Two that play against each other.
struct Two(Regression, Regression);

impl Task for Two {
    type Batch = Tensor;
    fn model(&self) -> &dyn Module {
        &self.0
    }
    fn players(&self) -> Vec<(latent_train::Name, &dyn Module)> {
        vec![("one".into(), &self.0), ("other".into(), &self.1)]
    }
    fn loss(&self, _: usize, batch: &Tensor, pass: &mut Pass) -> Result<Terms, TaskError> {
        self.0.loss(0, batch, pass)
    }
    fn evaluate(&self, batch: &Tensor, pass: &mut Pass) -> Result<Terms, TaskError> {
        self.0.evaluate(batch, pass)
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let (model, rows) = (Regression::new(), Rows { seed: 1, batches: 3 });
    let error = Executor::new(&model, &rows, player(&lbfgs(), &model), settings(1, 3)).unwrap().run().unwrap_err();
    assert!(error.to_string().contains("expected training.accumulate = 3"), "{error}");

    let optimizer = Optimizer::default().group(group("*.scale"));
    let error = optimizer.player(3, &model).err().unwrap().to_string();
    assert!(error.contains("\"*.scale\"") && error.contains("\n  weight\n  bias"), "{error}");
    let optimizer = Optimizer::default().group(group("*")).group(group("bias"));
    let error = optimizer.player(3, &model).err().unwrap().to_string();
    assert!(error.contains("groups before it have all"), "{error}");

    let two = Two(Regression::new(), Regression::new());
    let players = vec![lbfgs().player(3, &two.0).unwrap(), Optimizer::default().player(3, &two.1).unwrap()];
    let error = Executor::new(&two, &rows, players, settings(3, 3)).err().unwrap().to_string();
    assert!(error.contains("lbfgs") && error.contains("such as adam"), "{error}");
}

#[test]
fn a_player_says_how_it_is_trained() {
    let model = Regression::new();
    let optimizer = Optimizer::new(Adam::default())
        .clip(Clip::GlobalNorm(1.0))
        .group(ParameterGroup { learning_rate_factor: 0.5, weight_decay: Some(0.0), ..group("bias") })
        .group(ParameterGroup { frozen: true, ..group("*") });
    assert_eq!(
        optimizer.player(3, &model).unwrap().description(),
        "adam, learning rate 0.001, betas [0.9,0.999], epsilon 1e-8, amsgrad false, gradients clipped to norm 1; bias \
         (1 parameter): learning rate times 0.5, weight decay 0; * (1 parameter): frozen"
    );
}
