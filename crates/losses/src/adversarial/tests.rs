//! Properties that all of the losses share.

use super::*;
use crate::testing::{array, close, is_finite};
use crate::{Mean, MeanOverBatch, PerSample, Sum};
use latent_tensor::check::gradients;
use latent_tensor::{GradOptions, grad};
use ndarray::ArrayD;
use proptest::prelude::*;

/// Calls a generic check with every loss and its name.
macro_rules! with_every_loss {
    ($check:ident($($argument:expr),*)) => {{
        $check("minimax", &Minimax, $($argument),*)?;
        $check("non-saturating", &NonSaturating, $($argument),*)?;
        $check("least squares", &LeastSquares::default(), $($argument),*)?;
        $check("hinge", &Hinge, $($argument),*)?;
        $check("Wasserstein", &Wasserstein, $($argument),*)?;
        $check("relativistic", &Relativistic, $($argument),*)?;
        $check("relativistic average", &RelativisticAverage, $($argument),*)?;
        Ok::<(), TestCaseError>(())
    }};
}

fn derivatives(name: &str, loss: &impl AdversarialLoss, x: &[ArrayD<f64>]) -> Result<(), TestCaseError> {
    prop_assert_eq!(gradients(x, |x| loss.discriminator(&x[0], &x[1], Sum)), Ok(()), "{}", name);
    prop_assert_eq!(gradients(x, |x| loss.generator(&x[0], &x[1], Sum)), Ok(()), "{}", name);
    Ok(())
}

fn reductions(name: &str, loss: &impl AdversarialLoss, x: &[ArrayD<f64>]) -> Result<(), TestCaseError> {
    let [r, f] = [&x[0], &x[1]].map(|x| Tensor::constant(x.clone()));
    for (sum, mean, batch, each) in [
        (
            loss.discriminator(&r, &f, Sum),
            loss.discriminator(&r, &f, Mean),
            loss.discriminator(&r, &f, MeanOverBatch),
            loss.discriminator(&r, &f, PerSample),
        ),
        (
            loss.generator(&r, &f, Sum),
            loss.generator(&r, &f, Mean),
            loss.generator(&r, &f, MeanOverBatch),
            loss.generator(&r, &f, PerSample),
        ),
    ] {
        prop_assert!(close(sum.item(), mean.item() * r.len() as f64), "{name}");
        prop_assert!(close(batch.item(), sum.item() / r.shape()[0] as f64), "{name}");
        prop_assert!(close(each.sum().item(), sum.item()), "{name}");
    }
    Ok(())
}

/// The discriminator wants real samples up and generated ones down, the generator wants generated ones up.
fn directions(name: &str, loss: &impl AdversarialLoss, x: &[ArrayD<f64>]) -> Result<(), TestCaseError> {
    let [r, f] = [&x[0], &x[1]].map(|x| Tensor::variable(x.clone()));
    let slope = |loss: Tensor<f64>, x: &Tensor<f64>| {
        grad(&[loss], std::slice::from_ref(x), GradOptions::default()).remove(0).sum().item()
    };
    prop_assert!(slope(loss.discriminator(&r, &f, Sum), &r) < 0.0, "{name}");
    prop_assert!(slope(loss.discriminator(&r, &f, Sum), &f) > 0.0, "{name}");
    prop_assert!(slope(loss.generator(&r, &f, Sum), &f) < 0.0, "{name}");
    Ok(())
}

fn extremes(name: &str, loss: &impl AdversarialLoss, size: f32) -> Result<(), TestCaseError> {
    let logits = [size, -size, 0.0, size, -size, 1.0];
    let other = Tensor::constant(ndarray::Array1::from(logits.iter().rev().copied().collect::<Vec<_>>()));
    prop_assert!(is_finite(&logits, |x| loss.discriminator(x, &other, Sum)), "{name}");
    prop_assert!(is_finite(&logits, |x| loss.discriminator(&other, x, Sum)), "{name}");
    prop_assert!(is_finite(&logits, |x| loss.generator(&other, x, Sum)), "{name}");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn gradients_of_order_one_and_two(seed: u64) {
        // Within the hinges, or beyond both.
        let beyond = if seed % 2 == 0 { 0.0 } else { 3.0 };
        let one = |k| array(seed / k, &[3, 2], -0.9, 0.9);
        with_every_loss!(derivatives(&[one(2) + beyond, one(3) - beyond]))?;
    }

    #[test]
    fn reductions_are_consistent(seed: u64) {
        with_every_loss!(reductions(&[array(seed, &[3, 2], -3.0, 3.0), array(seed / 2, &[3, 2], -3.0, 3.0)]))?;
    }

    #[test]
    fn both_sides_pull_where_they_should(seed: u64) {
        // Between the targets of least squares.
        with_every_loss!(directions(&[array(seed, &[3, 2], 0.0, 0.9), array(seed / 2, &[3, 2], 0.1, 0.9)]))?;
    }

    #[test]
    fn extreme_logits_stay_finite(size in prop_oneof![Just(1e4_f32), Just(1e15), 50.0_f32..1e6]) {
        with_every_loss!(extremes(size))?;
    }

    #[test]
    fn minimax_is_a_zero_sum_game(seed: u64) {
        let (r, f) = (array(seed, &[5], -3.0, 3.0), array(seed / 2, &[5], -3.0, 3.0));
        let [r, f] = [r, f].map(Tensor::constant);
        let of_real = (-&r).softplus().mean().item();
        let (d, g) = (Minimax.discriminator(&r, &f, Mean).item(), Minimax.generator(&r, &f, Mean).item());
        prop_assert!(close(d + g, of_real));
    }

    #[test]
    fn relativistic_losses_see_differences_alone(seed: u64, shift in -50.0_f64..50.0) {
        let (r, f) = (array(seed, &[5], -3.0, 3.0), array(seed / 2, &[5], -3.0, 3.0));
        let [a, b, c, d] = [r.clone(), f.clone(), r + shift, f + shift].map(Tensor::constant);
        for (near, far) in [
            (Relativistic.discriminator(&a, &b, Mean), Relativistic.discriminator(&c, &d, Mean)),
            (RelativisticAverage.discriminator(&a, &b, Mean), RelativisticAverage.discriminator(&c, &d, Mean)),
            (RelativisticAverage.generator(&a, &b, Mean), RelativisticAverage.generator(&c, &d, Mean)),
        ] {
            prop_assert!((near.item() - far.item()).abs() < 1e-12);
        }
    }
}

#[test]
fn a_certain_discriminator_stops_a_minimax_generator_and_no_other() {
    let (real, fake) = (Tensor::scalar(0.0), Tensor::variable(ndarray::arr0(-40.0_f64)));
    let slope = |loss: Tensor<f64>| grad(&[loss], std::slice::from_ref(&fake), GradOptions::default())[0].item();
    assert!(slope(Minimax.generator(&real, &fake, Mean)).abs() < 1e-16);
    assert!(slope(NonSaturating.generator(&real, &fake, Mean)) < -0.99);
}

#[test]
#[should_panic(expected = "Relativistic: real of the shape [2] and fake of the shape [3] differ")]
fn pairs_without_a_partner() {
    let _ = Relativistic.discriminator(&Tensor::<f32>::zeros(&[2]), &Tensor::zeros(&[3]), Mean);
}
