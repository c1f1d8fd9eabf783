//! The nonlinear part of a layer.

use super::SupportSelection;
use super::selection::not_selected;
use latent_layers::{Parameter, Visitor};
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// Thresholds, what escapes them, and the sign that codes may have.
#[derive(Debug)]
pub(super) struct Shrinkage<E: Scalar> {
    pub thresholds: ThresholdsOf<E>,
    pub selection: Option<SupportSelection>,
    pub positive: bool,
}

#[derive(Debug)]
pub(super) enum ThresholdsOf<E: Scalar> {
    /// One tensor a layer, trained.
    Trained(Vec<Parameter<E>>),
    /// Lambda, perhaps one an atom, times the step size of the layer.
    Step(Tensor<E>),
}

impl<E: Scalar> Shrinkage<E> {
    /// The thresholds of a layer: magnitudes of what is trained. (Cut off at zero instead, a threshold that a step of
    /// training made negative would have no gradient, and never come back.)
    pub fn threshold(&self, layer: usize, step: Option<&Tensor<E>>) -> Tensor<E> {
        match &self.thresholds {
            ThresholdsOf::Trained(all) => all[layer].tensor().abs(),
            ThresholdsOf::Step(lambda) => (lambda * step.expect("a step size for each layer")).abs(),
        }
    }

    pub fn apply(&self, layer: usize, point: &Tensor<E>, threshold: &Tensor<E>) -> Tensor<E> {
        let shrink = |threshold: &Tensor<E>| {
            if self.positive { (point - threshold).relu() } else { point.soft_threshold_with(threshold) }
        };
        let elements = point.shape()[1..].iter().product();
        let count = self.selection.map_or(0, |selection| selection.count(layer + 1, elements));
        if count == 0 {
            return shrink(threshold);
        }
        let above = if self.positive { point.gt(threshold) } else { point.abs().gt(threshold) };
        // What is selected, but not above its threshold, is shrunk to zero.
        let shrunk = not_selected(point, count, self.positive).maximum(&above.eq(&Tensor::scalar(E::zero())));
        shrink(&(threshold * shrunk))
    }

    pub fn visit<'a>(&'a self, visitor: &mut Visitor<'a, E>) {
        if let ThresholdsOf::Trained(all) = &self.thresholds {
            all.iter().enumerate().for_each(|(k, threshold)| visitor.parameter(&format!("{k}.threshold"), threshold));
        }
    }
}
