//! A history of a million operators is walked and dropped with a stack of 64 KiB.

use latent_tensor::{GradOptions, Tensor, grad};
use ndarray::array;
use std::thread::Builder;

const OPERATORS: usize = 1_000_000;

fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    let thread = Builder::new().stack_size(1 << 16).spawn(work).expect("a thread");
    thread.join().expect("no panic");
}

fn chain(x: &Tensor<f64>) -> Tensor<f64> {
    (0..OPERATORS).fold(x.clone(), |y, _| -y)
}

#[test]
fn dropping_a_long_history() {
    on_a_small_stack(|| drop(chain(&Tensor::variable(array![1.0]))));
}

#[test]
fn a_gradient_through_a_long_history() {
    on_a_small_stack(|| {
        let (x, c) = (Tensor::variable(array![1.0]), Tensor::variable(array![3.0]));
        let options = GradOptions::create_graph().cotangents(vec![c.clone()]);
        // This gradient has a history of a million operators too.
        let slope = grad(&[chain(&x)], &[x], options).remove(0);
        assert_eq!(slope.item(), 3.0);
        assert_eq!(grad(&[slope], &[c], GradOptions::default())[0].item(), 1.0);
    });
}
