//! `y = w z + b`, `z = (x - m) r`; with `g = w c`, the cotangent of `x` is `r (g - mean(g) - z mean(g z))`

mod kernels;

use super::inverse_std::{InverseStd, Moments};
use crate::reduce::{Summed, sums, total};
use crate::{Arguments, Operator, Tensor, elementwise, is_recording, layout, shape};
use kernels::{Rows, with_parameters};
use latent_numeric::Scalar;
use ndarray::{ArcArray, ArrayD, IxDyn};
use std::borrow::Cow;

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
        if !is_recording()
            && let Some(cotangents) = self.fused(&arguments, cotangent)
        {
            return cotangents;
        }
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

impl<E: Scalar> Normalize<E> {
    /// The cotangents in one or two passes, where weight and bias are laid out for it.
    fn fused(&self, arguments: &Arguments<'_, E>, cotangent: &Tensor<E>) -> Option<Vec<Option<Tensor<E>>>> {
        let x = arguments.input(0);
        let weight = self.weighted.then(|| arguments.input(1));
        let bias = self.shifted.then(|| arguments.input(1 + usize::from(self.weighted)));
        let plan = Plan::new(x.shape(), &self.axes, [weight, bias].map(|part| part.map(Tensor::array)))?;
        let (values, cotangents) = (layout::row_major(x.array()), layout::row_major(cotangent.array()));
        let (of_x, of_weight, of_bias) = match plan {
            Plan::Places(width) => {
                let (means, scales) = (layout::row_major(&self.mean), layout::row_major(&self.inverse_std));
                let weights = across(weight.map(Tensor::array), E::one(), width);
                let rows = Rows { x: &values, means: &means, scales: &scales, weights: &weights };
                let (of_x, mut of_weights) = rows.gradients(&cotangents);
                let of_biases = of_weights.split_off(width);
                let shaped = |buffer: Vec<E>, like: Option<&Tensor<E>>| {
                    like.map(|like| Tensor::from_buffer(like.shape(), buffer))
                };
                (Some(Tensor::from_buffer(x.shape(), of_x)), shaped(of_weights, weight), shaped(of_biases, bias))
            }
            Plan::Runs { of, kept, fine } => {
                let mean = layout::spread(&self.mean, &kept);
                let n: usize = self.axes.iter().map(|&axis| x.shape()[axis]).product();
                let r = Tensor::constant(self.inverse_std.clone());
                let mut ends = x.shape().to_vec();
                fine.iter().for_each(|&axis| ends[axis] = 1);
                let [of_one, of_centred] =
                    sums([&cotangents, &values], &mean, of, |c, x, m| [c, c * (x - m)]).map(|sums| {
                        let sums = shape::array(&kept, sums).into_shared();
                        Tensor::constant(total(&sums, &fine)).reshape(&ends)
                    });
                let of_x = arguments.needed(0).then(|| {
                    let weighted = |sums: &Tensor<E>| weight.map_or_else(|| sums.clone(), |weight| sums * weight);
                    let mean_of = |sums: &Tensor<E>| weighted(sums).sum_axes(&self.axes, true) / E::of(n as f64);
                    // r w c + (x - m) slope + level
                    let slope = -(&r * &r * &r * mean_of(&of_centred));
                    let level = -(&r * mean_of(&of_one));
                    let scale = weighted(&r);
                    let [scale, slope, level] =
                        [&scale, &slope, &level].map(|part| layout::spread(part.array(), &kept));
                    let f = |c, x, [m, scale, slope, level]: [E; 4]| scale * c + (x - m) * slope + level;
                    let of_x = with_parameters([&cotangents, &values], [&mean, &scale, &slope, &level], of, f);
                    Tensor::from_buffer(x.shape(), of_x)
                });
                let of_weight = weight.map(|weight| (of_centred * &r).sum_to(weight.shape()));
                (of_x, of_weight, bias.map(|bias| of_one.sum_to(bias.shape())))
            }
        };
        layout::give(values);
        layout::give(cotangents);
        let mut answers = vec![of_x];
        answers.extend(weight.map(|_| of_weight));
        answers.extend(bias.map(|_| of_bias));
        Some(answers)
    }
}

/// How the loops over the elements go.
enum Plan {
    /// Over rows of this width, which are what is normalised, with a weight and a bias for each place in a row.
    Places(usize),
    /// Over runs along which mean, weight and bias stay the same.
    Runs {
        of: Summed,
        /// The shape of what there is one of for each run.
        kept: Vec<usize>,
        /// The normalised axes along which weight and bias stay the same.
        fine: Vec<usize>,
    },
}

impl Plan {
    fn new<E: Scalar>(shape: &[usize], axes: &[usize], affine: [Option<&ArcArray<E, IxDyn>>; 2]) -> Option<Self> {
        if shape.contains(&0) {
            return None;
        }
        let parts: Vec<&[usize]> = affine.into_iter().flatten().map(ArcArray::shape).collect();
        let fine: Vec<usize> = axes.iter().copied().filter(|&axis| parts.iter().all(|part| part[axis] == 1)).collect();
        if let Some((of, kept)) = Summed::innermost(shape, &fine) {
            return Some(Self::Runs { of, kept, fine });
        }
        let (of, _) = Summed::innermost(shape, axes)?;
        let rows = of.inner == 1 && of.len == axes.iter().map(|&axis| shape[axis]).product();
        let places = |axis: usize| if axes.contains(&axis) { shape[axis] } else { 1 };
        let of_places = parts.iter().all(|part| part.iter().enumerate().all(|(axis, &len)| len == places(axis)));
        (rows && of_places).then_some(Self::Places(of.len))
    }
}

/// One element for each place in a row.
fn across<E: Scalar>(part: Option<&ArcArray<E, IxDyn>>, missing: E, width: usize) -> Cow<'_, [E]> {
    part.map_or_else(|| Cow::Owned(vec![missing; width]), layout::row_major)
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
    let value =
        affine_of_centred(x.array(), axes, mean, inverse_std, weight.map(Tensor::array), bias.map(Tensor::array));
    let inputs = [Some(x), weight, bias].into_iter().flatten().cloned().collect();
    Tensor::from_operator(operator, inputs, value)
}

/// `(x - mean) r w + b`
fn affine_of_centred<E: Scalar>(
    x: &ArcArray<E, IxDyn>,
    axes: &[usize],
    mean: &ArcArray<E, IxDyn>,
    r: &ArcArray<E, IxDyn>,
    weight: Option<&ArcArray<E, IxDyn>>,
    bias: Option<&ArcArray<E, IxDyn>>,
) -> ArrayD<E> {
    let product = |a: &ArcArray<E, IxDyn>, b: &ArcArray<E, IxDyn>| elementwise::zip("normalize", a, b, |a, b| a * b);
    let values = layout::row_major(x);
    let out = match Plan::new(x.shape(), axes, [weight, bias]) {
        Some(Plan::Places(width)) => {
            let (means, scales) = (layout::row_major(mean), layout::row_major(r));
            let weights = across(weight, E::one(), width);
            let rows = Rows { x: &values, means: &means, scales: &scales, weights: &weights };
            shape::array(x.shape(), rows.normalized(&across(bias, E::zero(), width)))
        }
        Some(Plan::Runs { of, kept, .. }) => {
            let scale = weight.map_or_else(|| r.clone(), |weight| product(r, weight).into_shared());
            let none = ArrayD::zeros(IxDyn(&[])).into_shared();
            let [mean, scale, bias] = [mean, &scale, bias.unwrap_or(&none)].map(|part| layout::spread(part, &kept));
            let f = |x, _, [mean, scale, bias]: [E; 3]| (x - mean) * scale + bias;
            shape::array(x.shape(), with_parameters([&values, &values], [&mean, &scale, &bias], of, f))
        }
        None => {
            let centred = elementwise::zip("normalize", x, mean, |x, mean| x - mean).into_shared();
            let scaled = product(&centred, r);
            let scaled = match weight {
                Some(weight) => product(&scaled.into_shared(), weight),
                None => scaled,
            };
            match bias {
                Some(bias) => elementwise::zip("normalize", &scaled.into_shared(), bias, |y, b| y + b),
                None => scaled,
            }
        }
    };
    layout::give(values);
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
