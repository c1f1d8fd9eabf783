//! Gradient penalties against closed forms and finite differences.

use super::*;
use crate::testing::{close, constant, fine_gradients, normal, parameters, smooth};
use latent_layers::{Context, Layer, LayerError, Linear};
use latent_numeric::random::Stream;
use latent_tensor::{GradOptions, grad};
use proptest::prelude::*;

fn stream() -> Stream {
    Stream::new(1, "gradient penalty", &[])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn of_a_linear_critic_it_is_the_closed_form(seed: u64, n in 1_usize..5, d in 1_usize..5, lambda in 0.1_f64..20.0) {
        let (real, fake, w) = (constant(seed, &[n, d]), constant(seed / 3, &[n, d]), constant(seed / 5, &[d, 1]));
        let norm = w.square().sum().item().sqrt();
        let critic = |x: &Tensor<f64>| x.matmul(&w);
        let forms = [
            (wgan_gp(critic, &real, &fake, lambda, &mut stream()), (norm - 1.0).powi(2)),
            (wgan_lp(critic, &real, &fake, lambda, &mut stream()), (norm - 1.0).max(0.0).powi(2)),
            (dragan(critic, &real, 0.5, lambda, &mut stream()), (norm - 1.0).powi(2)),
            (zero_centered(critic, &real, &fake, lambda, &mut stream()), norm * norm),
            (r1(critic, &real, 2.0 * lambda), norm * norm),
            (r2(critic, &fake, 2.0 * lambda), norm * norm),
        ];
        for (got, want) in forms {
            prop_assert!(close(got.penalty.item(), lambda * want, 1e-12));
            prop_assert!(close(got.mean_norm, norm, 1e-13));
        }
    }

    #[test]
    fn gradients_of_order_one_and_two(seed: u64, n in 1_usize..3, center in 0.0_f64..2.0, zero: bool) {
        let mut inputs = parameters(seed, 2, 1);
        inputs.push(normal(seed / 3, &[n, 2]));
        let penalty = GradientPenalty { lambda: 0.7, center: if zero { 0.0 } else { center }, side: Side::Both };
        let f = |p: &[Tensor<f64>]| penalty.at(|x| smooth(x, p), &p[3]).penalty;
        // The second derivatives of a norm are as large as the norm is small.
        let p: Vec<_> = inputs.iter().cloned().map(Tensor::variable).collect();
        let slopes = grad(&[smooth(&p[3], &p)], &p[3..], GradOptions::default()).remove(0).norm(&[1], false);
        prop_assume!(slopes.array().iter().all(|&norm| norm > 0.4));
        prop_assert_eq!(fine_gradients(&inputs, f), Ok(()));
    }

    #[test]
    fn points_lie_on_lines_between_the_samples(seed: u64, n in 1_usize..5) {
        let (real, fake) = (constant(seed, &[n, 2, 3]), constant(seed / 3, &[n, 2, 3]));
        let x = interpolates(&real, &fake, &mut stream());
        let shares = ((x - &fake) / (real - fake)).to_array();
        for sample in shares.outer_iter() {
            let first = *sample.first().unwrap();
            prop_assert!((-1e-9..1.0).contains(&first));
            prop_assert!(sample.iter().all(|share| (share - first).abs() < 1e-6));
        }
    }

    #[test]
    fn small_norms_have_finite_gradients(seed: u64, exponent in -44_i32..-3) {
        let scale = 10.0_f32.powi(exponent);
        let w = normal(seed, &[4, 3]).mapv(|w| w as f32 * scale);
        let (w, v) = (Tensor::variable(w), Tensor::variable(ndarray::Array2::<f32>::ones((3, 1))));
        let critic = |x: &Tensor<f32>| x.matmul(&w).tanh().matmul(&v);
        let got = GradientPenalty::default().at(critic, &Tensor::ones(&[2, 4]));
        let slopes = grad(&[got.penalty], &[w.clone(), v.clone()], GradOptions::default());
        prop_assert!(slopes.iter().all(|slope| slope.array().iter().all(|s| s.is_finite())), "{:?}", slopes);
    }
}

/// A rectifier that is off everywhere, and a critic that does not look at its input.
#[test]
fn norms_of_zero_are_safe() {
    let w = Tensor::variable(ndarray::array![[-1.0, -2.0], [-3.0, -0.5]]);
    let x = Tensor::<f64>::ones(&[3, 2]);
    for center in [0.0, 1.0] {
        let penalty = GradientPenalty { lambda: 1.0, center, side: Side::Both };
        let got = penalty.at(|x| x.matmul(&w).relu(), &x);
        assert_eq!((got.penalty.item(), got.mean_norm), (center, 0.0));
        let first = grad(&[got.penalty], std::slice::from_ref(&w), GradOptions::create_graph()).remove(0);
        let second = grad(&[first.square().sum()], std::slice::from_ref(&w), GradOptions::default()).remove(0);
        for slope in [first, second] {
            assert_eq!(slope.to_array(), ndarray::ArrayD::<f64>::zeros(vec![2, 2]));
        }
        let constant = penalty.at(|x| Tensor::zeros(&[x.shape()[0]]), &x);
        assert_eq!((constant.penalty.item(), constant.mean_norm), (center, 0.0));
    }
}

/// `||grad||^2` of `w x^2 / 2` at zero has second derivatives, which a norm would lose.
#[test]
fn squares_are_differentiable_at_zero() {
    let x = Tensor::variable(ndarray::array![[0.0]]);
    let penalty = r1(|x: &Tensor<f64>| x.square() * 0.5, &x, 2.0).penalty;
    let first = grad(&[penalty], std::slice::from_ref(&x), GradOptions::create_graph()).remove(0);
    let second = grad(std::slice::from_ref(&first), &[x], GradOptions::default()).remove(0);
    assert_eq!((first.item(), second.item()), (0.0, 2.0));
}

#[test]
fn layers_are_critics_and_their_errors_come_back() {
    let layer: Linear<f64> = Linear::new(4, 1, &mut Stream::new(1, "initialisation", &[]));
    let penalty = |x: &Tensor<f64>| -> Result<f64, LayerError> {
        let at = GradientPenalty::default().at(|x| layer.forward(x, &mut Context::evaluate()), x)?;
        Ok(at.mean_norm)
    };
    let norm = layer.weight.original.tensor().square().sum().item().sqrt();
    assert!(close(penalty(&Tensor::ones(&[3, 4])).unwrap(), norm, 1e-14));
    let error = penalty(&Tensor::ones(&[3, 5])).unwrap_err();
    assert_eq!(error.to_string(), "linear: expected (..., 4), got the shape [3, 5]");
}

#[test]
fn a_penalty_inside_no_grad_is_the_same_number() {
    let w = Tensor::variable(normal(3, &[4, 1]));
    let penalty = || GradientPenalty::default().at(|x| x.matmul(&w).tanh(), &Tensor::<f64>::ones(&[2, 4])).penalty;
    let (silent, recorded) = (no_grad(penalty), penalty());
    assert_eq!(silent.item(), recorded.item());
    assert!(recorded.is_tracked() && !silent.is_tracked());
}

#[test]
#[should_panic(expected = "interpolates: real samples of shape [2, 3] and generated ones of shape [1, 3]")]
fn samples_that_do_not_match() {
    let _ = interpolates(&Tensor::<f32>::zeros(&[2, 3]), &Tensor::zeros(&[1, 3]), &mut stream());
}
