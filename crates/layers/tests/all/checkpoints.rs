//! Layers inside of gradient checkpoints, and parameters that change or are held meanwhile.

use crate::models::training;
use latent_layers::{BatchNorm, Context, Layer, Linear, Module, Parameter, Sequential, SlotValue, State, Visitor};
use latent_numeric::random::Stream;
use latent_tensor::{GradOptions, Tensor, checkpoint, grad};
use ndarray::array;
use std::sync::Arc;

fn numbers(seed: u64, shape: &[usize]) -> Tensor<f64> {
    Tensor::constant(Stream::new(seed, "input", &[]).normal_array::<f64, _, _>(shape))
}

fn network() -> Sequential<f64> {
    let mut stream = Stream::new(1, "initialisation", &[]);
    Sequential::new().then(Linear::new(3, 4, &mut stream)).then(BatchNorm::new(4)).then(Linear::new(4, 2, &mut stream))
}

fn state(model: &Sequential<f64>) -> Vec<u8> {
    let slots = Visitor::entries(model).into_iter().map(|entry| entry.slot.value());
    slots.flat_map(|value: SlotValue<f64>| value.to_le_bytes()).collect()
}

#[test]
fn a_layer_in_a_checkpoint_learns_and_counts_as_one_outside() {
    let (plain, inside) = (network(), Arc::new(network()));
    let x = Tensor::variable(numbers(5, &[6, 3]).to_array());
    let slopes = |y: Tensor<f64>, model: &Sequential<f64>| {
        let inputs: Vec<Tensor<f64>> = model.variables().into_iter().chain([x.clone()]).collect();
        grad(&[y.square().sum()], &inputs, GradOptions::default()).iter().map(Tensor::to_array).collect::<Vec<_>>()
    };
    let want = slopes(plain.forward(&x, &mut training(1)).unwrap(), &plain);
    let held = inside.clone();
    let y = checkpoint(move |x| held.forward(&x[0], &mut training(1)).unwrap(), std::slice::from_ref(&x));
    let got = slopes(y, &inside);
    assert!(want.iter().all(|slope| slope.iter().any(|&x| x != 0.0)));
    for (got, want) in got.iter().zip(&want) {
        assert!(got.iter().zip(want).all(|(got, want)| (got - want).abs() <= 1e-13 * (1.0 + want.abs())));
    }
    assert_eq!(inside.counts()[0].1.value(), 1);
    assert!(state(&inside) == state(&plain));
}

#[test]
#[should_panic(expected = "the outputs depend on input 0 of shape [2] as it was before its elements were changed")]
fn a_gradient_by_a_parameter_that_has_changed() {
    let w = Parameter::new(array![1.0, 2.0]);
    let loss = w.tensor().square().sum();
    w.elements()[0] = 5.0;
    let _ = grad(&[loss], &[w.tensor()], GradOptions::default());
}

#[test]
#[should_panic(expected = "the outputs depend on input 0 of shape [2] as it was before its elements were changed")]
fn a_gradient_by_a_parameter_that_was_set() {
    let w = Parameter::new(array![1.0, 2.0]);
    let loss = w.tensor().square().sum();
    w.set(array![3.0, 4.0]).unwrap();
    let _ = grad(&[loss], &[w.tensor()], GradOptions::default());
}

#[test]
#[should_panic(expected = "used while its elements() are held on the same thread")]
fn a_layer_is_used_while_its_elements_are_held() {
    let layer = Linear::<f32>::new(2, 2, &mut Stream::new(1, "initialisation", &[]));
    let _held = layer.weight.original.elements();
    let _ = layer.forward(&Tensor::ones(&[1, 2]), &mut Context::evaluate());
}

#[test]
fn other_threads_wait_for_the_elements() {
    let state = State::new(array![0.0]);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..1000 {
                    state.elements()[0] += 1.0;
                }
            });
        }
    });
    assert_eq!(state.tensor().item(), 4000.0);
    // Let go of, they can be had again; also after a panic.
    let caught = std::panic::catch_unwind(|| {
        let _held = state.elements();
        state.len()
    });
    assert!(caught.is_err());
    assert_eq!(state.elements()[0], 4000.0);
}
