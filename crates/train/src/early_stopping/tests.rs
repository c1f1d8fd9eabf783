//! Early stopping against its definition.

use super::*;
use latent_layers::{LayerError, Linear, Module, Visitor};
use latent_numeric::random::Stream;
use proptest::prelude::*;

/// By definition: the first observation at which the last improvement is `patience` observations ago.
fn definition(values: &[f64], patience: usize, min_change: f64) -> (usize, Option<usize>) {
    let mut best = 0;
    for (i, &value) in values.iter().enumerate() {
        if value < values[best] - min_change {
            best = i;
        }
        if i > best && i - best >= patience {
            return (best, Some(i));
        }
    }
    (best, None)
}

proptest! {
    #[test]
    fn it_stops_by_definition(
        values in prop::collection::vec(0.0_f64..1.0, 1..40),
        patience in 0_usize..6,
        min_change in 0.0_f64..0.3,
    ) {
        let (best, stop) = definition(&values, patience, min_change);
        let new = |mode| EarlyStopping::new(mode).patience(patience as u64).min_change(min_change).unwrap();
        let (mut policy, mut mirrored) = (new(Mode::Min), new(Mode::Max));
        let mut stopped = None;
        for (i, &value) in values.iter().enumerate() {
            // Saved and loaded, it goes on where it was.
            let text = serde_json::to_string(&policy).unwrap();
            policy = serde_json::from_str(&text).unwrap();
            let verdict = policy.observe(value);
            prop_assert_eq!(verdict, mirrored.observe(-value));
            match verdict {
                Verdict::Stop(reason) => {
                    stopped = stopped.or(Some(i));
                    prop_assert_eq!(policy.stopped(), Some(reason));
                    prop_assert_eq!(reason, EarlyStopReason::NoImprovement { observations: patience.max(1) as u64 });
                }
                Verdict::Wait { left } => prop_assert!(left > 0 && left < patience as u64),
                Verdict::Improved => prop_assert_eq!(policy.best().unwrap().index, i as u64),
            }
        }
        prop_assert_eq!(stopped, stop);
        prop_assert_eq!(policy.best(), Some(Observation { index: best as u64, value: values[best] }));
    }
}

/// The callback of PyTorch Lightning 2.5 with `patience=3`, and that of Keras 3, stop after the fifth of these losses.
#[test]
fn a_patience_of_three_stops_at_the_third_value_without_improvement() {
    let mut policy = EarlyStopping::new(Mode::Min).patience(3);
    let verdicts = [1.0, 0.9, 0.95, 0.9, 0.91].map(|loss| policy.observe(loss));
    let stop = Verdict::Stop(EarlyStopReason::NoImprovement { observations: 3 });
    assert_eq!(
        verdicts,
        [Verdict::Improved, Verdict::Improved, Verdict::Wait { left: 2 }, Verdict::Wait { left: 1 }, stop]
    );
    for patience in [0, 1] {
        let mut policy = EarlyStopping::new(Mode::Max).patience(patience);
        assert_eq!(policy.observe(1.0), Verdict::Improved);
        assert_eq!(policy.observe(1.0), Verdict::Stop(EarlyStopReason::NoImprovement { observations: 1 }));
    }
}

#[test]
fn changes_that_make_worse_values_better_are_refused() {
    for value in [-1.0, -f64::MIN_POSITIVE, f64::NAN, f64::INFINITY] {
        let error = EarlyStopping::new(Mode::Min).min_change(value).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("min_change of early stopping is {value}, expected a finite number, at least 0")
        );
    }
}

#[test]
fn what_is_not_finite_stops() {
    for (index, value) in [(0, f64::NAN), (2, f64::NEG_INFINITY)] {
        let mut policy = EarlyStopping::new(Mode::Min);
        for _ in 0..index {
            policy.observe(1.0);
        }
        let reason = EarlyStopReason::NotFinite { index };
        assert_eq!(policy.observe(value), Verdict::Stop(reason));
        assert_eq!(policy.observe(0.0), Verdict::Stop(reason));
        assert_eq!(reason.to_string(), format!("observation {index} is not a finite number"));
        assert_eq!(serde_json::from_str::<EarlyStopping>(&serde_json::to_string(&policy).unwrap()).unwrap(), policy);
    }
}

fn layer(seed: u64, outputs: usize) -> Linear<f64> {
    Linear::new(3, outputs, &mut Stream::new(seed, "initialisation", &[]))
}

fn bits(module: &impl Module<f64>) -> Vec<u64> {
    module
        .variables()
        .iter()
        .flat_map(|tensor| tensor.array().iter().map(|x| x.to_bits()).collect::<Vec<_>>())
        .collect()
}

#[test]
fn the_best_comes_back_bit_by_bit_whatever_happened_since() {
    let model = layer(1, 2);
    let mut stopping = RestoreBest::new(EarlyStopping::new(Mode::Max).patience(4));
    let mut best = Vec::new();
    for (step, value) in [0.1, 0.3, 0.2, 0.25, 0.1, 0.0].into_iter().enumerate() {
        for (_, parameter) in model.parameters() {
            parameter.elements().iter_mut().for_each(|p| *p = *p * 1.1 + 0.01);
        }
        if step == 1 {
            best = bits(&model);
        }
        let verdict = stopping.observe(value, &model);
        assert_eq!(matches!(verdict, Verdict::Stop(_)), step == 5);
    }
    assert_ne!(bits(&model), best);
    for _ in 0..2 {
        assert_eq!(stopping.restore(&model), Ok(true));
        assert_eq!(bits(&model), best);
        // Training goes on without touching what is remembered.
        model.weight.original.elements().fill(0.0);
    }
    assert_eq!(RestoreBest::new(EarlyStopping::new(Mode::Min)).restore(&model), Ok(false));
}

#[test]
fn snapshots_of_other_modules_are_refused() {
    let (small, large) = (layer(1, 2), layer(2, 4));
    let before = bits(&large);
    let error = Snapshot::of(&small).restore(&large).unwrap_err();
    assert_eq!(error, LayerError::shape("weight", "snapshot", "[4, 3]", &[2, 3]));
    let unbiased = layer(3, 4).without_bias();
    let error = Snapshot::of(&unbiased).restore(&large).unwrap_err();
    assert_eq!(error.to_string(), "snapshot: a snapshot of [weight] for a module with [weight, bias]");
    assert_eq!(bits(&large), before);
    assert_eq!(Visitor::entries(&large).len(), Snapshot::of(&large).entries().len());
}
