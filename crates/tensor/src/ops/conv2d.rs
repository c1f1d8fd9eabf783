//! `y[n, o, r, q] = sum over c, i, j of x[n, c, s r - p + d i, s q - p + d j] w[o, c, i, j]`
//!
//! Convolution, transposed convolution and the gradient with respect to the weight are the gradients of one trilinear
//! form `T(x, w, y)`. Each is bilinear, and its derivatives are the other two.

use crate::{Arguments, Operator, Tensor, pool, shape};
use latent_numeric::conv::{self, Geometry};
use latent_numeric::{Scalar, compiled_here};

/// How the kernel of [`Tensor::conv2d`] moves; pairs are (height, width).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conv2dOptions {
    /// Input pixels between neighbouring output pixels.
    pub stride: [usize; 2],
    /// Zeros before and after the input.
    pub padding: [usize; 2],
    /// Input pixels between neighbouring taps of the kernel.
    pub dilation: [usize; 2],
    /// Groups of channels; outputs see the inputs of their own group alone.
    pub groups: usize,
}

impl Default for Conv2dOptions {
    /// Stride 1, no padding, dilation 1, one group.
    fn default() -> Self {
        Self { stride: [1; 2], padding: [0; 2], dilation: [1; 2], groups: 1 }
    }
}

/// The arguments of the trilinear form.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    Input,
    Weight,
    Output,
}

/// The gradient of the form with respect to one argument, plus a bias for each channel if there is a third input; the
/// first two are the other arguments, in their order.
struct Contraction {
    geometry: Geometry,
    onto: Slot,
}

impl Slot {
    fn others(self) -> [Self; 2] {
        match self {
            Self::Input => [Self::Weight, Self::Output],
            Self::Weight => [Self::Input, Self::Output],
            Self::Output => [Self::Input, Self::Weight],
        }
    }
}

/// The gradient of the form with respect to `onto`, plus a bias, which only images may have.
pub(super) fn contract<E: Scalar>(
    geometry: Geometry,
    onto: Slot,
    factors: [&Tensor<E>; 2],
    bias: Option<&Tensor<E>>,
) -> Tensor<E> {
    let [a, b] = factors.map(|factor| factor.array().as_standard_layout());
    let [a, b] = [&a, &b].map(|array| array.as_slice().expect("row-major"));
    let per_channel = bias.map(|bias| bias.array().as_standard_layout());
    let per_channel = per_channel.as_ref().map(|array| array.as_slice().expect("row-major"));
    let shape = match onto {
        Slot::Input => geometry.input_shape(),
        Slot::Weight => geometry.weight_shape(),
        Slot::Output => geometry.output_shape(),
    };
    let mut value = pool::take(shape.iter().product());
    match onto {
        Slot::Input => conv::input(&geometry, a, b, per_channel, &mut value),
        Slot::Weight => conv::weight(&geometry, a, b, &mut value),
        Slot::Output => conv::output(&geometry, a, b, per_channel, &mut value),
    }
    let inputs = factors.into_iter().chain(bias).cloned().collect();
    Tensor::from_operator(Contraction { geometry, onto }, inputs, shape::array(&shape, value))
}

impl<E: Scalar> Operator<E> for Contraction {
    fn name(&self) -> &'static str {
        match self.onto {
            Slot::Input => "conv_transpose2d",
            Slot::Weight => "conv2d_weight",
            Slot::Output => "conv2d",
        }
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let others = self.onto.others();
        let tensor_at = |slot| match others.iter().position(|&other| other == slot) {
            Some(i) => arguments.input(i),
            None => cotangent,
        };
        let gradient = |onto: Slot| contract(self.geometry, onto, onto.others().map(tensor_at), None);
        let channels = || cotangent.sum_axes(&[0, 2, 3], false);
        let inputs = arguments.inputs().len();
        (0..inputs)
            .map(|i| arguments.needed(i).then(|| others.get(i).map_or_else(channels, |&slot| gradient(slot))))
            .collect()
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// The two-dimensional convolution (cross-correlation, as networks use it), plus a bias for each output channel.
    ///
    /// `y[n, o, r, q] = b[o] + sum over c, i, j of x[n, c, s r - p + d i, s q - p + d j] w[o, c, i, j]`, with `c`
    /// running over the input channels of the group of `o`, and input outside of the image zero. The bits do not
    /// depend on the number of threads.
    ///
    /// # Shapes
    /// (N, C, H, W) with a weight (O, C / groups, kernel height, kernel width) and a bias (O) gives (N, O, H', W'),
    /// `H' = floor((H + 2 padding - dilation (kernel - 1) - 1) / stride) + 1`.
    ///
    /// # Panics
    /// If the channels, groups or bias do not fit, or the kernel is larger than the padded image.
    ///
    /// ```
    /// use latent_tensor::{Tensor, ops::Conv2dOptions};
    ///
    /// let (x, w, b) = (Tensor::<f32>::ones(&[8, 3, 28, 28]), Tensor::ones(&[16, 3, 4, 4]), Tensor::zeros(&[16]));
    /// let y = x.conv2d(&w, Some(&b), Conv2dOptions { stride: [2, 2], padding: [1, 1], ..Default::default() });
    /// assert_eq!(y.shape(), [8, 16, 14, 14]);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn conv2d(&self, weight: &Self, bias: Option<&Self>, options: Conv2dOptions) -> Self {
        let Conv2dOptions { stride, padding, dilation, groups } = options;
        let (x, w) = (self.shape(), weight.shape());
        let moves = [stride, dilation].iter().flatten().all(|&n| n > 0) && groups > 0;
        assert!(moves, "conv2d: strides, dilations and groups must be positive: {options:?}");
        let fits = x.len() == 4
            && w.len() == 4
            && x[1] == w[1] * groups
            && w[0].is_multiple_of(groups)
            && w[2] > 0
            && w[3] > 0;
        assert!(fits, "conv2d: an input of shape {x:?} and a weight of shape {w:?} in {groups} group(s)");
        let output = [0, 1].map(|a| {
            let (padded, span) = (x[2 + a] + 2 * padding[a], dilation[a] * (w[2 + a] - 1) + 1);
            assert!(
                span <= padded,
                "conv2d: the kernel is larger than the padded image: an input of shape {x:?}, padding {padding:?}, a \
                 weight of shape {w:?}, dilation {dilation:?}"
            );
            (padded - span) / stride[a] + 1
        });
        let geometry = Geometry {
            samples: x[0],
            groups,
            in_channels: x[1],
            out_channels: w[0],
            input: [x[2], x[3]],
            output,
            kernel: [w[2], w[3]],
            stride,
            padding,
            dilation,
        };
        check_bias("conv2d", bias, &geometry.output_shape());
        contract(geometry, Slot::Output, [self, weight], bias)
    }
}

#[track_caller]
pub(super) fn check_bias<E: Scalar>(operator: &str, bias: Option<&Tensor<E>>, output: &[usize; 4]) {
    let shape = bias.map_or(&output[1..2], Tensor::shape);
    assert!(shape == [output[1]], "{operator}: a bias of shape {shape:?} for an output of shape {output:?}");
}

#[cfg(test)]
mod tests {
    use super::Conv2dOptions;
    use crate::check::gradients;
    use crate::ops::testing::{array, zeros};
    use crate::{GradOptions, Tensor, grad};
    use latent_numeric::parallel::with_threads;
    use proptest::prelude::*;

    fn pair(from: usize, to: usize) -> impl Strategy<Value = [usize; 2]> {
        [from..to, from..to]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn value_and_gradients(
            seed: u64, (n, groups, c, o) in (0_usize..3, 1_usize..3, 1_usize..3, 1_usize..3), size in pair(1, 6),
            kernel in pair(1, 4), stride in pair(1, 4), padding in pair(0, 3), dilation in pair(1, 3), biased: bool,
        ) {
            let span = |a: usize| dilation[a] * (kernel[a] - 1) + 1;
            let padding = [0, 1].map(|a| padding[a].max(span(a).saturating_sub(size[a]).div_ceil(2)));
            let options = Conv2dOptions { stride, padding, dilation, groups };
            let x = array(seed, &[n, groups * c, size[0], size[1]], -2.0, 2.0);
            let w = array(seed / 3, &[groups * o, c, kernel[0], kernel[1]], -2.0, 2.0);
            let b = array(seed / 9, &[groups * o], -2.0, 2.0);
            let f = |x: &[Tensor<f64>]| x[0].conv2d(&x[1], biased.then(|| &x[2]), options);
            let got = f(&[&x, &w, &b].map(|a| Tensor::constant(a.clone()))).to_array();
            let shape = [0, 1].map(|a| (size[a] + 2 * padding[a] - span(a)) / stride[a] + 1);
            let mut want = zeros(&[n, groups * o, shape[0], shape[1]]);
            for (at, y) in want.indexed_iter_mut() {
                *y = if biased { b[at[1]] } else { 0.0 };
                for c_in in 0..c {
                    for i in 0..kernel[0] {
                        for j in 0..kernel[1] {
                            let u = (stride[0] * at[2] + dilation[0] * i).wrapping_sub(padding[0]);
                            let v = (stride[1] * at[3] + dilation[1] * j).wrapping_sub(padding[1]);
                            if u < size[0] && v < size[1] {
                                *y += x[[at[0], at[1] / o * c + c_in, u, v]] * w[[at[1], c_in, i, j]];
                            }
                        }
                    }
                }
            }
            prop_assert_eq!(got.shape(), want.shape());
            prop_assert!(got.iter().zip(&want).all(|(x, y)| (x - y).abs() < 1e-12));
            prop_assert_eq!(gradients(&[x, w, b], f), Ok(()));
        }
    }

    /// `|| d sum(D(x)) / dx ||^2` for two layers with a smooth nonlinearity between them.
    fn penalty<E: latent_numeric::Scalar>(p: &[Tensor<E>]) -> Tensor<E> {
        let options = Conv2dOptions { stride: [2, 2], padding: [1, 1], ..Default::default() };
        let x = if p[0].is_tracked() { p[0].clone() } else { Tensor::variable(p[0].to_array()) };
        let score = x.conv2d(&p[1], None, options).exp().conv2d(&p[2], None, options).exp().sum();
        let slope = grad(&[score], &[x], GradOptions::create_graph()).remove(0);
        (&slope * &slope).sum()
    }

    #[test]
    fn gradient_penalty() {
        let p = [
            array(1, &[2, 1, 8, 8], -0.5, 0.5),
            array(2, &[3, 1, 4, 4], -0.2, 0.2),
            array(3, &[2, 3, 4, 4], -0.1, 0.1),
        ];
        // In units of 1/4: with over a hundred inputs a whole step is long for the differences' fifth derivative, whose
        // error falls by 4^5, while that of a wrong rule would fall by 4.
        let coarse: Vec<_> = p.iter().map(|p| p * 4.0).collect();
        let in_quarters = |x: &[Tensor<f64>]| penalty(&x.iter().map(|x| x * 0.25).collect::<Vec<_>>());
        assert_eq!(gradients(&coarse, in_quarters), Ok(()));
    }

    #[test]
    fn same_bits_on_every_thread_count() {
        let single = |seed, shape: &[usize]| Tensor::variable(array(seed, shape, -0.2, 0.2).mapv(|v| v as f32));
        let p = [single(1, &[33, 1, 28, 28]), single(2, &[8, 1, 4, 4]), single(3, &[4, 8, 4, 4])];
        let bits = || {
            let gradients = grad(&[penalty(&p)], &p, GradOptions::default());
            gradients.iter().flat_map(|g| g.array().iter().map(|v| v.to_bits()).collect::<Vec<_>>()).collect::<Vec<_>>()
        };
        let want = with_threads(1, bits).unwrap();
        for threads in [2, 3, 4, 7] {
            assert!(with_threads(threads, bits).unwrap() == want, "{threads} threads");
        }
    }

    #[test]
    #[should_panic(
        expected = "conv2d: an input of shape [1, 3, 5, 5] and a weight of shape [4, 2, 3, 3] in 1 group(s)"
    )]
    fn channels_that_do_not_fit() {
        let _ =
            Tensor::<f32>::zeros(&[1, 3, 5, 5]).conv2d(&Tensor::zeros(&[4, 2, 3, 3]), None, Conv2dOptions::default());
    }

    #[test]
    #[should_panic(
        expected = "conv2d: an input of shape [1, 4, 5, 5] and a weight of shape [3, 2, 3, 3] in 2 group(s)"
    )]
    fn groups_that_do_not_fit() {
        let options = Conv2dOptions { groups: 2, ..Default::default() };
        let _ = Tensor::<f32>::zeros(&[1, 4, 5, 5]).conv2d(&Tensor::zeros(&[3, 2, 3, 3]), None, options);
    }

    #[test]
    #[should_panic(
        expected = "conv2d: the kernel is larger than the padded image: an input of shape [1, 1, 2, 5], padding [0, 0], a \
                    weight of shape [1, 1, 3, 3], dilation [1, 1]"
    )]
    fn a_kernel_that_is_too_large() {
        let _ =
            Tensor::<f32>::zeros(&[1, 1, 2, 5]).conv2d(&Tensor::zeros(&[1, 1, 3, 3]), None, Conv2dOptions::default());
    }
}
