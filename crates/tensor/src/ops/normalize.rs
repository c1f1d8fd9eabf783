//! `y = w z + b`, `z = (x - m) r`; with `g = w c`, the cotangent of `x` is `r (g - mean(g) - z mean(g z))`

use super::inverse_std::{InverseStd, Moments};
use crate::elementwise::{constant_run, for_rows};
use crate::{Arguments, Operator, Tensor, elementwise, pool, shape};
use latent_numeric::Scalar;
use ndarray::{ArcArray, ArrayD, IxDyn, Zip};

/// The shift and scale of normalised elements, each of a shape that broadcasts to that of the input.
#[derive(Clone)]
pub(super) struct Affine<E: Scalar> {
    pub weight: Option<Tensor<E>>,
    pub bias: Option<Tensor<E>>,
}

impl<E: Scalar> Affine<E> {
    /// Weight and bias with one element for each index along some axes.
    ///
    /// # Panics
    /// If one has not the lengths of these axes; the message names the operator.
    #[track_caller]
    pub fn along(
        operator: &str,
        shape: &[usize],
        axes: &[usize],
        weight: Option<&Tensor<E>>,
        bias: Option<&Tensor<E>>,
    ) -> Self {
        let lengths: Vec<usize> = axes.iter().map(|&axis| shape[axis]).collect();
        let mut wide = vec![1; shape.len()];
        axes.iter().for_each(|&axis| wide[axis] = shape[axis]);
        for (name, tensor) in [("weight", weight), ("bias", bias)] {
            let fits = tensor.is_none_or(|tensor| tensor.shape() == lengths);
            assert!(
                fits,
                "{operator}: a {name} of shape {:?} for the shape {shape:?}, where {lengths:?} was expected",
                tensor.map(Tensor::shape).unwrap_or_default()
            );
        }
        Self { weight: weight.map(|w| w.reshape(&wide)), bias: bias.map(|b| b.reshape(&wide)) }
    }
}

/// The inputs are x, then the weight if there is one, then the bias if there is one.
struct Normalize<E: Scalar> {
    axes: Vec<usize>,
    mean: ArcArray<E, IxDyn>,
    inverse_std: ArcArray<E, IxDyn>,
    weighted: bool,
    shifted: bool,
}

impl<E: Scalar> Operator<E> for Normalize<E> {
    fn name(&self) -> &'static str {
        "normalize"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let x = arguments.input(0);
        let weight = self.weighted.then(|| arguments.input(1));
        let plain = || {
            if self.weighted || self.shifted {
                normalize_with(x, &self.axes, &self.mean, &self.inverse_std, None, None)
            } else {
                arguments.output().clone()
            }
        };
        let wanted = arguments.needed(0) || (self.weighted && arguments.needed(1));
        let z = wanted.then(plain);
        let mut cotangents = Vec::with_capacity(3);
        cotangents.push(z.as_ref().filter(|_| arguments.needed(0)).map(|z| {
            let g = weight.map_or_else(|| cotangent.clone(), |weight| cotangent * weight);
            let operator = InverseStd { axes: self.axes.clone() };
            let r = Tensor::from_operator(operator, vec![x.clone()], self.inverse_std.clone());
            let along = (&g * z).mean_axes(&self.axes, true);
            (&g - g.mean_axes(&self.axes, true) - z * along) * r
        }));
        if let Some(weight) = weight {
            let of_weight = |z: &Tensor<E>| (cotangent * z).sum_to(weight.shape());
            cotangents.push(z.as_ref().filter(|_| arguments.needed(1)).map(of_weight));
        }
        if self.shifted {
            let bias = 1 + usize::from(self.weighted);
            cotangents.push(arguments.needed(bias).then(|| cotangent.sum_to(arguments.input(bias).shape())));
        }
        cotangents
    }
}

/// `x` with mean zero and variance one over these sorted axes, then scaled and shifted.
pub(super) fn normalize<E: Scalar>(x: &Tensor<E>, moments: &Moments<E>, affine: &Affine<E>) -> Tensor<E> {
    let Affine { weight, bias } = affine;
    normalize_with(x, &moments.axes, &moments.mean, &moments.inverse_std, weight.as_ref(), bias.as_ref())
}

fn normalize_with<E: Scalar>(
    x: &Tensor<E>,
    axes: &[usize],
    mean: &ArcArray<E, IxDyn>,
    inverse_std: &ArcArray<E, IxDyn>,
    weight: Option<&Tensor<E>>,
    bias: Option<&Tensor<E>>,
) -> Tensor<E> {
    let operator = Normalize {
        axes: axes.to_vec(),
        mean: mean.clone(),
        inverse_std: inverse_std.clone(),
        weighted: weight.is_some(),
        shifted: bias.is_some(),
    };
    let value = affine_of_centred(x.array(), mean, inverse_std, weight.map(Tensor::array), bias.map(Tensor::array));
    let inputs = [Some(x), weight, bias].into_iter().flatten().cloned().collect();
    Tensor::from_operator(operator, inputs, value)
}

/// `f(x - mean)`, where the mean broadcasts to the shape of `x`.
pub(super) fn centred<E: Scalar>(
    x: &ArcArray<E, IxDyn>,
    mean: &ArcArray<E, IxDyn>,
    f: impl Fn(E) -> E + Copy + Sync,
) -> ArrayD<E> {
    elementwise::zip("normalize", x, mean, move |x, mean| f(x - mean))
}

/// `(x - mean) r w + b`
fn affine_of_centred<E: Scalar>(
    x: &ArcArray<E, IxDyn>,
    mean: &ArcArray<E, IxDyn>,
    r: &ArcArray<E, IxDyn>,
    weight: Option<&ArcArray<E, IxDyn>>,
    bias: Option<&ArcArray<E, IxDyn>>,
) -> ArrayD<E> {
    let unit = |value: E| ArrayD::from_elem(IxDyn(&vec![1; x.ndim()]), value).into_shared();
    let weight = weight.cloned().unwrap_or_else(|| unit(E::one()));
    let bias = bias.cloned().unwrap_or_else(|| unit(E::zero()));
    let width = constant_run(mean.shape(), x.shape());
    if let (Some(from), true) = (x.as_slice(), width > 1)
        && let (Some(means), Some(scales)) =
            (for_rows(mean, x.shape(), x.len() / width, width), for_rows(r, x.shape(), x.len() / width, width))
    {
        let rows = x.len() / width;
        let by_row = |a: &ArcArray<E, IxDyn>| {
            (constant_run(a.shape(), x.shape()) >= width).then(|| for_rows(a, x.shape(), rows, width)).flatten()
        };
        if let (Some(weights), Some(biases)) = (by_row(&weight), by_row(&bias)) {
            let mut out = pool::take(x.len());
            elementwise::rows(&mut out, width, |start, out| {
                let i = start / width;
                let (mean, scale, bias) = (means[i], scales[i] * weights[i], biases[i]);
                out.iter_mut().zip(&from[start..start + width]).for_each(|(y, &x)| *y = (x - mean) * scale + bias);
            });
            return shape::array(x.shape(), out);
        }
        // One weight and one bias for each place in a row.
        let across = |a: &ArcArray<E, IxDyn>| match a.len() {
            1 => a.first().map(|&value| vec![value; width]),
            n => (n == width && constant_run(mean.shape(), a.shape()) == n).then(|| a.iter().copied().collect()),
        };
        if let (Some(weights), Some(biases)) = (across(&weight), across(&bias)) {
            let mut out = pool::take(x.len());
            elementwise::rows(&mut out, width, |start, out| {
                let (mean, scale) = (means[start / width], scales[start / width]);
                let places = weights.iter().zip(&biases).zip(&from[start..start + width]);
                out.iter_mut().zip(places).for_each(|(y, ((&w, &b), &x))| *y = (x - mean) * scale * w + b);
            });
            return shape::array(x.shape(), out);
        }
    }
    let scale = elementwise::zip("normalize", r, &weight, |r, w| r * w);
    let mean = mean.broadcast(x.shape()).expect("kept axes");
    let scale = scale.broadcast(x.shape()).expect("checked");
    let bias = bias.broadcast(x.shape()).expect("checked");
    let mut out = shape::array(x.shape(), pool::take(x.len()));
    Zip::from(&mut out).and(x).and(mean).and(scale).for_each(|y, &x, &mean, &scale| *y = (x - mean) * scale);
    out += &bias;
    out
}

#[cfg(test)]
mod tests {
    use super::{Affine, normalize};
    use crate::Tensor;
    use crate::check::gradients;
    use crate::ops::inverse_std::Moments;
    use crate::ops::testing::{array, shapes};
    use proptest::prelude::*;

    const EPS: f64 = 0.2;

    fn run(x: &Tensor<f64>, axes: &[usize], weight: Option<&Tensor<f64>>, bias: Option<&Tensor<f64>>) -> Tensor<f64> {
        let affine = Affine { weight: weight.cloned(), bias: bias.cloned() };
        normalize(x, &Moments::new(x, axes, EPS), &affine)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn value_and_gradients(
            seed: u64, shape in shapes(4, 1), chosen: [bool; 4], thin: [bool; 8], weighted: bool, shifted: bool,
        ) {
            let axes: Vec<usize> = (0..shape.len()).filter(|&axis| chosen[axis]).collect();
            let part = |thin: &[bool]| -> Vec<usize> {
                shape.iter().enumerate().map(|(i, &n)| if thin[i] { 1 } else { n }).collect()
            };
            let (a, w) = (array(seed, &shape, -2.0, 2.0), array(seed / 3, &part(&thin[..4]), 0.5, 2.0));
            let b = array(seed / 9, &part(&thin[4..]), -2.0, 2.0);
            let (x, weight, bias) = (Tensor::constant(a.clone()), Tensor::constant(w.clone()), Tensor::constant(b.clone()));
            let got = run(&x, &axes, weighted.then_some(&weight), shifted.then_some(&bias));
            let z = (&x - x.mean_axes(&axes, true)) * x.variance(&axes, 0, true).inverse_sqrt(EPS);
            let scaled = if weighted { z * weight } else { z };
            let want = if shifted { scaled + bias } else { scaled };
            prop_assert_eq!(got.shape(), want.shape());
            prop_assert!(got.array().iter().zip(want.array()).all(|(x, y)| (x - y).abs() < 1e-12));
            let f = |x: &[Tensor<f64>]| run(&x[0], &axes, weighted.then_some(&x[1]), shifted.then_some(&x[2]));
            prop_assert_eq!(gradients(&[a, w, b], f), Ok(()));
        }
    }
}
