//! Models trained for a short while on drawn digits.

use latent_datasets::synthetic::strokes;
use latent_datasets::{LabelledImages, Splits};
use latent_layers::{LoadOptions, Module, Visitor, load_bytes, to_bytes};
use latent_models::train::{GanTask, VaeTask};
use latent_models::{
    Condition, Gan, GanObjective, GanSettings, GradientPenaltyKind, SpectralNormalization, Vae, VaeObjective,
    VaeSettings,
};
use latent_optim::{Adam, OptimizerSettings, Schedule};
use latent_train::checkpoint::{Checkpoints, Identity};
use latent_train::sources::{Binarize, Images};
use latent_train::{
    Event, Every, Executor, Limit, Name, Observer, Pass, Player, Position, Settings, Source, StopReason, Task,
    TaskError,
};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Mutex;

const IMAGE: [usize; 3] = [1, 28, 28];

fn adam(learning_rate: f64, betas: [f64; 2]) -> Player {
    let settings = OptimizerSettings::Adam(Adam { learning_rate, betas, ..Default::default() });
    Player::new(settings.optimizer(Schedule::Constant).unwrap())
}

fn shuffled(images: &LabelledImages, size: usize) -> Images<'_> {
    Images::shuffled(images, size, 7).unwrap().drop_last()
}

fn sources(splits: &Splits, size: usize) -> [Images<'_>; 2] {
    [shuffled(&splits.train, size), Images::in_order(&splits.test, 100).unwrap()]
}

type Values = Vec<(Name, f64)>;

/// Values of all steps by player, and of all validations.
#[derive(Default)]
struct Log {
    steps: Mutex<Vec<(Name, Values)>>,
    validations: Mutex<Vec<Values>>,
}

impl<T> Observer<T> for &Log {
    fn observe(&mut self, event: &Event<'_>, _: Position, _: &T) -> Result<ControlFlow<()>, TaskError> {
        match event {
            Event::Step(step) => self.steps.lock().unwrap().push((step.player.clone(), step.values.clone())),
            Event::Validation(validation) => self.validations.lock().unwrap().push(validation.values.clone()),
            _ => {}
        }
        Ok(ControlFlow::Continue(()))
    }
}

fn value(values: &Values, name: &str) -> f64 {
    values.iter().find(|(found, _)| *found == name).unwrap_or_else(|| panic!("{name} is not in {values:?}")).1
}

fn names(values: &Values) -> Vec<&str> {
    values.iter().map(|(name, _)| name.as_ref()).collect()
}

fn small_vae() -> Vae {
    VaeSettings { hidden: vec![64], ..VaeSettings::article(8) }.build(IMAGE, 7).unwrap()
}

#[test]
fn two_hundred_steps_of_an_autoencoder() {
    let splits = strokes::splits(7, 1280, 100);
    let [train, test] = sources(&splits, 64);
    let objective = VaeObjective { beta_warm_up: 50, l2: 1e-4, latent_moment: 0.1, ..Default::default() };
    let task = VaeTask::new(small_vae(), objective).unwrap();
    let log = Log::default();
    let settings = Settings { validate: Every::Steps(100), ..Settings::new(Limit::Steps(200), 7) };
    let mut executor = Executor::new(&task, &train, vec![adam(2e-3, [0.9, 0.999])], settings).unwrap();
    executor = executor.validate(&test).observe(Every::Steps(1), &log);
    assert_eq!(executor.run().unwrap().reason, StopReason::Finished);
    drop(executor);

    let steps = log.steps.into_inner().unwrap();
    let (first, last) = (&steps[0].1, &steps[199].1);
    assert_eq!(
        names(first),
        ["objective", "elbo", "reconstruction", "kl", "weighted_kl", "latent_moment", "l2", "beta"]
    );
    assert_eq!([value(first, "beta"), value(&steps[25].1, "beta"), value(last, "beta")], [0.0, 0.5, 1.0]);
    // A tossed coin a pixel is 784 ln 2 = 543 nats.
    let (before, after) = (value(first, "elbo"), value(last, "elbo"));
    assert!(before < -500.0 && after > -230.0, "{before} became {after}");
    let validations = log.validations.into_inner().unwrap();
    assert_eq!(names(&validations[0]), ["objective", "elbo", "reconstruction", "kl"]);
    let [half, whole] = [0, 1].map(|i| value(&validations[i], "elbo"));
    assert!(whole > half && whole > -240.0 && value(&validations[1], "kl") > 3.0, "{half} became {whole}");
    assert!((value(&validations[1], "objective") + whole).abs() < 1e-3);
}

fn bits(module: &dyn Module) -> Vec<(String, Vec<u8>)> {
    let entries = Visitor::entries(module).into_iter();
    entries.map(|entry| (entry.path, entry.slot.value().to_le_bytes())).collect()
}

/// Trains to a step, from the last checkpoint if there is one.
fn train<T: Task>(task: &T, source: &dyn Source<Batch = T::Batch>, steps: u64, folder: &Path, players: Vec<Player>) {
    let checkpoints = Checkpoints { every: Every::Never, ..Checkpoints::new(folder) };
    let found = checkpoints.last().ok();
    let settings = Settings { validate: Every::Never, ..Settings::new(Limit::Steps(steps), 7) };
    let identity = Identity { config: "seed = 7\n".into(), data: source.fingerprint() };
    let mut executor = Executor::new(task, source, players, settings).unwrap().checkpoints(checkpoints, identity);
    if let Some((checkpoint, _)) = found {
        executor.resume(&checkpoint).unwrap();
    }
    executor.run().unwrap();
}

/// Six steps at once are two steps and, in another process, four more.
fn in_two_parts<T: Task>(
    make: impl Fn() -> T,
    players: impl Fn() -> Vec<Player>,
    source: &dyn Source<Batch = T::Batch>,
) {
    let [whole, parts] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let task = make();
    let before = bits(task.model());
    train(&task, source, 6, whole.path(), players());
    let want = bits(task.model());
    assert_ne!(want, before);
    train(&make(), source, 2, parts.path(), players());
    let task = make();
    train(&task, source, 6, parts.path(), players());
    assert_eq!(bits(task.model()), want);
}

#[test]
fn an_autoencoder_goes_on_where_it_was() {
    let images = strokes::splits(7, 96, 0).train;
    let source = shuffled(&images, 24).binarize(Binarize::Dynamic);
    let make = || {
        let vae = VaeSettings { hidden: vec![16], dropout: 0.1, ..VaeSettings::article(3) }.build(IMAGE, 7).unwrap();
        VaeTask::new(vae, VaeObjective { beta_warm_up: 5, importance_samples: 1, ..Default::default() }).unwrap()
    };
    in_two_parts(make, || vec![adam(1e-3, [0.9, 0.999])], &source);
    // Another number of warm-up steps that were made, another objective.
    let (task, batch) = (make(), source.batch(0, 0));
    let beta = |step| value(&task.loss(0, &batch, &mut Pass::train(7, step, 0)).unwrap().values().to_vec(), "beta");
    assert_eq!([beta(0), beta(1), beta(1 << 25)], [0.0, 0.2, 1.0]);
    // What is saved is the plain model.
    load_bytes(&task.vae, &to_bytes(task.model()), LoadOptions::default()).unwrap();
}

fn small_gan() -> Gan {
    let settings = GanSettings {
        channels: vec![8, 16],
        latent_dim: 16,
        condition: Condition::Network { hidden: 8 },
        spectral_norm: SpectralNormalization::Matrix,
        ..GanSettings::conditional(10)
    };
    settings.build(IMAGE, 7).unwrap()
}

#[test]
fn a_game_goes_on_where_it_was() {
    let images = strokes::splits(7, 64, 0).train;
    let source = shuffled(&images, 16);
    let objective = GanObjective { gradient_penalty: GradientPenaltyKind::R1, ..Default::default() };
    let make = || GanTask::new(small_gan(), objective).unwrap();
    in_two_parts(make, || vec![adam(1e-3, [0.5, 0.9]), adam(1e-3, [0.5, 0.9])], &source);
}

#[test]
fn a_critic_learns_the_distance_of_noise_from_digits() {
    let splits = strokes::splits(7, 320, 100);
    let [train, test] = sources(&splits, 32);
    let gan = GanSettings { discriminator_hidden: vec![64, 32], ..GanSettings::article() }.build(IMAGE, 7).unwrap();
    // The images are some 25 apart: d c - lambda (c - 1)^2 is largest at a slope of c = 1 + d / (2 lambda), here 1.1.
    let objective = GanObjective { gradient_penalty_weight: 100.0, ..GanObjective::wgan_gp() };
    let task = GanTask::new(gan, objective).unwrap();
    let log = Log::default();
    // Ten steps of the critic for each of the generator.
    let settings = Settings { turns: vec![10, 1], validate: Every::Never, ..Settings::new(Limit::Steps(330), 7) };
    let players = vec![adam(5e-4, [0.5, 0.9]), adam(1e-4, [0.5, 0.9])];
    let mut executor = Executor::new(&task, &train, players, settings).unwrap();
    executor = executor.validate(&test).observe(Every::Steps(1), &log);
    assert_eq!(executor.run().unwrap().reason, StopReason::Finished);
    drop(executor);

    let steps = log.steps.into_inner().unwrap();
    let of = |player| steps.iter().filter(|(name, _)| *name == player).map(|(_, values)| values).collect::<Vec<_>>();
    let (critic, generator) = (of("discriminator"), of("generator"));
    assert_eq!((critic.len(), generator.len()), (300, 30));
    let wanted = ["objective", "adversarial", "gradient_penalty", "real_output", "fake_output", "gradient_norm"];
    assert_eq!(names(critic[0]), wanted);
    assert_eq!(names(generator[0]), ["objective", "adversarial", "fake_output"]);
    // The penalty brings the slope to one, and the images are some way apart.
    assert!(value(critic[0], "gradient_norm") < 0.3, "{:?}", critic[0]);
    let last = critic[299];
    assert!((value(last, "gradient_norm") - 1.1).abs() < 0.4 && value(last, "adversarial") < -2.0, "{last:?}");
    let validation = &log.validations.into_inner().unwrap()[0];
    assert!(value(validation, "objective") > 2.0, "{validation:?}");
    let of_matrices: Vec<&str> =
        names(validation).into_iter().filter(|name| name.starts_with("singular_value")).collect();
    assert_eq!(of_matrices, ["singular_value_0", "singular_value_1", "singular_value_2"]);
    assert!((value(validation, "gradient_norm_at_real") - 1.0).abs() < 0.5, "{validation:?}");
}

#[test]
fn what_does_not_fit_ends_training_with_its_reason() {
    let images = strokes::splits(7, 64, 0).train;
    let source = shuffled(&images, 16);
    let vae = VaeSettings::article(3).build([1, 14, 14], 7).unwrap();
    let task = VaeTask::new(vae, VaeObjective::default()).unwrap();
    let players = vec![adam(1e-3, [0.9, 0.999])];
    let error = Executor::new(&task, &source, players, Settings::new(Limit::Steps(2), 7)).unwrap().run().unwrap_err();
    assert_eq!(error.to_string(), "encoder: vae: expected (samples, 196), got the shape [16, 784]");
    let error = VaeTask::new(small_vae(), VaeObjective { beta: -1.0, ..Default::default() }).err().unwrap();
    assert_eq!(error.to_string(), "beta is -1, expected a finite number, at least zero");
}
