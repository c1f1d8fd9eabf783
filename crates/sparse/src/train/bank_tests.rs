//! Banks of any numbers of filters, learned and predicted.

use super::{Energy, FilterBanksTask, PredictiveBanksTask};
use crate::SparseError;
use crate::convolutional::{Admm, ConvolutionalParams, FilterParams};
use crate::lasso::Stop;
use latent_layers::Visitor;
use latent_numeric::random::Stream;
use latent_optim::{Adam, OptimizerSettings, Schedule};
use latent_train::sources::Rows;
use latent_train::{Event, Every, Executor, Limit, Player, Position, Settings, Trainable};
use ndarray::{Array2, Array4};
use std::ops::ControlFlow;

const IMAGES: usize = 6;
const SIDE: usize = 8;

fn images() -> Array4<f32> {
    Stream::new(1, "images of banks", &[]).normal_array((IMAGES, 1, SIDE, SIDE))
}

fn rows(images: &Array4<f32>) -> Array2<f32> {
    images.to_shape((IMAGES, SIDE * SIDE)).unwrap().to_owned()
}

fn learned(sizes: &[usize]) -> Result<FilterBanksTask, SparseError> {
    let params = |&size: &usize| FilterParams {
        coding_iterations: 3,
        ..FilterParams::new(size, (3, 3), ConvolutionalParams::new(0.1))
    };
    let stop = Stop::after(5);
    FilterBanksTask::new(sizes.iter().map(params), images().view(), Box::new(Admm::default()), stop)
}

fn predicted(sizes: &[usize]) -> Result<PredictiveBanksTask, SparseError> {
    let first = |&size: &usize| Stream::new(2, "filters", &[size as u64]).normal_array((size, 1, 3, 3));
    PredictiveBanksTask::new(sizes.iter().map(first), Energy::default(), (1, SIDE, SIDE))
}

/// Makes two steps in one epoch; the names of the terms of steps, and of the evaluation after them.
fn trained<T: Trainable<Batch = latent_train::sources::ImageBatch>>(task: &T, trainer: T::Trainer) -> [Vec<String>; 2] {
    let rows = rows(&images());
    let train = Rows::shuffled("images", rows.view(), 3, 1).unwrap();
    let held_out = Rows::in_order("images", rows.view(), 3).unwrap();
    let (mut of_steps, mut of_evaluations) = (Vec::new(), Vec::new());
    Executor::new(task, &train, trainer, Settings::new(Limit::Epochs(1), 1))
        .unwrap()
        .validate(&held_out)
        .observe(Every::Steps(1), |event: &Event<'_>, _: Position, _: &T| {
            let names = |values: &[(latent_train::Name, f64)]| {
                assert!(values.iter().all(|(_, value)| value.is_finite()), "{values:?}");
                values.iter().map(|(name, _)| name.to_string()).collect()
            };
            match event {
                Event::Step(step) => of_steps = names(&step.values),
                Event::Validation(validation) => of_evaluations = names(&validation.values),
                _ => {}
            }
            Ok(ControlFlow::Continue(()))
        })
        .run()
        .unwrap();
    [of_steps, of_evaluations]
}

#[test]
fn learned_banks_have_any_numbers_of_filters() {
    let task = learned(&[3, 12]).unwrap();
    let names = ["objective", "objective_3", "density_3", "objective_12", "density_12"];
    assert_eq!(trained(&task, task.learners()), [names, names]);
    let parts: Vec<String> = Visitor::entries(&task).into_iter().map(|entry| entry.path).collect();
    assert_eq!(parts, ["filters_3", "filters_12"]);
    assert_eq!([0, 1].map(|bank| task.filters(bank).unwrap().len()), [3, 12]);
    let mut taken_up = task.learners();
    task.load(&mut taken_up, &task.save(&task.learners())).unwrap();
}

#[test]
fn predicted_banks_have_any_numbers_of_filters() {
    let task = predicted(&[3, 12]).unwrap();
    let names =
        ["objective", "objective_3", "prediction_3", "density_3", "objective_12", "prediction_12", "density_12"];
    let adam = OptimizerSettings::Adam(Adam::default()).optimizer(Schedule::Constant).unwrap();
    assert_eq!(trained(&task, vec![Player::new(adam)]), [names, names]);
}

#[test]
fn two_banks_of_one_number_of_filters_are_refused() {
    let told = "the number of filters of a bank is 3, expected a number that no other bank has";
    assert_eq!(learned(&[3, 12, 3]).err().unwrap().to_string(), told);
    assert_eq!(predicted(&[3, 3]).err().unwrap().to_string(), told);
    assert!(learned(&[0]).is_err() && predicted(&[0]).is_err());
}
