//! `y = s(x W^T + b)`; with `z' = s'(y) y'`: `x' = z' W`, `W' = z'^T x`, `b' = sum of z' over samples`

use super::{leaky_relu, relu, sigmoid, tanh};
use crate::{Arguments, Operator, Tensor, elementwise, pool, shape};
use latent_numeric::{Scalar, math};
use latent_numeric::{
    compiled_here,
    matmul::{Threads, matmul_into},
};
use multiversion::multiversion;
use ndarray::{ArrayViewMut2, Ix2};

/// What [`Tensor::linear`] applies to each element. The derivatives are those of the operators of the same names, and
/// can be had from the result alone.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Activation<E> {
    /// `x`
    #[default]
    Identity,
    /// [`Tensor::relu`].
    Relu,
    /// [`Tensor::leaky_relu`] with this slope, which must not be negative.
    LeakyRelu(E),
    /// [`Tensor::tanh`].
    Tanh,
    /// [`Tensor::sigmoid`].
    Sigmoid,
}

struct Linear<E> {
    activation: Activation<E>,
}

impl<E: Scalar> Operator<E> for Linear<E> {
    fn name(&self) -> &'static str {
        "linear"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let (x, weight, y) = (arguments.input(0), arguments.input(1), arguments.output());
        let z = match self.activation {
            Activation::Identity => cotangent.clone(),
            Activation::Relu => relu::pull_back(cotangent, y),
            Activation::LeakyRelu(slope) => leaky_relu::pull_back(cotangent, y, slope),
            Activation::Tanh => tanh::pull_back(cotangent, y),
            Activation::Sigmoid => sigmoid::pull_back(cotangent, y),
        };
        let mut cotangents =
            vec![arguments.needed(0).then(|| z.matmul(weight)), arguments.needed(1).then(|| z.transpose().matmul(x))];
        if arguments.inputs().len() == 3 {
            cotangents.push(arguments.needed(2).then(|| z.sum_axes(&[0], false)));
        }
        cotangents
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// A fully connected layer, `activation(x W^T + b)`, in one operator.
    ///
    /// ```
    /// use latent_tensor::{Activation, Tensor};
    /// use ndarray::array;
    ///
    /// let x = Tensor::constant(array![[1.0, 2.0]]);
    /// let weight = Tensor::constant(array![[3.0, 4.0], [-5.0, 0.0], [0.0, 1.0]]);
    /// let bias = Tensor::constant(array![1.0, 1.0, 1.0]);
    /// let y = x.linear(&weight, Some(&bias), Activation::Relu);
    /// assert_eq!(y.to_array(), array![[12.0, 0.0, 3.0]].into_dyn());
    /// ```
    ///
    /// # Shapes
    /// `x`, this tensor, is (..., inputs), `weight` (outputs, inputs), `bias` (outputs), the result (..., outputs).
    ///
    /// # Panics
    /// If the shapes are not such, or the slope of a leaky rectifier is negative or NaN.
    #[must_use]
    #[track_caller]
    pub fn linear(&self, weight: &Self, bias: Option<&Self>, activation: Activation<E>) -> Self {
        let (&[outputs, inputs], Some((&last, samples))) = (weight.shape(), self.shape().split_last()) else {
            panic!("linear: samples of the shape {:?} and weights of the shape {:?}", self.shape(), weight.shape());
        };
        assert!(
            last == inputs,
            "linear: samples of the shape {:?} and weights of the shape {:?}",
            self.shape(),
            weight.shape()
        );
        if let Some(bias) = bias {
            assert!(
                bias.shape() == [outputs],
                "linear: weights of the shape {:?} and a bias of the shape {:?}",
                weight.shape(),
                bias.shape()
            );
        }
        if let Activation::LeakyRelu(slope) = activation {
            assert!(slope >= E::zero(), "linear: the slope of the leaky rectifier is {slope}, it must not be negative");
        }
        let count = samples.iter().product();
        let shape = [samples, &[outputs]].concat();
        let x = self.reshape(&[count, inputs]);
        let mut out = pool::take(count * outputs);
        matmul_into(
            E::one(),
            x.view_as::<Ix2>(),
            weight.view_as::<Ix2>().reversed_axes(),
            E::zero(),
            ArrayViewMut2::from_shape((count, outputs), &mut out).expect("as many elements"),
            Threads::Pool,
        );
        activate(&mut out, outputs, bias, activation);
        let value = shape::array(&[count, outputs], out);
        let arguments = [Some(&x), Some(weight), bias].into_iter().flatten().cloned().collect();
        Self::from_operator(Linear { activation }, arguments, value).reshape(&shape)
    }
}

/// Adds the bias to each row and applies the activation.
fn activate<E: Scalar>(out: &mut [E], width: usize, bias: Option<&Tensor<E>>, activation: Activation<E>) {
    let bias = bias.map(|bias| bias.array().as_standard_layout());
    let bias = bias.as_ref().map(|bias| bias.as_slice().expect("row-major"));
    let zero = E::zero();
    elementwise::row_blocks(out, width.max(1), |_, block| match activation {
        Activation::Identity => rows(block, width, bias, |x| x),
        Activation::Relu => rows(block, width, bias, |x| if x <= zero { zero } else { x }),
        Activation::LeakyRelu(slope) => rows(block, width, bias, |x| if x <= zero { slope * x } else { x }),
        Activation::Tanh => {
            rows(block, width, bias, |x| x);
            math::tanh(block);
        }
        Activation::Sigmoid => {
            rows(block, width, bias, |x| x);
            math::sigmoid(block);
        }
    });
}

#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512cd+avx512dq+avx512vl+avx2+fma+bmi1+bmi2+lzcnt",
    "x86_64+avx2+fma+bmi1+bmi2+lzcnt",
))]
fn rows<E: Scalar, F: Fn(E) -> E>(block: &mut [E], width: usize, bias: Option<&[E]>, f: F) {
    match bias {
        Some(bias) => {
            for row in block.chunks_mut(width.max(1)) {
                row.iter_mut().zip(bias).for_each(|(x, &b)| *x = f(*x + b));
            }
        }
        None => block.iter_mut().for_each(|x| *x = f(*x)),
    }
}

#[cfg(test)]
mod tests {
    use super::Activation;
    use crate::check::gradients;
    use crate::ops::testing::{array, distance, shapes};
    use crate::{GradOptions, Tensor, grad};
    use latent_numeric::parallel::with_threads;
    use ndarray::{ArrayD, array};
    use proptest::prelude::*;

    type Layer = fn(&Tensor<f64>, &Tensor<f64>, Option<&Tensor<f64>>, Activation<f64>) -> Tensor<f64>;

    fn activations() -> impl Strategy<Value = Activation<f64>> {
        prop_oneof![
            Just(Activation::Identity),
            Just(Activation::Relu),
            (0.0..1.0).prop_map(Activation::LeakyRelu),
            Just(Activation::Tanh),
            Just(Activation::Sigmoid),
        ]
    }

    fn composed(x: &Tensor<f64>, weight: &Tensor<f64>, bias: Option<&Tensor<f64>>, s: Activation<f64>) -> Tensor<f64> {
        let shape = [&x.shape()[..x.rank() - 1], &weight.shape()[..1]].concat();
        let matrices = x.reshape(&[&[1], x.shape()].concat());
        let z = matrices.matmul(&weight.transpose()).reshape(&shape);
        let z = bias.map_or(z.clone(), |bias| &z + bias);
        match s {
            Activation::Identity => z,
            Activation::Relu => z.relu(),
            Activation::LeakyRelu(slope) => z.leaky_relu(slope),
            Activation::Tanh => z.tanh(),
            Activation::Sigmoid => z.sigmoid(),
        }
    }

    /// Whether the differences of a gradient check stay on one side of the kink.
    fn smooth(x: &ArrayD<f64>, weight: &ArrayD<f64>, bias: Option<&ArrayD<f64>>) -> bool {
        let constant = |a: &ArrayD<f64>| Tensor::constant(a.clone());
        let bias = bias.map(constant);
        let z = composed(&constant(x), &constant(weight), bias.as_ref(), Activation::Identity);
        z.array().iter().all(|z| z.abs() > 0.08)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, max_global_rejects: 100_000, ..ProptestConfig::default() })]

        #[test]
        fn value_and_gradients(
            seed: u64, samples in shapes(2, 0), inputs in 0_usize..4, outputs in 0_usize..4, biased: bool,
            s in activations()
        ) {
            let x = array(seed, &[&samples[..], &[inputs]].concat(), -1.0, 1.0);
            let weight = array(seed / 3, &[outputs, inputs], -1.0, 1.0);
            let bias = biased.then(|| array(seed / 9, &[outputs], -1.0, 1.0));
            let inputs: Vec<ArrayD<f64>> = [Some(x), Some(weight), bias].into_iter().flatten().collect();
            let t: Vec<Tensor<f64>> = inputs.iter().map(|a| Tensor::constant(a.clone())).collect();
            let (got, want) = (t[0].linear(&t[1], t.get(2), s), composed(&t[0], &t[1], t.get(2), s));
            prop_assert!(distance(&got.to_array(), &want.to_array()) < 1e-14);
            let kinked = matches!(s, Activation::Relu | Activation::LeakyRelu(_));
            if !kinked || smooth(&inputs[0], &inputs[1], inputs.get(2)) {
                prop_assert_eq!(gradients(&inputs, |x| x[0].linear(&x[1], x.get(2), s)), Ok(()));
            }
        }

        /// The penalty `mean (|d critic / d x| - 1)^2` on a critic of two layers, by fused and by single operators:
        /// its gradient with respect to the weights is of order two.
        #[test]
        fn gradient_penalty(seed: u64, s in activations()) {
            let shapes: [&[usize]; 5] = [&[4, 3], &[5, 3], &[5], &[1, 5], &[1]];
            let values: Vec<ArrayD<f64>> = (0..).zip(shapes).map(|(i, n)| array(seed / 2 + i, n, -1.0, 1.0)).collect();
            let penalty = |layer: Layer, t: &[Tensor<f64>]| {
                let hidden = layer(&t[0], &t[1], Some(&t[2]), s);
                let critic = layer(&hidden, &t[3], Some(&t[4]), Activation::Identity);
                let slope = grad(&[critic], &t[..1], GradOptions::create_graph()).remove(0);
                let norm = (slope.square().sum_axes(&[1], false) + 0.5).sqrt();
                (norm - 1.0).square().sum() * 0.25
            };
            let gradients_by = |layer: Layer| {
                let t: Vec<Tensor<f64>> = values.iter().map(|a| Tensor::variable(a.clone())).collect();
                grad(&[penalty(layer, &t)], &t, GradOptions::default())
            };
            let (fused, single) = (gradients_by(Tensor::linear), gradients_by(composed));
            for (fused, single) in fused.iter().zip(&single) {
                prop_assert!(distance(&fused.to_array(), &single.to_array()) < 1e-12);
            }
            if matches!(s, Activation::Tanh | Activation::Sigmoid) {
                prop_assert_eq!(gradients(&values, |t| penalty(Tensor::linear, t)), Ok(()));
            }
        }
    }

    #[test]
    fn the_kink_and_nan() {
        let (one, x) = (Tensor::constant(array![[1.0]]), Tensor::variable(array![[0.0], [-2.0], [3.0]]));
        for (s, want) in [(Activation::Relu, [0.0, 0.0, 1.0]), (Activation::LeakyRelu(0.2), [0.2, 0.2, 1.0])] {
            let slope = grad(&[x.linear(&one, None, s)], std::slice::from_ref(&x), GradOptions::default()).remove(0);
            assert_eq!(slope.reshape(&[3]).to_array(), array![want[0], want[1], want[2]].into_dyn());
            assert!(Tensor::constant(array![f64::NAN]).linear(&one, None, s).item().is_nan());
        }
    }

    #[test]
    fn the_bits_do_not_depend_on_the_number_of_threads() {
        let constant = |seed, shape: &[usize]| Tensor::constant(array(seed, shape, -1.0, 1.0).mapv(|x| x as f32));
        let (x, weight, bias) = (constant(0, &[300, 130]), constant(1, &[210, 130]), constant(2, &[210]));
        let run = || x.linear(&weight, Some(&bias), Activation::Tanh).to_array();
        assert_eq!(with_threads(1, run).unwrap(), with_threads(3, run).unwrap());
    }

    #[test]
    #[should_panic(expected = "linear: samples of the shape [2, 3] and weights of the shape [4, 5]")]
    fn weights_that_do_not_fit() {
        let _ = Tensor::<f32>::zeros(&[2, 3]).linear(&Tensor::zeros(&[4, 5]), None, Activation::Identity);
    }

    #[test]
    #[should_panic(expected = "linear: weights of the shape [4, 3] and a bias of the shape [3]")]
    fn a_bias_that_does_not_fit() {
        let (weight, bias) = (Tensor::zeros(&[4, 3]), Tensor::zeros(&[3]));
        let _ = Tensor::<f32>::zeros(&[2, 3]).linear(&weight, Some(&bias), Activation::Identity);
    }

    #[test]
    #[should_panic(expected = "linear: the slope of the leaky rectifier is -0.5, it must not be negative")]
    fn a_negative_slope() {
        let _ = Tensor::<f32>::zeros(&[2, 3]).linear(&Tensor::zeros(&[4, 3]), None, Activation::LeakyRelu(-0.5));
    }
}
